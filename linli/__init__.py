"""Linli (邻里): software for the way a city's communities are governed.

One package, one room a folder. `docs/architecture.md` says which room answers which change.
"""

__version__ = "0.1.0"
