"""The loop: hear, sort, dispatch, handle, report back, call back, three rates.

Lives here: the case (what the resident wants), the work order (whose task it is), the requester (who
asked, sealed), contacts, follow-ups, the three rates, import of cases. Does not live here: messages to
people (channels), figures over the whole city (insight), what workers find on their rounds (rounds).
Start at `flows.py` (the states), `operations/` (every write), `views/` (every page).
"""
