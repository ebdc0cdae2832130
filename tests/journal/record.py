"""A record of a few invented streams, written as operations write it, and hands that hold the database."""

import datetime as dt
from typing import Any

from django.db import connection

from linli.journal.drainer import Drained, drain
from linli.kernel.actor import Actor, Grant
from linli.kernel.events import EVENTS, event, record
from linli.kernel.models import Event

NOW = dt.datetime(2026, 11, 18, 6, 10, tzinfo=dt.UTC)
ACTOR = Actor(
    user_id=7, name="李社工", grants=(Grant("worker", frozenset()),), now=NOW, organisation_id=3
)


def happened(stream: int, seq: int, *, number: int = 0) -> int:
    """Record one event of a stream; return its id."""
    if "test.happened" not in EVENTS:
        event("test.happened")(type("Happened", (), {"__annotations__": {"number": int}}))
    record(EVENTS["test.happened"](number=number), actor=ACTOR, kind="test", stream=stream, seq=seq)
    return Event.objects.get(stream_kind="test", stream_id=stream, seq=seq).pk


def a_record(*, streams: int = 4, each: int = 3) -> list[int]:
    """Record events of several streams by turns and seal them; return their ids in order."""
    ids = [
        happened(stream, seq, number=10 * stream + seq)
        for seq in range(1, each + 1)
        for stream in range(1, streams + 1)
    ]
    sealed()
    return ids


def sealed(*, limit: int = 500) -> Drained:
    return drain(now=NOW, limit=limit)


def holder(statement: str, arguments: Any = ()) -> None:
    """Do something to the database as somebody who owns it: no right and no trigger is in the way."""
    tables = ("kernel_event", "journal_eventorder")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, arguments)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET ROLE linli_app")
