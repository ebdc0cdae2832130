"""Task groups (专班): a community and its partners as a standing team, whoever is asked first, words passed on to the caller.

Lives here: groups and their members, handing on within a group, relays between a partner and the lead, what a partner sees of
its own figures. Does not live here: the co-task itself and its moves (`cases/operations/helping.py`), photos at it (`attachments`).
Start at `models.py`, then `operations.py`, `queries.py` (who is first, figures), `views.py`.
"""
