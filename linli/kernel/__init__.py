"""What every room stands on, and no business.

Lives here: flows, operations, the event table, the actor, the clock, numbers that can be read aloud,
sealed columns, refusals in two languages. Under 800 lines, and kept so by a test.
Does not live here: anything that knows of a case, a place or a person.
Start at `flow.py` (states), `operation.py` (writes), `events.py` (what happened).
"""
