"""Pages of places and organisations: they show what several rooms know of one place.

Start at `views.py` (a place), `organisations.py` (an organisation, and closing one), `divisions.py` (a new
division file), `picture.py` (a community's organisations as a drawing).
"""
