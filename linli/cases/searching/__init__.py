"""Finding cases by their words, their number or the telephone number of who asked.

The search row lies beside the case, never in it: a change of state must not rewrite what the words are found
by. Start at `models.py` (the row), `parts.py` (who writes it), `queries.py` (the search).
"""
