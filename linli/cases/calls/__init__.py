"""Calls at the hotline: when one rang, was answered, ended, and all of it was written down.

Lives here: the row of a call, its four moments, the figures of a day for an operator and for whoever leads the
hotline. Does not live here: what the caller asks (operations/intake.py), telephone numbers (with the case),
the exchange itself (channels).
Start at `models.py` (Interaction), then `operations.py` and `queries.py` (figures_of).
"""
