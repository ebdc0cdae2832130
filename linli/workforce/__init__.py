"""Who is there: duty rosters of organisations, and who is on duty now.

Lives here: dated duty shifts, planning a week, swapping, ending. Does not live here: which posts exist
(territory), who holds them (accounts), shifts of volunteers (commons).
Start at `models.py` (DutyShift), then `operations.py`, `views.py` (the week).
"""
