"""The door for other systems: tokens, the REST interface, Open311, web hooks, the city platform's orders.

Lives here: who may come in by a token and how often, what is told in which form, what is sent out and whether it
arrived. Does not live here: any rule about a case (its operations decide, for a machine as for a person), maps of
columns (`cases/imports`), the order of events (`journal`).
Start at `models.py`, `calling.py` (from a token to an actor), then `rest/routes.py`.
"""
