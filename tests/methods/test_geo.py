"""Datums and polygons: known pairs, there and back, edges and holes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.geo import Datum, from_gcj02, in_china, inside, metres_between, to_gcj02

# Tiananmen's flagpole as published in each datum (rounded to about ten metres).
WGS = (116.39123, 39.90715)
GCJ = (116.397477, 39.908692)
BD = (116.403847, 39.915526)
POINTS = st.tuples(st.floats(73.5, 135), st.floats(18, 53.5))


@pytest.mark.parametrize(
    ("point", "datum"), [(WGS, Datum.WGS84), (BD, Datum.BD09), (GCJ, Datum.GCJ02)]
)
def test_a_known_place_lands_on_its_published_point(
    point: tuple[float, float], datum: Datum
) -> None:
    assert metres_between(to_gcj02(point, datum), GCJ) < 60


def test_the_shifts_are_of_the_size_that_is_known() -> None:
    assert 400 < metres_between(WGS, to_gcj02(WGS, Datum.WGS84)) < 700
    assert 700 < metres_between(BD, to_gcj02(BD, Datum.BD09)) < 1300


@given(point=POINTS, datum=st.sampled_from(Datum))
def test_there_and_back_is_the_same_place(point: tuple[float, float], datum: Datum) -> None:
    back = from_gcj02(to_gcj02(point, datum), datum)
    assert metres_between(point, back) < 0.05


def test_outside_china_nothing_is_shifted() -> None:
    new_york = (-73.98, 40.75)
    assert not in_china(new_york)
    assert to_gcj02(new_york, Datum.WGS84) == new_york


SQUARE = [[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]]
RING = [*SQUARE, [[1.0, 1.0], [3.0, 1.0], [3.0, 3.0], [1.0, 3.0], [1.0, 1.0]]]


@pytest.mark.parametrize(
    ("point", "is_in"),
    [
        ((2.0, 2.0), True),
        ((0.0, 2.0), True),  # on an edge
        ((4.0, 4.0), True),  # on a corner
        ((2.0, 4.0), True),
        ((4.001, 2.0), False),
        ((-1.0, 0.0), False),  # beyond a corner, level with an edge
        ((5.0, 4.0), False),
    ],
)
def test_a_point_on_the_boundary_is_inside(point: tuple[float, float], is_in: bool) -> None:
    assert inside(point, [SQUARE]) is is_in


def test_a_hole_is_outside_and_its_edge_inside() -> None:
    assert not inside((2.0, 2.0), [RING])
    assert inside((1.0, 2.0), [RING])
    assert inside((0.5, 0.5), [RING])
    assert inside((2.0, 2.0), [RING, SQUARE])  # another polygon of the same area fills it


def test_a_ring_that_is_not_closed_is_closed() -> None:
    assert inside((2.0, 2.0), [[SQUARE[0][:-1]]])


@given(st.floats(0.01, 2 * math.pi), st.floats(0.1, 3))
def test_a_circle_holds_what_is_nearer_than_its_radius(angle: float, distance: float) -> None:
    corners = [[2 * math.cos(i / 90 * math.pi), 2 * math.sin(i / 90 * math.pi)] for i in range(180)]
    point = (distance * math.cos(angle), distance * math.sin(angle))
    if abs(distance - 2) > 0.01:
        assert inside(point, [[corners]]) is (distance < 2)
