"""Exports: a list of cases as a file, asked for by a person, made by the worker, gone after a week.

Lives here: what was asked, the making of the file within the scope that the person has then, its mark, its
download, its end. Does not live here: how a table is written (methods/tables.py), how a file is sealed
(vault).
Start at `models.py`, then `operations.py` (ask_for_export) and `making.py` (make_export).
"""
