"""Background work: what is too long for a page, goes out of the house, or comes round by the clock.

Lives here: how a room registers a job, the rescue of jobs whose worker died, forgetting finished ones.
Does not live here: any job of a room (its own tasks.py), a change of state (an operation, never a job).
Start at `registry.py` (how to register), `tasks.py` (rescue and forgetting).
"""
