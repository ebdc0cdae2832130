"""The open streams: how many there may be, and which of them a change concerns."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from linli.cases.concerned import Concerned, concerned_by
from linli.journal.queries import last_position, sealed_after
from linli.kernel.actor import Actor

MOST = 1000
"""Streams of one process; whoever comes later asks every half minute instead."""
EACH = 6
"""Streams of one person: as many as a browser holds to one address."""
BATCH = 500


@dataclass(eq=False)
class Stream:
    """One open page: who reads it, and whether she is to be told. `is_over` ends it."""

    actor: Actor
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False

    def end(self) -> None:
        self.is_over = True
        self.woken.set()


class Streams:
    """All open streams of this process. Used by its one event loop only."""

    def __init__(self, *, most: int = MOST, each: int = EACH) -> None:
        self._open: set[Stream] = set()
        self._of_user: Counter[int | None] = Counter()
        self._most, self._each = most, each

    def __len__(self) -> int:
        return len(self._open)

    def take(self, actor: Actor) -> Stream | None:
        """Return a new stream, or None where one more would be too many."""
        if len(self._open) >= self._most or self._of_user[actor.user_id] >= self._each:
            return None
        stream = Stream(actor)
        self._open.add(stream)
        self._of_user[actor.user_id] += 1
        return stream

    def drop(self, stream: Stream) -> None:
        if stream in self._open:
            self._open.remove(stream)
            self._of_user[stream.actor.user_id] -= 1

    def tell(self, changes: Iterable[Concerned]) -> None:
        """Wake those whom at least one of the changes concerns."""
        changes = list(changes)
        for stream in self._open:
            if any(one.includes(stream.actor) for one in changes):
                stream.woken.set()

    def end_all(self) -> None:
        """End all: their pages ask by themselves until they come back."""
        for stream in self._open:
            stream.end()


def changes_after(position: int) -> tuple[int, list[Concerned]]:
    """Return how far the record was read after a position, at most BATCH events, and whom its cases concern."""
    try:
        events = sealed_after(position, limit=BATCH)
        cases = {one.stream_id for one in events if one.stream_kind == "case"}
        reached = events[-1].position if events else position
        return reached, concerned_by(sorted(cases)) if cases else []
    finally:
        connection.close()


def newest_position() -> int:
    """Return how far the record is sealed now."""
    try:
        return last_position()
    finally:
        connection.close()
