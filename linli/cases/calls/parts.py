"""Steps on calls that operations share, inside their transaction."""

import datetime as dt
from typing import Any

from django.db import connection

from linli.cases.calls.events import CallWrittenDown
from linli.cases.calls.models import Interaction
from linli.kernel.actor import Actor
from linli.kernel.events import record


def locked_call(actor: Actor) -> Interaction | None:
    """Return the actor's call that has not ended, locked, or None."""
    assert connection.in_atomic_block
    rows = Interaction.objects.filter(user_id=actor.user_id or 0, ended_at__isnull=True)
    return rows.select_for_update().first()


def write_call(call: Interaction, *, event: Any, actor: Actor, **changes: Any) -> None:
    """Write changes to a locked call, raise its version and record the event under it."""
    changes["version"] = call.version + 1
    for column, value in changes.items():
        setattr(call, column, value)
    Interaction.objects.filter(pk=call.pk).update(**changes)
    record(event, actor=actor, kind="call", stream=call.pk, seq=call.version)


def seconds(span: dt.timedelta) -> int:
    return int(span.total_seconds())


def end_writing(call: Interaction, *, actor: Actor) -> None:
    """End a call whose talk is over: all of it is written down."""
    assert call.talk_ended_at is not None
    written = CallWrittenDown(call_id=call.pk, written=seconds(actor.now - call.talk_ended_at))
    write_call(call, event=written, actor=actor, ended_at=actor.now)


def came_of_call(case_id: int, *, actor: Actor) -> None:
    """Note what came of the call in hand, if there is one; whoever has hung up is free with it."""
    call = locked_call(actor)
    if call is None or call.answered_at is None:
        return
    if call.case_id is None:
        call.case_id = case_id
        Interaction.objects.filter(pk=call.pk).update(case=case_id)
    if call.talk_ended_at is not None:
        end_writing(call, actor=actor)
