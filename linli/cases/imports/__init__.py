"""Real files in: cases from a table, orders pasted from the city's platform.

Lives here: reading tables (`tables.py`), maps from columns to a case (`maps.py`, `data/*.toml`), which place and unit a
row means (`placing.py`), a row's draft (`drafts.py`), a whole file (`running.py`), what is handed back (`aside.py`).
Does not live here: what a case must be. That is the rule of `cases.operations`, the same for a call and a file.
Start at `running.py`. A city's own map: docs/importing.md.
"""
