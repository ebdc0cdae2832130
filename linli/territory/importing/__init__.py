"""Files of places in: how a row becomes a place to load, and why one is set aside.

Start at `tables.py` (reading CSV), then `divisions.py` and `compounds.py`.
"""
