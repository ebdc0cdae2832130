"""The knowledge base: what is answered to a question, by which rule, where and until when.

Lives here: articles, their versions (never overwritten), who put each in force, finding the answer to a question, or
that none is known. Does not live here: what a caller was told of it (cases), the method of finding
(linli/methods/language/retrieval.py). Start at `models.py`, then `operations.py`; how one is found: `finding.py`.
"""
