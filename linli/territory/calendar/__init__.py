"""Working days, year by year, in a table of our own.

Lives here: the days of each announced year, a year's file read and compared before it is applied, what
`chinesecalendar` knows. Does not live here: how a clock counts (methods/clocks.py), limits (cases/clocks).
Start at `models.py`, then `files.py` (read_year), `operations.py` (apply_year).
"""
