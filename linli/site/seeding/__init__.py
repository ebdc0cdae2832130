"""`linli seed`: many invented cases, as they would stand had people worked on them; for benches and for trying.

Rows go in by COPY with every constraint and trigger on, each case with the events of its way, its alerts and
its search row. The same seed and the same moment give the same cases. Beside this file: drawing (what each case
is, pure), rows (what it leaves in the tables), copying (COPY of a model), filling (the city, the batches).
"""
