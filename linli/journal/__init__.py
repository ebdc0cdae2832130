"""The sealed record: what happened, put in one order, chained, handed on, and provable to others.

Lives here: the drainer (outbox to positions), the chain of seals with its heads, the check that finds a changed
past, the sealed history of one stream, and the subscribers that follow events by position.
Does not live here: events themselves (kernel), what an event means (its room), who is told about it (channels).
Start at `chain.py` (the arithmetic), `drainer.py` (who seals), `verify.py` (who checks), `following.py` (who follows).
"""
