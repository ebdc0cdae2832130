"""Open311 GeoReport v2 with its well-used extensions, in XML and JSON. Start at `views.py`.

Source of the rules: https://wiki.open311.org/GeoReport_v2/ and /Service_Discovery/, read 2026-11.
"""
