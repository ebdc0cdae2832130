"""Photographs that belong to a case: what the caller sent, and the proof that something was done.

Lives here: the attachment and its kinds, adding, sharing and withdrawing it, its page and its bytes by
scope, what a report needs as evidence, deletion when its time is over. Does not live here: how a picture is
made safe (methods/pictures.py), how a file is sealed and scanned (vault).
Start at `models.py`, then `operations.py` (attach), `receiving.py` (from bytes to pictures).
"""
