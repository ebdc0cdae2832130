"""Where: every place of the city in one table, and the organisations that serve them.

Lives here: places from the city to the entrance with their points, organisations with the places they
serve and their posts, how words lead to a place, division files and what follows a re-drawn place. Does not live here: who works where (accounts, workforce), what happened (cases).
Start at `models.py` (Place), then `queries.py` (find_places), `serving.py` (who serves a place), `operations/`.
"""
