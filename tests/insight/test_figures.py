"""Figures of the overview: scales that hold what is drawn, a map whose districts have a place for their names."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from linli.insight import figures

COUNTS = st.lists(st.integers(0, 10_000), min_size=1, max_size=40)


@given(COUNTS)
def test_the_scale_holds_every_count_and_not_much_more(counts: list[int]) -> None:
    top = figures.top_of(max(counts))
    assert max(counts) <= top <= max(5, 2.5 * max(counts))
    assert top % 5 == 0


@given(COUNTS)
def test_a_line_has_a_point_a_day_inside_the_figure(counts: list[int]) -> None:
    line = figures.days(dt.date(2026, 11, 1), counts, [0] * len(counts))
    points = [tuple(map(float, point.split(","))) for point in line.points.split()]
    assert len(points) == len(counts)
    assert all(0 <= x <= figures.WIDTH and 0 <= y <= figures.HEIGHT for x, y in points)
    assert line.dates[-1][1] == dt.date(2026, 11, 1) + dt.timedelta(days=len(counts) - 1)


def test_the_map_holds_the_sixteen_districts_and_names_those_with_room() -> None:
    shapes = {shape.code: shape for shape in figures.shapes()}
    assert len(shapes) == 16
    labels = [shape.label for shape in shapes.values() if shape.label]
    assert len(labels) >= 10
    assert shapes["110105"].label
    assert shapes["110101"].label is None
    # Names of two characters at 16 units do not touch.
    for index, (x, y) in enumerate(labels):
        assert all(abs(x - a) > 40 or abs(y - b) > 16 for a, b in labels[:index])


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 5000), max_size=20))
def test_more_cases_are_never_a_lighter_shade(counts: dict[str, int]) -> None:
    shade, legend = figures.shades(counts)
    by_count = sorted(counts, key=lambda code: counts[code])
    assert [shade[code] for code in by_count] == sorted(shade.values())
    for code, count in counts.items():
        low, high = next((low, high) for s, low, high in legend if s == shade[code])
        assert low <= count <= high
        assert 0 <= shade[code] < figures.SHADES
