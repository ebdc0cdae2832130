"""From one case to one class of problem: repeated cases of a kind at a place, solved at the root.

Lives here: problems, the cases they are made of, cause, owner, plan with dated steps, money and what others give,
the watch afterwards. Does not live here: the cases themselves (cases), counters of whole areas (insight).
Start at `flows.py` (PROBLEM), then `models.py`, `operations.py`, `sweeping.py` (what comes round by itself).
"""
