"""Where: every place of the city in one table, and the organisations that serve them.

Lives here: places from the city down, organisations, how words lead to a place, loading of the
official division codes. Does not live here: who works where (accounts, workforce), what happened (cases).
Start at `models.py` (Place), then `queries.py` (find_places), `operations.py` (load_places).
"""
