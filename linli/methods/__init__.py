"""Pure functions, no Django: language and figures, each with tests of its own.

Lives here: what a rule needs to compute. Does not live here: anything that reads a table or a clock.
Start at `intervals.py` (how sure a rate is), `language/` (text as people type it).
"""
