"""The limits of an order: which profile is in force where, both deadlines, their alerts.

Lives here: clock profiles and their classes, from when to when they are in force, due times, alerts and
their sweep. Does not live here: how a clock counts (methods/clocks.py), working days (territory/calendar).
Start at `models.py`, then `queries.py` (profile_for, deadlines), `operations.py` (put_in_force, sweep).
"""
