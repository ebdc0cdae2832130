"""How Linli looks and speaks: the frame of every page, its parts, its sheet, the words for time.

Lives here: `templates/base.html` and `templates/web/parts/`, `static/linli/`, the words for deadlines
and rates (`wording.py`), who sees which entry in the bar (`navigation.py`), error pages.
Does not live here: a room's own pages (they lie in that room's templates), any read of a table.
Start at `templates/base.html`, then `wording.py`, then `navigation.py`.
"""
