"""The calendar: what a file may say, what changes, what a clock sees of it."""

import datetime as dt
from typing import Any

import pytest

from linli.accounts.operations import installer
from linli.kernel.actor import Actor
from linli.kernel.errors import NOT_ALLOWED, RuleBroken
from linli.kernel.models import Event
from linli.methods.clocks import working_times
from linli.territory.calendar import files
from linli.territory.calendar.announced import announced_years, source
from linli.territory.calendar.files import Day, difference, read_year, weekday_rule, write_year
from linli.territory.calendar.models import CalendarDay, CalendarYear
from linli.territory.calendar.months import months_of
from linli.territory.calendar.operations import CHANGED_MEANWHILE, apply_year
from linli.territory.calendar.queries import days_of, last_change, working_calendar
from tests.conftest import NOW

HEADER = "date,is_working,name\n"
NEW_YEAR = dt.date(2027, 1, 1)
SATURDAY = dt.date(2027, 2, 20)


def clerk(now: dt.datetime = NOW) -> Actor:
    return installer(now=now, permissions=frozenset({"territory.calendar"}))


def csv(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows)).encode()


# — the file —


def test_days_not_named_follow_the_weekday() -> None:
    days = read_year(csv("2027-01-01,0,元旦", "2027-02-20,1,春节"), year=2027)
    assert len(days) == 365
    assert days[NEW_YEAR] == Day(False, "元旦")
    assert days[SATURDAY] == Day(True, "春节")
    assert days[dt.date(2027, 1, 4)] == Day(True)
    assert days[dt.date(2027, 1, 9)] == Day(False)


def test_a_leap_year_has_its_day() -> None:
    assert len(weekday_rule(2028)) == 366


@pytest.mark.parametrize(
    "row",
    [
        "2027-1-1,0,元旦",
        "2027/01/01,休,元旦",
        "2027年1月1日,否,元旦",
        "2027.1.1,放假,元旦",
        " 2027-01-01 , No , 元旦 ,,",
    ],
)
def test_a_day_off_in_the_forms_people_write(row: str) -> None:
    assert read_year(csv(row), year=2027)[NEW_YEAR] == Day(False, "元旦")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_spreadsheets_are_read(encoding: str) -> None:
    content = (HEADER + "2027-01-01,0,元旦\n").encode(encoding)
    assert read_year(content, year=2027)[NEW_YEAR].name == "元旦"


@pytest.mark.parametrize(
    ("content", "refusal", "facts"),
    [
        (b"PK\x03\x04\x00\x00", files.NOT_TEXT, {}),
        (b"\xff\xff\xff", files.NOT_TEXT, {}),
        (b"", files.WRONG_HEADER, {"found": ""}),
        ("日期,上班\n2027-01-01,0".encode(), files.WRONG_HEADER, {"found": "日期,上班"}),
        (HEADER.encode(), files.NO_DAYS, {}),
        (csv("", ",,"), files.NO_DAYS, {}),
        (csv("2027-01-01,0,", "元旦,0,"), files.BAD_DATE, {"line": 3, "found": "元旦"}),
        (csv("2027-02-29,0,"), files.BAD_DATE, {"line": 2, "found": "2027-02-29"}),
        (
            csv("2027-01-01,0,", "2026-10-01,0,国庆节"),
            files.WRONG_YEAR,
            {"line": 3, "found": "2026-10-01", "year": 2027},
        ),
        (
            csv("2027-01-01,0,", "2027-01-02,0,", "2027/1/1,1,"),
            files.TWICE,
            {"line": 4, "found": "2027-01-01", "first": 2},
        ),
        (csv("2027-01-01,也许,"), files.BAD_WORKING, {"line": 2, "found": "也许"}),
        (csv("2027-01-01"), files.BAD_WORKING, {"line": 2, "found": ""}),
        (
            csv("2027-01-01,0," + "长" * 51),
            files.NAME_TOO_LONG,
            {"line": 2, "length": 51, "limit": 50},
        ),
    ],
)
def test_what_cannot_be_a_year_is_refused_with_its_line(
    content: bytes, refusal: Any, facts: dict[str, Any]
) -> None:
    with pytest.raises(RuleBroken) as broken:
        read_year(content, year=2027)
    assert broken.value.refusal is refusal
    assert broken.value.facts == facts
    assert broken.value.message


def test_what_is_written_is_read_back_the_same() -> None:
    for year, days in announced_years().items():
        assert read_year(write_year(days).encode(), year=year) == days


def test_the_difference_names_only_days_that_change() -> None:
    after = read_year(csv("2027-01-01,0,元旦", "2027-01-04,1,"), year=2027)
    changes = difference(weekday_rule(2027), after)
    assert [(c.date, c.before, c.after) for c in changes] == [
        (NEW_YEAR, Day(True), Day(False, "元旦"))
    ]


# — the announced years —


def test_2026_has_its_six_make_up_days_and_33_days_off() -> None:
    days = announced_years()[2026]
    made_up = {f"{d:%m-%d}" for d, day in days.items() if day.is_working and d.weekday() >= 5}
    assert made_up == {"01-04", "02-14", "02-28", "05-09", "09-20", "10-10"}
    assert sum(bool(day.name) and not day.is_working for day in days.values()) == 33
    assert sum(day.is_working for day in days.values()) == 248


def test_no_year_is_known_before_its_notice() -> None:
    years = sorted(announced_years())
    assert years[0] == 2004
    assert years == list(range(2004, years[-1] + 1))
    assert all(any(day.name for day in days.values()) for days in announced_years().values())


# — the table —


@pytest.mark.django_db
def test_a_year_is_applied_whole_with_one_event() -> None:
    changes = apply_year(
        actor=clerk(),
        year=2027,
        days=read_year(csv("2027-01-01,0,元旦"), year=2027),
        source="2027.csv",
    )
    assert [change.date for change in changes] == [NEW_YEAR]
    assert CalendarDay.objects.filter(year=2027).count() == 365
    known = CalendarYear.objects.get()
    assert (known.year, known.version, known.source, known.applied_at) == (2027, 1, "2027.csv", NOW)
    event = Event.objects.get(name="calendar.applied")
    assert (event.stream_id, event.seq) == (2027, 1)
    assert event.payload == {"year": 2027, "changed_count": 1, "working_count": 260}
    assert last_change() == NOW


@pytest.mark.django_db
def test_the_same_year_again_changes_nothing() -> None:
    days = announced_years()[2026]
    apply_year(actor=clerk(), year=2026, days=days, source=source())
    later = clerk(NOW + dt.timedelta(days=1))
    assert apply_year(actor=later, year=2026, days=days, source=source()) == []
    assert CalendarYear.objects.get().version == 1
    assert last_change() == NOW


@pytest.mark.django_db
def test_a_correction_is_a_new_version() -> None:
    apply_year(actor=clerk(), year=2027, days=weekday_rule(2027), source="a")
    days = read_year(csv("2027-01-01,0,元旦"), year=2027)
    assert len(apply_year(actor=clerk(), year=2027, days=days, source="b", seen_version=1)) == 1
    assert CalendarYear.objects.get().version == 2
    assert days_of(2027)[NEW_YEAR] == Day(False, "元旦")


@pytest.mark.django_db
@pytest.mark.parametrize(("known", "seen"), [(False, 1), (True, 0), (True, 2)])
def test_a_difference_made_with_other_days_is_refused(known: bool, seen: int) -> None:
    if known:
        apply_year(actor=clerk(), year=2027, days=weekday_rule(2027), source="a")
    days = read_year(csv("2027-01-01,0,元旦"), year=2027)
    with pytest.raises(RuleBroken) as broken:
        apply_year(actor=clerk(), year=2027, days=days, source="b", seen_version=seen)
    assert broken.value.refusal is CHANGED_MEANWHILE
    assert not CalendarDay.objects.filter(name="元旦").exists()


@pytest.mark.django_db
def test_only_who_may_changes_the_calendar() -> None:
    nobody = installer(now=NOW, permissions=frozenset({"territory.load"}))
    with pytest.raises(RuleBroken) as broken:
        apply_year(actor=nobody, year=2027, days=weekday_rule(2027), source="a")
    assert broken.value.refusal is NOT_ALLOWED


@pytest.mark.django_db
def test_a_clock_sees_make_up_days_holidays_and_what_is_not_known(
    django_assert_num_queries: Any,
) -> None:
    apply_year(actor=clerk(), year=2026, days=announced_years()[2026], source=source())
    times = working_times("09:00-17:00")
    with django_assert_num_queries(2):
        calendar = working_calendar(times=times, since=dt.date(2026, 9, 1))
    assert calendar.is_working(dt.date(2026, 10, 10))
    assert not calendar.is_working(dt.date(2026, 10, 7))
    assert not calendar.is_provisional(dt.date(2026, 9, 1), dt.date(2026, 12, 31))
    assert calendar.is_provisional(dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    with django_assert_num_queries(0):
        working_calendar(times=times, since=dt.date(2026, 9, 1), is_needed=False)


@pytest.mark.django_db
def test_months_show_each_day_once_with_its_kind() -> None:
    months = months_of(2026, announced_years()[2026])
    cells = [cell for month in months for week in month["weeks"] for cell in week if cell]
    assert [cell.date for cell in cells] == sorted(weekday_rule(2026))
    kinds = {cell.date: cell.kind for cell in cells}
    assert kinds[dt.date(2026, 10, 1)] == "holiday"
    assert kinds[dt.date(2026, 10, 3)] == "holiday"
    assert kinds[dt.date(2026, 10, 10)] == "made_up"
    assert kinds[dt.date(2026, 10, 11)] == "off"
    assert kinds[dt.date(2026, 10, 12)] == "working"
