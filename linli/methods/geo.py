"""Points on a map: the three datums in use in China, and which area a point lies in.

WGS-84 is what a satellite receiver gives; GCJ-02 is the datum of published Chinese maps; BD-09 is one
map vendor's shift on top of it. The same place differs by up to 700 m between WGS-84 and GCJ-02 and by
about 1 km between GCJ-02 and BD-09. The formulas are the published ones (seen in many open programs, 2013
on); outside China GCJ-02 equals WGS-84 by definition of the formula.

A point is (longitude, latitude) in degrees. Pure; no Django.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt

Point = tuple[float, float]
Ring = Sequence[Sequence[float]]
Polygon = Sequence[Ring]

_AXIS = 6378245.0  # Krasovsky ellipsoid of 1940, metres
_ECCENTRICITY = 0.00669342162296594323  # squared, of the same ellipsoid
_BD = pi * 3000.0 / 180.0


class Datum(StrEnum):
    """By which system a longitude and a latitude are measured."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_gcj02(point: Point, datum: Datum) -> Point:
    """Return the point in GCJ-02."""
    if datum is Datum.WGS84:
        return _wgs84_to_gcj02(point)
    return _bd09_to_gcj02(point) if datum is Datum.BD09 else point


def from_gcj02(point: Point, datum: Datum) -> Point:
    """Return a GCJ-02 point in another datum; right to a centimetre."""
    if datum is Datum.WGS84:
        return _undone(point, _wgs84_to_gcj02)
    return (
        _undone(point, _bd09_to_gcj02, start=_gcj02_to_bd09(point))
        if datum is Datum.BD09
        else point
    )


def in_china(point: Point) -> bool:
    """Return whether the formulas of GCJ-02 apply: the rectangle the published formula is made for."""
    lng, lat = point
    return 72.004 <= lng <= 137.8347 and 0.8293 <= lat <= 55.8271


def _wgs84_to_gcj02(point: Point) -> Point:
    if not in_china(point):
        return point
    lng, lat = point
    x, y = lng - 105.0, lat - 35.0
    ripple = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - _ECCENTRICITY * sin(radians(lat)) ** 2
    north = north * 180.0 / (_AXIS * (1 - _ECCENTRICITY) / (magic * sqrt(magic)) * pi)
    east = east * 180.0 / (_AXIS / sqrt(magic) * cos(radians(lat)) * pi)
    return lng + east, lat + north


def _bd09_to_gcj02(point: Point) -> Point:
    x, y = point[0] - 0.0065, point[1] - 0.006
    reach = hypot(x, y) - 0.00002 * sin(y * _BD)
    angle = atan2(y, x) - 0.000003 * cos(x * _BD)
    return reach * cos(angle), reach * sin(angle)


def _gcj02_to_bd09(point: Point) -> Point:
    x, y = point
    reach = hypot(x, y) + 0.00002 * sin(y * _BD)
    angle = atan2(y, x) + 0.000003 * cos(x * _BD)
    return reach * cos(angle) + 0.0065, reach * sin(angle) + 0.006


def _undone(
    point: Point, forward: Callable[[Point], Point], *, start: Point | None = None
) -> Point:
    """Return the point that `forward` takes to this one: the shifts change slowly, so stepping works."""
    guess = start or point
    for _step in range(8):
        there = forward(guess)
        guess = (guess[0] + point[0] - there[0], guess[1] + point[1] - there[1])
    return guess


def inside(point: Point, polygons: Sequence[Polygon]) -> bool:
    """Return whether a point lies in one of the polygons (outer ring, then holes); an edge is inside."""
    for outer, *holes in polygons:
        if _in_ring(point, outer) and not any(
            _in_ring(point, hole) and not _on_ring(point, hole) for hole in holes
        ):
            return True
    return False


def _in_ring(point: Point, ring: Ring) -> bool:
    """Return whether a ring goes round the point: a ray to the east crosses it an odd number of times."""
    if _on_ring(point, ring):
        return True
    x, y = point
    is_in = False
    x1, y1 = ring[-1][0], ring[-1][1]
    for corner in ring:
        x2, y2 = corner[0], corner[1]
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            is_in = not is_in
        x1, y1 = x2, y2
    return is_in


def _on_ring(point: Point, ring: Ring) -> bool:
    x, y = point
    x1, y1 = ring[-1][0], ring[-1][1]
    for corner in ring:
        x2, y2 = corner[0], corner[1]
        if (
            min(x1, x2) <= x <= max(x1, x2)
            and min(y1, y2) <= y <= max(y1, y2)
            and abs((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) < 1e-12
        ):
            return True
        x1, y1 = x2, y2
    return False


def metres_between(one: Point, other: Point) -> float:
    """Return the distance on a sphere of 6,371 km, good to 0.5 % at the size of a city."""
    (lng1, lat1), (lng2, lat2) = one, other
    half = sin(radians(lat2 - lat1) / 2) ** 2
    half += cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lng2 - lng1) / 2) ** 2
    return 2 * 6_371_000.0 * atan2(sqrt(half), sqrt(1 - half))
