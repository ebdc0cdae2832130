"""Orders that the city's platform pushes: taken by a map, each with its receipt, sent again or late or mended.

Source: article 28 of the regulation of 2021-09-24: the hotline hands the whole data of orders on to the units.
Start at `models.py`, `taking.py`.
"""
