"""Deadlines, days and shares in words, in both languages; the present moment is an argument."""

import datetime as dt

import pytest
from django.utils import translation

from linli.web import wording

NOW = dt.datetime(2026, 11, 18, 6, 10, tzinfo=dt.UTC)  # 14:10 in Beijing


def after(**spans: int) -> dt.datetime:
    return NOW + dt.timedelta(**spans)


@pytest.mark.parametrize(
    ("due", "chinese", "english"),
    [
        (
            after(hours=3, minutes=20),
            "还剩 3 小时 20 分 · 今天 17:30",
            "3 h 20 min left · today 17:30",
        ),
        (
            after(hours=-1, minutes=-25),
            "已超 1 小时 25 分 · 今天 12:45",
            "1 h 25 min overdue · today 12:45",
        ),
        (after(hours=2), "还剩 2 小时 · 今天 16:10", "2 h left · today 16:10"),
        (after(hours=24), "还剩 1 天 · 明天 14:10", "1 d left · tomorrow 14:10"),
        (after(days=-1), "已超 1 天 · 昨天 14:10", "1 d overdue · yesterday 14:10"),
        (
            after(days=3, hours=12),
            "还剩 3 天 12 小时 · 11 月 22 日 02:10",
            "3 d 12 h left · 22 Nov 02:10",
        ),
        (after(seconds=59), "还剩不到 1 分 · 今天 14:10", "less than a minute left · today 14:10"),
        (after(seconds=-59), "刚到时 · 今天 14:09", "due just now · today 14:09"),
    ],
)
def test_a_deadline_says_what_is_left_and_when_it_is(
    due: dt.datetime, chinese: str, english: str
) -> None:
    with translation.override("zh-hans"):
        assert wording.deadline(due, now=NOW) == chinese
    with translation.override("en"):
        assert wording.deadline(due, now=NOW) == english


def test_time_left_is_never_said_longer_than_it_is() -> None:
    with translation.override("en"):
        assert wording.time_left(after(minutes=59, seconds=59), now=NOW) == "59 min left"


@pytest.mark.parametrize(
    ("moment", "chinese", "english"),
    [
        (dt.datetime(2026, 11, 18, 16, 30, tzinfo=dt.UTC), "明天", "tomorrow"),  # 00:30 in Beijing
        (dt.datetime(2026, 11, 17, 15, 59, tzinfo=dt.UTC), "昨天", "yesterday"),
        (dt.datetime(2026, 1, 4, 4, 0, tzinfo=dt.UTC), "1 月 4 日", "4 Jan"),
        (dt.datetime(2027, 1, 4, 4, 0, tzinfo=dt.UTC), "2027 年 1 月 4 日", "4 Jan 2027"),
        (dt.datetime(2026, 12, 31, 16, 0, tzinfo=dt.UTC), "2027 年 1 月 1 日", "1 Jan 2027"),
    ],
)
def test_days_turn_at_the_sites_midnight_and_the_year_shows_only_where_it_differs(
    moment: dt.datetime, chinese: str, english: str
) -> None:
    with translation.override("zh-hans"):
        assert wording.day(moment, now=NOW) == chinese
    with translation.override("en"):
        assert wording.day(moment, now=NOW) == english


@pytest.mark.parametrize(
    ("due", "state"),
    [
        (after(seconds=-1), "late"),
        (after(seconds=0), "soon"),
        (after(hours=2), "soon"),
        (after(hours=2, seconds=1), "calm"),
    ],
)
def test_a_deadline_is_late_only_after_its_moment(due: dt.datetime, state: str) -> None:
    assert wording.urgency_of(due, now=NOW) == state


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (dt.timedelta(minutes=15), "15 分"),
        (dt.timedelta(hours=24), "24 小时"),
        (dt.timedelta(days=7), "7 天"),
        (dt.timedelta(days=3, hours=12), "3 天 12 小时"),
    ],
)
def test_a_limit_of_a_day_is_named_in_hours(span: dt.timedelta, words: str) -> None:
    with translation.override("zh-hans"):
        assert wording.limit(span) == words


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "—"),
        (0.0, "0.0%"),
        (1.0, "100.0%"),
        (0.98604, "98.6%"),
        (0.99999, "99.9%"),
        (0.00001, "0.1%"),
    ],
)
def test_a_share_reads_whole_only_when_it_is_whole(share: float | None, text: str) -> None:
    assert wording.percent(share) == text


def test_an_interval_has_an_en_dash_and_no_sign() -> None:
    assert wording.interval((0.9446, 0.9566)) == "94.5–95.7"


@pytest.mark.parametrize(
    ("share", "before", "words"),
    [
        (0.951, 0.946, "升 0.5"),
        (0.944, 0.95, "降 0.6"),
        (0.9511, 0.9509, "持平"),
        (0.5, None, ""),
        (None, 0.5, ""),
    ],
)
def test_a_change_is_that_of_the_figures_shown(
    share: float | None, before: float | None, words: str
) -> None:
    with translation.override("zh-hans"):
        assert wording.change(share, before) == words


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8619900000012", "199 0000 0012"),
        ("+861065000000", "010 6500 0000"),
        ("+863115550000", "0311 555 0000"),
        ("+442071838750", "+442071838750"),
    ],
)
def test_a_telephone_number_is_shown_in_groups(number: str, shown: str) -> None:
    assert wording.telephone(number) == shown
