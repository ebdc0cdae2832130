"""A living demo city: real places, invented people and firms, requests in words of our own.

Start at `load.py`; `people.py` says who, `words.py` what they ask, `days.py` when.
"""
