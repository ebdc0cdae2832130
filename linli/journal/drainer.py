"""The drainer: takes what happened from the outbox, gives it its position and its seal, tells who waits.

Any number of drainers may run; a lock of the database lets one work at a time. Nothing here reads a
transaction's number or a row's place on disk: an event that is committed late simply comes later.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from linli.journal import heads
from linli.journal.chain import GENESIS, content, grown, peaks, root_of
from linli.journal.heads import Head
from linli.journal.keys import key_in_force
from linli.journal.models import EventOrder
from linli.journal.queries import EVENT_COLUMNS, event_values, last_position, nodes_at

BATCH = 500
CHANNEL = "linli"
"""The drainer alone sends on it, once a batch: the last position sealed, in decimal."""

_LOCK = int.from_bytes(b"linlidrn", "big")
_ALIVE = (0x4C494E4C, 1)


@dataclass(frozen=True)
class Drained:
    """What one batch did. `head` is None when there was nothing to do or another drainer is at work;
    `newest` is the highest number of an outbox row taken."""

    count: int = 0
    head: Head | None = None
    newest: int = 0


def drain(*, now: dt.datetime, limit: int = BATCH, beyond: int = 0) -> Drained:
    """Seal at most `limit` events in one transaction, then write the head to its file.

    `beyond` passes over outbox rows up to that number without looking at them.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return Drained()
        taken = _taken(cursor, limit, beyond)
        if not taken:
            return Drained()
        head = _seal(cursor, [values for _outbox_id, values in taken], now=now)
        cursor.execute(
            "DELETE FROM kernel_outbox WHERE id = ANY(%s)", [[outbox_id for outbox_id, _ in taken]]
        )
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(head.position)])
    heads.append(head)
    return Drained(len(taken), head, taken[-1][0])


def note_head(*, now: dt.datetime) -> None:
    """Write the head if the file lacks it: a crash came between a commit and its line."""
    head = head_now(now=now)
    written = list(heads.kept_heads())
    if head.position > (written[-1].position if written else 0):
        heads.append(head)


def mark_alive() -> None:
    """Hold a shared lock for as long as this connection lives: `is_alive` sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, %s)", _ALIVE)


def is_alive() -> bool:
    """Return whether some drainer is connected to this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND (classid, objid) = (%s, %s)"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            _ALIVE,
        )
        return bool(cursor.fetchone()[0])


def accept_restore(*, now: dt.datetime) -> Head:
    """Write to the head file that the database was put back to its present end on purpose."""
    head = head_now(now=now, is_restored=True)
    heads.append(head)
    return head


def head_now(*, now: dt.datetime, is_restored: bool = False) -> Head:
    """Return the head of the chain as the database has it, signed now."""
    position = last_position()
    last = EventOrder.objects.filter(position=position).values_list("link", flat=True).first()
    return Head.signed(
        key_in_force(),
        position=position,
        root=root_of(nodes_at(peaks(position))),
        link=bytes(last) if last else GENESIS,
        at=now,
        is_restored=is_restored,
    )


def _taken(cursor: Any, limit: int, beyond: int) -> list[tuple[int, dict[str, Any]]]:
    """Return (outbox id, event) of the oldest rows. A row whose event is gone, or was sealed before, stays:
    it blocks nobody, and `linli audit verify` names it."""
    cursor.execute(
        f"SELECT x.id, {EVENT_COLUMNS} FROM kernel_outbox x JOIN kernel_event e ON e.id = x.event_id"  # noqa: S608
        " WHERE x.id > %s AND NOT EXISTS"
        " (SELECT FROM journal_eventorder o WHERE o.event_id = x.event_id)"
        " ORDER BY x.id LIMIT %s",
        [beyond, limit],
    )
    return [(row[0], event_values(row[1:])) for row in cursor.fetchall()]


def _seal(cursor: Any, events: list[dict[str, Any]], *, now: dt.datetime) -> Head:
    key = key_in_force()
    position = last_position()
    tops = nodes_at(peaks(position))
    last = EventOrder.objects.filter(position=position).values_list("link", flat=True).first()
    link = bytes(last) if last else GENESIS
    rows: list[tuple[int, int, bytes, bytes, bytes]] = []
    for values in events:
        position += 1
        leaf = key.leaf(values["id"], content(values))
        link = key.link(link, values["id"], leaf)
        tops = grown(tops, position, leaf)
        rows.append((position, values["id"], leaf, tops[-1], link))
    cursor.execute(
        "INSERT INTO journal_eventorder (position, event_id, leaf, node, link, key_id)"
        " SELECT *, %s FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[])",
        [key.id, *(list(column) for column in zip(*rows, strict=True))],
    )
    return Head.signed(key, position=position, root=root_of(tops), link=link, at=now)
