"""Events: frozen dataclasses of ids, codes and numbers, written with their outbox row."""

import dataclasses
import datetime as dt
import json
import re
import types
import typing
from collections.abc import Sequence
from typing import Any, NewType, TypeVar

from django.db import connection

from linli.kernel.actor import Actor

Code = NewType("Code", str)
"""A short ASCII code. The only text an event may carry, so that no person's words get in."""

_ALLOWED = {int, bool, float, dt.datetime, dt.date, Code, types.NoneType}
_CODE = re.compile(r"[\w.:+/-]{0,64}", re.ASCII)
EVENTS: dict[str, type[Any]] = {}
Kind = TypeVar("Kind", bound=type)


@typing.dataclass_transform(frozen_default=True, kw_only_default=True)
def event(name: str) -> typing.Callable[[Kind], Kind]:
    """Register a frozen dataclass as the event `name`. Raises TypeError for a field of free text."""

    def register(kind: Kind) -> Kind:
        frozen: Any = dataclasses.dataclass(frozen=True, kw_only=True)(kind)
        for field, hint in typing.get_type_hints(frozen).items():
            is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
            kinds = set(typing.get_args(hint)) if is_union else {hint}
            if not kinds <= _ALLOWED:
                raise TypeError(f"event {name}: {field} may hold only ids, codes and numbers")
        if name in EVENTS:
            raise TypeError(f"event {name} is registered twice")
        EVENTS[name] = frozen
        frozen.event_name = name
        return typing.cast(Kind, frozen)

    return register


def payload_of(happened: Any) -> str:
    """Return an event's fields as JSON. Raises ValueError for a text that is no code."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(happened):
        value = getattr(happened, field.name)
        if isinstance(value, dt.datetime | dt.date):
            value = value.isoformat()
        elif isinstance(value, str) and not _CODE.fullmatch(value):
            raise ValueError(f"event {happened.event_name}: {field.name} is not a code")
        values[field.name] = value
    return json.dumps(values)


def record(happened: Any, *, actor: Actor, kind: str, stream: int, seq: int) -> None:
    """Write one event and its outbox row in one statement, inside the operation's transaction."""
    record_many([(happened, stream, seq)], actor=actor, kind=kind)


def record_many(batch: Sequence[tuple[Any, int, int]], *, actor: Actor, kind: str) -> None:
    """Write (event, stream id, seq) rows and their outbox rows in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH written AS (
                INSERT INTO kernel_event
                    (name, stream_kind, stream_id, seq, at, user_id, organisation_id, channel, payload)
                SELECT name, %s, stream, seq, %s, %s, %s, %s, payload::jsonb
                FROM unnest(%s::text[], %s::bigint[], %s::int[], %s::text[])
                    WITH ORDINALITY AS given(name, stream, seq, payload, place)
                ORDER BY place
                RETURNING id
            )
            INSERT INTO kernel_outbox (event_id) SELECT id FROM written
            """,
            [
                kind,
                actor.now,
                actor.user_id,
                actor.organisation_id,
                actor.channel,
                [happened.event_name for happened, _, _ in batch],
                [stream for _, stream, _ in batch],
                [seq for _, _, seq in batch],
                [payload_of(happened) for happened, _, _ in batch],
            ],
        )
