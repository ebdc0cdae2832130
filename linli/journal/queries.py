"""Reads of the order and of the events behind it."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, OuterRef, Subquery, When
from django.db.models.lookups import Exact

from linli.journal.chain import FIELDS, Load
from linli.journal.models import EventOrder, RecordCheck
from linli.kernel.models import Event

EVENT_COLUMNS = ", ".join(f"e.{name}" for name in FIELDS)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One event as a subscriber gets it."""

    position: int
    id: int
    name: str
    stream_kind: str
    stream_id: int
    seq: int
    at: dt.datetime
    recorded_at: dt.datetime
    user_id: int | None
    organisation_id: int | None
    channel: str
    payload: dict[str, Any]


def event_values(row: Sequence[Any]) -> dict[str, Any]:
    """Return a row of EVENT_COLUMNS by name, the payload read."""
    values = dict(zip(FIELDS, row, strict=True))
    values["payload"] = json.loads(values["payload"])
    return values


def last_position() -> int:
    """Return how many events are sealed."""
    newest = EventOrder.objects.order_by("-position").values_list("position", flat=True).first()
    return newest or 0


def last_check() -> RecordCheck | None:
    """Return the newest check of the whole record."""
    return RecordCheck.objects.order_by("-at").first()


@dataclass(frozen=True)
class SealedSoFar:
    """How far a stream is sealed: the position of its newest sealed event, and how many wait."""

    position: int | None
    waiting_count: int
    checked_at: dt.datetime | None
    """When the whole record was last found whole; None if it was not checked yet, or found faulty."""


def stream_events(kind: str, stream: int) -> list[Event]:
    """Return the events of one stream, oldest first, each with `position` (None while it waits to be sealed) and
    `checked_at` (when the whole record was last found whole). One query."""
    newest = RecordCheck.objects.order_by("-at")
    return list(
        Event.objects.filter(stream_kind=kind, stream_id=stream)
        .annotate(
            position=Subquery(
                EventOrder.objects.filter(event_id=OuterRef("pk")).values("position")
            ),
            checked_at=Case(
                When(
                    Exact(Subquery(newest.values("fault_count")[:1]), 0),
                    then=Subquery(newest.values("at")[:1]),
                )
            ),
        )
        .order_by("seq")
    )


def sealed_so_far(events: Sequence[Any]) -> SealedSoFar:
    """Return how far a stream is sealed, from its events as `stream_events` reads them."""
    positions = [event.position for event in events if event.position is not None]
    return SealedSoFar(
        position=max(positions, default=None),
        waiting_count=len(events) - len(positions),
        checked_at=events[-1].checked_at if events else None,
    )


def sealed_after(position: int, *, limit: int) -> list[Sealed]:
    """Return the sealed events after a position, in order, at most `limit`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.position, {EVENT_COLUMNS}"  # noqa: S608 - columns of our own
            " FROM journal_eventorder o JOIN kernel_event e ON e.id = o.event_id"
            " WHERE o.position > %s ORDER BY o.position LIMIT %s",
            [position, limit],
        )
        rows = cursor.fetchall()
    return [Sealed(position=row[0], **event_values(row[1:])) for row in rows]


def nodes_at(positions: Sequence[int]) -> list[bytes]:
    """Return the tree's nodes kept at some positions, in the order asked for."""
    rows = EventOrder.objects.filter(position__in=positions).values_list("position", "node")
    found = {position: bytes(node) for position, node in rows}
    return [found[position] for position in positions]


def loader() -> Load:
    """Return a reader of (leaf, node) by position that asks for each row once."""
    seen: dict[int, tuple[bytes, bytes]] = {}

    def load(position: int) -> tuple[bytes, bytes]:
        if position not in seen:
            leaf, node = EventOrder.objects.values_list("leaf", "node").get(position=position)
            seen[position] = bytes(leaf), bytes(node)
        return seen[position]

    return load
