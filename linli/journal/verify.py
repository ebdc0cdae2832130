"""The check of the whole record: the chain, the heads outside the database, and what stands beside both."""

from collections.abc import Iterable, Iterator
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
    """What was checked. `last` is the last position, `heads` how many lines of the head file were compared,
    `given_up` the positions that were lost with a restore that somebody with the key accepted."""

    count: int = 0
    last: int = 0
    waiting: int = 0
    heads: int = 0
    given_up: list[tuple[int, int, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def verify(*, most: int = MOST) -> Report:
    """Check everything while others go on writing. Reads each sealed event once, in constant memory."""
    # The file first: heads written while we read may be of positions that we do not see.
    heads, given_up, forged = _standing(kept_heads())
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        # Of two lines for one position the older stands: who cuts the end off and lets the drainer go on
        # gets new lines, but does not lose the old ones.
        walk = Walk(keys(), {head.position: head for head in reversed(heads)})
        found = list(islice(walk.faults(_links(cursor)), most + 1))
        cursor.execute("CLOSE chain")
        found += [*forged, *_tail(heads, walk), *islice(_beside(cursor), most + 1)]
        cursor.execute("SELECT count(*) FROM kernel_outbox")
        waiting = cursor.fetchone()[0]
    if len(found) > most:
        found = [*found[:most], Fault("too_many", {"count": most})]
    return Report(walk.count, walk.last, waiting, len(heads), given_up, found)


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


def _standing(
    written: Iterable[Head],
) -> tuple[list[Head], list[tuple[int, int, str]], list[Fault]]:
    """Return the heads that still stand, what was given up by restores, and lines that we did not sign.

    Every restore is checked, and the newest line; the others are compared with the chain itself.
    """
    heads: list[Head] = []
    given_up: list[tuple[int, int, str]] = []
    forged: list[Fault] = []
    for head in written:
        if head.is_restored and not _is_ours(head):
            forged.append(Fault("forged_head", {"position": head.position}))
            continue
        furthest = max((older.position for older in heads), default=0)
        if head.is_restored and furthest > head.position:
            given_up.append((head.position + 1, furthest, head.at))
            heads = [older for older in heads if older.position <= head.position]
        heads.append(head)
    if heads and not _is_ours(heads[-1]):
        forged.append(Fault("forged_head", {"position": heads[-1].position}))
    return heads, given_up, forged


def _is_ours(head: Head) -> bool:
    key = keys().get(head.key_id)
    return key is not None and head.is_genuine(key.public)


def _tail(heads: list[Head], walk: Walk) -> Iterator[Fault]:
    """Compare the end of the chain with the file: what the file knows and the database does not."""
    furthest = max(heads, key=lambda head: head.position, default=None)
    if furthest is not None and furthest.position > walk.last:
        yield Fault("tail", {"first": walk.last + 1, "last": furthest.position, "at": furthest.at})


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
