"""The check of the whole record: the chain, the heads outside the database, and what stands beside both."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction

from linli.journal.chain import content
from linli.journal.faults import Fault
from linli.journal.heads import Head, kept_heads
from linli.journal.keys import keys
from linli.journal.queries import EVENT_COLUMNS, event_values
from linli.journal.walk import Link, Walk

MOST = 100
"""Faults told at most: with a wrong key every row is one."""


@dataclass
class Report:
    """What was checked. `last` is the last position, `heads` how many lines of the head file were compared."""

    count: int = 0
    last: int = 0
    waiting: int = 0
    heads: int = 0
    faults: list[Fault] = field(default_factory=list)


def verify(*, most: int = MOST) -> Report:
    """Check everything while others go on writing. Reads each sealed event once, in constant memory."""
    # The file first: heads written while we read may be of positions that we do not see.
    heads = list(kept_heads())
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        # Of two lines for one position the older stands: who cuts the end off and lets the drainer go on
        # gets new lines, but does not lose the old ones.
        walk = Walk(keys(), {head.position: head for head in reversed(heads)})
        found = list(islice(walk.faults(_links(cursor)), most + 1))
        cursor.execute("CLOSE chain")
        found += [*_heads(heads, walk), *islice(_beside(cursor), most + 1)]
        cursor.execute("SELECT count(*) FROM kernel_outbox")
        waiting = cursor.fetchone()[0]
    if len(found) > most:
        found = [*found[:most], Fault("too_many", {"count": most})]
    return Report(walk.count, walk.last, waiting, len(heads), found)


def _links(cursor: Any) -> Iterator[Link]:
    """Read the order with its events through a cursor on the server."""
    cursor.execute(
        f"DECLARE chain NO SCROLL CURSOR FOR SELECT o.position, o.event_id, o.leaf, o.node, o.link, o.key_id, {EVENT_COLUMNS}"  # noqa: S608
        " FROM journal_eventorder o LEFT JOIN kernel_event e ON e.id = o.event_id ORDER BY o.position"
    )
    while True:
        cursor.execute("FETCH 2000 FROM chain")
        rows = cursor.fetchall()
        if not rows:
            return
        for row in rows:
            yield _link(row)


def _link(row: Any) -> Link:
    position, event_id, leaf, node, link, key_id, *event = row
    parts = (position, event_id, bytes(leaf), bytes(node), bytes(link), key_id)
    if event[0] is None:
        return Link(*parts, text=None, shown=f"event {event_id}", stream=None)
    values = event_values(event)
    stream = (values["stream_kind"], values["stream_id"])
    return Link(*parts, text=content(values), shown=_shown(values), stream=stream)


def _shown(values: dict[str, Any]) -> str:
    return "{name} {id} ({stream_kind} {stream_id} #{seq})".format(**values)


def _heads(heads: list[Head], walk: Walk) -> Iterator[Fault]:
    """Compare the end of the chain with the file: what the file knows and the database does not."""
    if heads:
        furthest = max(heads, key=lambda head: head.position)
        if furthest.position > walk.last:
            yield Fault(
                "tail", {"first": walk.last + 1, "last": furthest.position, "at": furthest.at}
            )
        newest = heads[-1]
        key = walk.keys.get(newest.key_id)
        if key is None or not newest.is_genuine(key.public):
            yield Fault("forged_head", {"position": newest.position})


def _beside(cursor: Any) -> Iterator[Fault]:
    """Find events that the drainer never saw, and rows of the outbox that lead nowhere."""
    cursor.execute(
        f"SELECT {EVENT_COLUMNS} FROM kernel_event e"  # noqa: S608
        " WHERE NOT EXISTS (SELECT FROM journal_eventorder o WHERE o.event_id = e.id)"
        " AND NOT EXISTS (SELECT FROM kernel_outbox x WHERE x.event_id = e.id) ORDER BY e.id"
    )
    for row in cursor.fetchall():
        values = event_values(row)
        stream = (values["stream_kind"], values["stream_id"])
        yield Fault("unsealed", {"event": _shown(values)}, stream)
    cursor.execute(
        "SELECT x.event_id, o.event_id IS NOT NULL FROM kernel_outbox x"
        " LEFT JOIN kernel_event e ON e.id = x.event_id"
        " LEFT JOIN journal_eventorder o ON o.event_id = x.event_id"
        " WHERE e.id IS NULL OR o.event_id IS NOT NULL ORDER BY x.event_id"
    )
    for event_id, is_sealed in cursor.fetchall():
        yield Fault("sealed_twice" if is_sealed else "lost", {"event_id": event_id})
