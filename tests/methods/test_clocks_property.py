"""For any start, pauses, extension and holidays the quick clock says what the slow, obvious one says."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.methods.clocks import Calendar, Clock, Limit, Pause, Unit, due, elapsed, share_used
from tests.methods.clock_reference import BEIJING, Reference

STEP = 10
"""Minutes between two moments of a generated story; the reference walks as coarsely, and misses nothing."""
FIRST = dt.datetime(2026, 12, 10, tzinfo=BEIJING)
DAYS = 45
TIMES = (
    ((9 * 60, 12 * 60), (13 * 60 + 30, 17 * 60 + 30)),
    ((0, 24 * 60),),
    ((22 * 60, 22 * 60 + 10),),
)
MOST = {"minute": 50, "hour": 60, "day": 12, "working_hour": 30, "working_day": 6}

moments = st.integers(0, DAYS * 24 * 60 // STEP).map(
    lambda n: FIRST + dt.timedelta(minutes=n * STEP)
)
days = st.integers(0, DAYS).map(lambda n: FIRST.date() + dt.timedelta(days=n))


@st.composite
def pauses(draw: Any) -> list[tuple[dt.datetime, dt.datetime | None]]:
    """Closed pauses in any order, touching, overlapping or empty; now and then one still open."""
    spans: list[tuple[dt.datetime, dt.datetime | None]] = []
    for begin, length in draw(
        st.lists(st.tuples(moments, st.integers(0, 5 * 24 * 60 // STEP)), max_size=4)
    ):
        spans.append((begin, begin + dt.timedelta(minutes=length * STEP)))
    if draw(st.integers(0, 5)) == 0:
        spans.insert(draw(st.integers(0, len(spans))), (draw(moments), None))
    return spans


@st.composite
def stories(draw: Any) -> Reference:
    unit = draw(st.sampled_from(sorted(MOST)))
    scale = STEP if unit == "minute" else 1
    return Reference(
        amount=draw(st.integers(1, MOST[unit])) * scale,
        unit=unit,
        start=draw(moments),
        pauses=draw(pauses()),
        extension=draw(st.integers(0, MOST[unit])) * scale,
        exceptions=draw(st.dictionaries(days, st.booleans(), max_size=14)),
        known_years=draw(st.sets(st.sampled_from([2026, 2027]))),
        times=draw(st.sampled_from(TIMES)),
        step=STEP,
    )


def quick(story: Reference) -> tuple[Clock, Calendar]:
    """Return the real clock and calendar of a story."""
    clock = Clock(
        Limit(story.amount, Unit(story.unit)),
        story.start,
        tuple(Pause(begin, end) for begin, end in story.pauses),
        story.extension,
    )
    calendar = Calendar(
        times=story.times,
        zone=BEIJING,
        exceptions=story.exceptions,
        known_years=frozenset(story.known_years),
    )
    return clock, calendar


@settings(max_examples=400, deadline=None)
@given(stories())
def test_the_due_time_is_that_of_the_reference(story: Reference) -> None:
    clock, calendar = quick(story)
    found, expected = due(clock, calendar=calendar), story.due()
    if expected is None:
        assert found.at is None
    else:
        assert (found.at, found.is_provisional) == expected


@settings(max_examples=200, deadline=None)
@given(stories(), moments)
def test_what_has_elapsed_is_that_of_the_reference(story: Reference, at: dt.datetime) -> None:
    clock, calendar = quick(story)
    counted = story.elapsed(at)
    assert elapsed(clock, calendar=calendar, at=at) == dt.timedelta(minutes=counted)
    assert share_used(clock, calendar=calendar, at=at) == pytest.approx(counted / story.wanted())


@settings(max_examples=100, deadline=None)
@given(stories(), st.integers(1, 8 * 24 * 60 // STEP))
def test_a_longer_pause_never_brings_the_end_forward(story: Reference, more: int) -> None:
    clock, calendar = quick(story)
    longer = Clock(
        clock.limit,
        clock.started_at,
        tuple(
            Pause(p.start, p.end and p.end + dt.timedelta(minutes=more * STEP))
            for p in clock.pauses
        ),
        clock.extension,
    )
    before, after = due(clock, calendar=calendar).at, due(longer, calendar=calendar).at
    assert after is None or (before is not None and before <= after)
