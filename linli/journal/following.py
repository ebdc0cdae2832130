"""Following events: what a room registers to be told, once, of everything that happened, in order.

    # linli/insight/subscribers.py
    @subscriber("insight.counters")
    def count(events: Sequence[Sealed]) -> None:
        ...  # rows of our own tables, or jobs: database writes only

The function is called with at most BATCH events in the order of their positions, inside one transaction
that also moves the subscriber's cursor: what it writes to the database happens exactly once. What leaves
the database (a message, a web hook) it puts off as a job in the same transaction; a job may run twice,
so it carries a key of (position, recipient). An exception leaves cursor and tables as they were; the same
events come again, later each time. One subscriber that fails does not hold up another.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import structlog
from django.db import transaction
from django.db.models import F

from linli.journal.models import Cursor
from linli.journal.queries import Sealed, last_position, sealed_after

BATCH = 500
LONGEST_PAUSE = dt.timedelta(minutes=5)
log = structlog.get_logger("linli.journal")
Handler = Callable[[Sequence[Sealed]], None]


@dataclass(frozen=True)
class Subscriber:
    """Who follows. `since` says where it begins on an installation that already has a history."""

    name: str
    handler: Handler
    since: Literal["the beginning", "now"]


SUBSCRIBERS: dict[str, Subscriber] = {}


def subscriber(
    name: str, *, since: Literal["the beginning", "now"] = "the beginning"
) -> Callable[[Handler], Handler]:
    """Register a function of a batch of events. `now` is for what must not be told of old events.

    Raises TypeError for a name that is taken.
    """

    def register(handler: Handler) -> Handler:
        if name in SUBSCRIBERS:
            raise TypeError(f"subscriber {name} is registered twice")
        SUBSCRIBERS[name] = Subscriber(name, handler, since)
        return handler

    return register


def follow(follower: Subscriber, *, now: dt.datetime, limit: int = BATCH) -> int:
    """Hand on the next batch to one subscriber. Returns how many events it took; 0 when none is left,
    when another process is at it, or while it pauses after a failure."""
    _enter(follower, now=now)
    try:
        with transaction.atomic(durable=True):
            cursor = (
                Cursor.objects.select_for_update(skip_locked=True)
                .filter(name=follower.name)
                .first()
            )
            if cursor is None or _pauses(cursor, now=now):
                return 0
            events = sealed_after(cursor.position, limit=limit)
            if not events:
                return 0
            follower.handler(events)
            Cursor.objects.filter(name=follower.name).update(
                position=events[-1].position,
                moved_at=now,
                failed_at=None,
                failure="",
                failure_count=0,
            )
            return len(events)
    except Exception as failed:
        failure = type(failed).__name__
        log.error("subscriber failed", subscriber=follower.name, failure=failure)
        Cursor.objects.filter(name=follower.name).update(
            failed_at=now, failure=failure[:64], failure_count=F("failure_count") + 1
        )
        return 0


def failing() -> list[str]:
    """Return the subscribers whose last batch failed."""
    found = Cursor.objects.filter(failed_at__isnull=False, name__in=SUBSCRIBERS)
    return list(found.order_by("name").values_list("name", flat=True))


def rewind(name: str, *, now: dt.datetime) -> None:
    """Let a subscriber read everything again from the first event (its own tables were emptied)."""
    Cursor.objects.filter(name=name).update(
        position=0, moved_at=now, failed_at=None, failure="", failure_count=0
    )


def _enter(follower: Subscriber, *, now: dt.datetime) -> None:
    if not Cursor.objects.filter(name=follower.name).exists():
        start = last_position() if follower.since == "now" else 0
        Cursor.objects.bulk_create(
            [Cursor(name=follower.name, position=start, moved_at=now)], ignore_conflicts=True
        )


def _pauses(cursor: Cursor, *, now: dt.datetime) -> bool:
    """Return whether a subscriber that failed waits still: a second, doubled with each failure."""
    if cursor.failed_at is None:
        return False
    pause = min(dt.timedelta(seconds=2 ** min(cursor.failure_count - 1, 12)), LONGEST_PAUSE)
    return now < cursor.failed_at + pause
