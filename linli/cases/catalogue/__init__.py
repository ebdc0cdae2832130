"""What a case is about, and who leads what: categories, the dispatch catalogue, duty lists, copies.

Lives here: the tree of categories, dated catalogue entries, what a community may lead (article 17), who
gets a copy (article 12), the catalogue as a file. Does not live here: the dispatch itself
(cases/operations), how long a class gives (clocks). Start at `models.py`, then `rules.py`, `queries.py`.
"""
