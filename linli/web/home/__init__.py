"""The first page of a role: what needs its person now, what she waits for, how the work goes.

`panels.py` says which panels a permission brings; `needs.py`, `waits.py` and `going.py` make them from reads of the
rooms below. Nothing is written here. A community worker's first page is her list of orders (cases), a leader's the
overview (insight).
"""
