"""Repeated duties: "step up the patrols" with its rhythm, its checks with photos, and its end.

Lives here: the duty tied to a case, each of its checks as a row with a time, what was missed. Does not live here: the co-task
(`cases/operations/helping.py`), duty rosters of people (workforce), patrols that nobody asked for (rounds).
Start at `models.py`, then `rules.py` (when a check is due), `operations.py`, `views.py`.
"""
