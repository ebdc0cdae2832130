"""A case number survives being read over the telephone, or is refused."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.kernel.ids import make_number, read_number, show_number

COUNTERS = st.integers(0, 10**10)
YEARS = st.integers(2020, 2119)


def test_the_check_digit_is_damms() -> None:
    # The example of H. M. Damm's thesis (2004): 572 takes the check digit 4, so 5724 checks out.
    # Leading zeros change nothing, since the table's first entry is 0.
    assert make_number(year=2000, counter=572) == "0000005724"


def test_a_number_holds_year_counter_and_check_digit() -> None:
    number = make_number(year=2026, counter=4721)
    assert number[:9] == "260004721"
    assert len(number) == 10
    assert read_number(number) == number


@given(YEARS, COUNTERS)
def test_every_number_made_is_read(year: int, counter: int) -> None:
    number = make_number(year=year, counter=counter)
    assert read_number(number) == number
    assert read_number(show_number(number)) == number


@given(YEARS, COUNTERS, st.data())
def test_every_wrong_digit_is_caught(year: int, counter: int, data: st.DataObject) -> None:
    number = make_number(year=year, counter=counter)
    at = data.draw(st.integers(0, len(number) - 1))
    for wrong in set("0123456789") - {number[at]}:
        assert read_number(number[:at] + wrong + number[at + 1 :]) is None


@given(YEARS, COUNTERS)
def test_every_swap_of_neighbours_is_caught(year: int, counter: int) -> None:
    number = make_number(year=year, counter=counter)
    for at, (left, right) in enumerate(itertools.pairwise(number)):
        swapped = number[:at] + right + left + number[at + 2 :]
        assert read_number(swapped) == (number if left == right else None)


@pytest.mark.parametrize(
    "typed",
    [
        "{0}",
        " {0}\n",
        "{1}",  # in groups, with hyphens
        "{2}",  # full-width
        "２６０－００４７－{3}",
        "260 0047 {3}",
        "260.0047.{3}",
        "260—0047–{3}",
        "260·0047·{3}",
    ],
)
def test_is_read_however_it_is_grouped(typed: str) -> None:
    number = make_number(year=2026, counter=4721)
    wide = number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    assert read_number(typed.format(number, show_number(number), wide, number[7:])) == number


@pytest.mark.parametrize(
    "typed", ["", " ", "许大妈", "26000472", "2600O04721", "1" * 19, "٢٦٠٠٠٠٤٧٢١"]
)
def test_other_text_is_no_number(typed: str) -> None:
    assert read_number(typed) is None


def test_grows_past_seven_digits_without_a_break() -> None:
    last, first = (make_number(year=2026, counter=n) for n in (9_999_999, 10_000_000))
    assert (len(last), len(first)) == (10, 11)
    assert read_number(first) == first
    assert show_number(first) == f"261-0000-{first[7:]}"
    assert len(show_number(first).split("-")[2]) == 4


def test_is_shown_in_groups_that_can_be_read_aloud() -> None:
    assert show_number("2600047215") == "260-0047-215"
