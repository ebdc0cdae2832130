"""Personal data of a case: what is taken out of the words, what partners may read, who looked, how long it is kept.

Start at `redaction.py` (what intake takes out, pure), `operations.py` (every write), `views.py` (every page).
"""
