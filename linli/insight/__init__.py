"""How an area is doing: daily counters kept from what happened, and the pages of whoever leads.

Lives here: what each case adds to which day, area, category and unit; the counters; the overview with rates, backlog,
ageing and classes of problems. Does not live here: what a rate is (cases), schemes and closed months (cases).
Start at `models.py` (what is counted), `counting.py` (how the counters follow), `queries.py` (what pages ask).
"""
