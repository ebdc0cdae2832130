"""The catalogue's rules as pure functions: what comes first, what words name, where cover is missing."""

import csv
import datetime as dt
from collections import Counter
from importlib.resources import files

import pytest

from linli.cases.catalogue.choices import SevenFive
from linli.cases.catalogue.models import ancestry
from linli.cases.catalogue.rules import Known, Span, class_by, first_gap, meant, overlap, rank
from linli.cases.catalogue.shipped import shipped
from linli.cases.clocks.choices import ClockCode
from linli.territory.choices import CAN_LEAD

AROUND = ["110000", "110105", "110105019", "110105019029"]
DAY = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def days(count: int) -> dt.datetime:
    return DAY + dt.timedelta(days=count)


def test_the_smallest_area_wins_then_the_deepest_category_then_the_urgency_named() -> None:
    entries = [
        ("110105019", "02", ""),
        ("110105", "020301", "E2"),
        ("110105", "020301", ""),
        ("110105", "0203", "E2"),
        (None, "020301", "E2"),
        (None, "02", ""),
    ]
    ranks = [rank(place=p, category=c, urgency=u, around=AROUND) for p, c, u in entries]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize(
    ("entry", "own", "then"),
    [
        ("", "N", "N"),
        ("C", "N", "C"),
        ("E2", "N", "E2"),
        ("C", "E1", "E1"),
        ("N", "E2", "E2"),
        ("E1", "E2", "E1"),
        ("N", "C", "N"),
        ("C", "C", "C"),
        ("E1", "Q", "Q"),
        ("Q", "N", "N"),
    ],
)
def test_the_catalogue_never_lengthens_what_was_heard_as_pressing(
    entry: str, own: str, then: str
) -> None:
    assert class_by(entry, own) == then


@pytest.mark.parametrize(
    ("spans", "gap"),
    [
        ([], 0),
        ([(0, None)], None),
        ([(-9, None)], None),
        ([(-9, 0)], 0),
        ([(1, None)], 0),
        ([(-9, 5)], 5),
        ([(-9, 5), (5, None)], None),
        ([(5, None), (-9, 5)], None),
        ([(-9, 5), (6, None)], 5),
        ([(-9, 5), (3, 9)], 9),
        ([(-9, 20), (3, 9), (20, None)], None),
    ],
)
def test_the_first_moment_without_cover(
    spans: list[tuple[int, int | None]], gap: int | None
) -> None:
    given = [Span(days(start), None if end is None else days(end)) for start, end in spans]
    assert first_gap(given, since=DAY) == (None if gap is None else days(gap))


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((0, 5), (5, 9), False),
        ((0, 6), (5, 9), True),
        ((0, None), (5, None), True),
        ((5, None), (0, 5), False),
        ((5, 6), (0, None), True),
    ],
)
def test_the_end_itself_lies_outside(
    one: tuple[int, int | None], other: tuple[int, int | None], meet: bool
) -> None:
    first, second = (Span(days(s), None if e is None else days(e)) for s, e in (one, other))
    assert overlap(first, second) is overlap(second, first) is meet


KNOWN = [
    Known("02", "物业管理", "Property management", "物业"),
    Known("0203", "电梯", "Lifts", "电梯 停运 故障 lift"),
    Known("020301", "电梯停运", "Lift out of order", "停运 下不了楼"),
    Known("020303", "老楼加装电梯", "Adding a lift to an old building", "加装电梯"),
    Known("0109", "噪声", "Noise", "吵 扰民 noise"),
]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("020301", ["020301"]),
        ("020301 电梯停运", ["020301"]),
        ("020301 Lift out of order", ["020301"]),
        ("  020301   电梯停运 ", ["020301"]),
        ("020301 噪声", []),
        ("电梯", ["0203"]),
        ("噪声", ["0109"]),
        ("noise", ["0109"]),
        ("NOISE", ["0109"]),
        ("加装", ["020303"]),
        ("lift", ["0203", "020301", "020303"]),
        ("下不了楼", ["020301"]),
        ("扰民", ["0109"]),
        ("停", []),
        ("", []),
        ("没有这一类", []),
    ],
)
def test_words_lead_to_a_category_or_to_several(text: str, codes: list[str]) -> None:
    found = [one.code for one in meant(text, KNOWN)]
    assert found == codes or (text == "lift" and set(found) == {"0203", "020301", "020303"})


def test_the_shipped_tree_is_whole_in_both_languages() -> None:
    rows = list(shipped())
    codes = [row.code for row in rows]
    assert sum(len(code) == 2 for code in codes) >= 12
    assert sum(len(code) > 2 for code in codes) >= 90
    assert len(codes) == len(set(codes))
    assert all(row.parent is None or row.parent in codes[: codes.index(row.code)] for row in rows)
    for row in rows:
        assert row.name, row.code
        assert row.name_en.isascii(), row.code
        assert row.lead in CAN_LEAD, row.code
        assert row.clock in ClockCode.values, row.code
        assert row.tag in ("", *SevenFive.values), row.code
        assert len(row.name) <= 40, row.code
    for names in ([row.name for row in rows], [row.name_en for row in rows]):
        assert [name for name, count in Counter(names).items() if count > 1] == []
    assert {row.tag for row in rows} == {*SevenFive.values}


def test_the_shipped_file_has_no_broken_line() -> None:
    text = files("linli.cases").joinpath("data/categories.csv").read_text("utf-8")
    assert {len(row) for row in csv.reader(text.splitlines())} == {7}


def test_a_code_holds_its_path() -> None:
    assert ancestry("010901") == ["01", "0109", "010901"]
    assert ancestry("01") == ["01"]
