"""When a message may go: quiet hours, digests, tries."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from linli.cases.events import EVENT_OF_MOVE
from linli.channels.choices import Digest
from linli.channels.rules import LADDER, ROUTES, TRIES, Quiet, goes_at, tried_again_after
from linli.kernel.events import EVENTS

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = Quiet(dt.time(22), dt.time(7))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("quiet", "moment", "until"),
    [
        (NIGHT, "18T21:59", None),
        (NIGHT, "18T22:00", "19T07:00"),
        (NIGHT, "18T23:30", "19T07:00"),
        (NIGHT, "19T00:00", "19T07:00"),
        (NIGHT, "19T06:59", "19T07:00"),
        (NIGHT, "19T07:00", None),
        (Quiet(dt.time(12), dt.time(14)), "18T12:30", "18T14:00"),
        (Quiet(dt.time(12), dt.time(14)), "18T14:00", None),
        (Quiet(dt.time(8), dt.time(8)), "18T08:00", None),
        (Quiet(dt.time(0), dt.time(0)), "18T00:00", None),
    ],
)
def test_the_quiet_ends_when_it_says(quiet: Quiet, moment: str, until: str | None) -> None:
    assert quiet.until(at(moment)) == (at(until) if until else None)


@pytest.mark.parametrize(
    ("moment", "digest", "is_urgent", "goes"),
    [
        ("18T14:10", "at_once", False, "18T14:10"),
        ("18T23:10", "at_once", False, "19T07:00"),
        ("18T23:10", "at_once", True, "18T23:10"),
        ("18T14:10", "hourly", False, "18T15:00"),
        ("18T21:10", "hourly", False, "19T07:00"),
        ("18T08:29", "twice_a_day", False, "18T08:30"),
        ("18T08:30", "twice_a_day", False, "18T14:00"),
        ("18T15:00", "twice_a_day", False, "19T08:30"),
        ("18T15:00", "twice_a_day", True, "18T15:00"),
    ],
)
def test_a_message_goes_out_when_it_may(
    moment: str, digest: str, is_urgent: bool, goes: str
) -> None:
    assert goes_at(at(moment), quiet=NIGHT, digest=digest, is_urgent=is_urgent) == at(goes)


def test_it_is_tried_again_later_and_later_and_then_given_up() -> None:
    pauses = [tried_again_after(attempt) for attempt in range(1, TRIES + 1)]
    seconds = [pause.total_seconds() for pause in pauses if pause is not None]
    assert seconds == [30, 120, 480, 1920, 7680]
    assert pauses[-1] is None


def test_what_is_told_are_events_that_exist() -> None:
    assert set(ROUTES) <= set(EVENTS)
    assert {"case.dispatched", "task.given", "task.done"} <= {*EVENT_OF_MOVE.values()}
    assert sorted(LADDER) == [50, 75, 100]
    assert {"at_once", "hourly", "twice_a_day"} == set(Digest.values)
