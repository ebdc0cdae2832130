"""The sealed history of one stream, with the proofs by which somebody without a key can check it."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.db import connection

from linli.journal.chain import consistency, content, inclusion
from linli.journal.drainer import head_now
from linli.journal.heads import Head
from linli.journal.keys import keys
from linli.journal.queries import EVENT_COLUMNS, event_values, loader


def published(head: Head) -> dict[str, Any]:
    """Return a head as it is published: with the public key, without the keyed link."""
    shown = {**asdict(head), "public_key": keys()[head.key_id].public}
    del shown["link"], shown["is_restored"]
    return shown


def history_of(
    kind: str, stream: int, *, case: str, now: dt.datetime, since: int | None = None
) -> dict[str, Any]:
    """Return all sealed events of a stream with their proofs against the head of now.

    `case` is the number as people read it. `since` is the position of a head that was published: the proof
    that the record of now begins with the one of then is added. Raises ValueError for a position that
    the record has not reached.
    """
    head = head_now(now=now)
    load = loader()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.position, o.key_id, {EVENT_COLUMNS}"  # noqa: S608 - columns of our own
            " FROM kernel_event e JOIN journal_eventorder o ON o.event_id = e.id"
            " WHERE e.stream_kind = %s AND e.stream_id = %s AND o.position <= %s ORDER BY e.seq",
            [kind, stream, head.position],
        )
        rows = cursor.fetchall()
    events = [
        {
            "position": position,
            "content": content(values).decode(),
            "salt": keys()[key_id].salt(values["id"]).hex(),
            "path": [node.hex() for node in inclusion(load, position, head.position)],
        }
        for position, key_id, values in ((row[0], row[1], event_values(row[2:])) for row in rows)
    ]
    shown = published(head)
    found: dict[str, Any] = {
        "case": case,
        "public_key": shown.pop("public_key"),
        "head": shown,
        "events": events,
    }
    if since is not None:
        if not 0 < since <= head.position:
            raise ValueError(since)
        path = consistency(load, since, head.position)
        found["since"] = {"position": since, "path": [node.hex() for node in path]}
    return found
