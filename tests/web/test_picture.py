"""The drawing of a community's organisations: everything fits, nothing overlaps."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.web.places.picture import MOST, NARROW, PAD, WIDE, Box, draw, width_of, wrapped

NAMES = st.lists(
    st.text(st.sampled_from("双合家园社区居委会ABCabc （）"), min_size=1, max_size=40), max_size=14
)
TIERS = st.tuples(NAMES, NAMES, NAMES, NAMES)


def drawn(tiers: tuple[list[str], ...], width: int) -> object:
    keys = ("above", "own", "homes", "partners")
    given = [(key, key, names) for key, names in zip(keys, tiers, strict=True)]
    return draw("双合家园社区居民委员会", given, width=width, more="and %(count)s more")


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


@given(TIERS, st.sampled_from((WIDE, NARROW)))
def test_boxes_stay_inside_and_apart_and_hold_their_words(
    tiers: tuple[list[str], ...], width: int
) -> None:
    picture = drawn(tiers, width)
    boxes = [picture.centre, *picture.boxes]  # type: ignore[attr-defined]
    assert len(picture.boxes) == sum(1 for names in tiers if names)  # type: ignore[attr-defined]
    for one, other in combinations(boxes, 2):
        assert apart(one, other)
    for box in boxes:
        assert box.x >= 0
        assert box.x + box.width <= width
        assert box.y + box.height <= picture.height  # type: ignore[attr-defined]
        for text in (box.heading, *box.names):
            assert box.y < text.y < box.y + box.height
            assert text.x + width_of(text.words) <= box.x + box.width - PAD + 14


@given(st.text(max_size=60), st.integers(30, 400))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    assert "".join(wrapped(text, width=width)) == text


def test_a_latin_word_is_not_broken_where_a_space_is_near() -> None:
    name = "South Court Owners' Committee (invented)"
    assert [line.strip() for line in wrapped(name, width=260)] == [
        "South Court Owners' Committee",
        "(invented)",
    ]


@pytest.mark.parametrize(("count", "shown"), [(MOST, MOST), (MOST + 1, MOST), (40, MOST)])
def test_what_does_not_fit_is_counted(count: int, shown: int) -> None:
    names = [f"单位{index}" for index in range(count)]
    picture = drawn(([], names, [], []), WIDE)
    (box,) = picture.boxes  # type: ignore[attr-defined]
    assert len(box.names) == shown
    if count > MOST:
        assert box.names[-1].words == f"and {count - MOST + 1} more"
