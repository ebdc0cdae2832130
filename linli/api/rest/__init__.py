"""The REST interface, version 1: what docs/api.md describes. Start at `routes.py`."""
