"""Writes of an import as a whole. Its batches are `cases.operations.receive_batch`."""

import datetime as dt
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from linli.cases.imports.choices import ImportFault
from linli.cases.imports.events import ImportAsked, ImportBegan, ImportBrokeOff
from linli.cases.imports.models import AT_ONCE, ImportAside, ImportChunk, ImportRun
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.kernel.operation import operation

KEPT = dt.timedelta(days=30)
"""How long rows handed back, and files only looked at, are kept: they hold names and numbers."""

SILENT = dt.timedelta(minutes=2)
"""Without a sign of life for so long, who had the import in hand has died and another takes it over."""
MOST_TRIES = 3
"""Turns that may end without a single batch taken; then the import stands as broken off."""
_TURN = 0x1107
"""Advisory lock: one import at a time is in hand, so that the worker's other jobs have room."""

ALREADY_BEGUN = Refusal(
    "import.already_begun",
    _("Part of this file is in already. It cannot be laid aside; let it run to its end."),
)


@operation(P.IMPORT)
def begin_import(
    *,
    actor: Actor,
    name: str,
    source: str,
    file_hash: str,
    map_hash: str,
    total: int,
    map_text: str = "",
    pieces: Iterable[bytes] = (),
) -> ImportRun:
    """Return the open import of this file by this map, begun if there is none.

    `total`: rows of the file. `pieces`: its bytes, if it is not to be found on the server's disk later.
    """
    _forget_old(actor)
    found = ImportRun.objects.filter(
        file_hash=file_hash, map_hash=map_hash, user_id=actor.user_id, ended_at=None
    ).first()
    if found is not None:
        return found
    run = ImportRun.objects.create(
        source=source,
        name=name[:200],
        file_hash=file_hash,
        map_hash=map_hash,
        map_text=map_text,
        user_id=actor.user_id,
        started_at=actor.now,
        total=total,
        version=1,
    )
    numbered = (ImportChunk.of(run, place, data) for place, data in enumerate(pieces))
    while some := list(islice(numbered, AT_ONCE)):
        ImportChunk.objects.bulk_create(some)
    began = ImportBegan(run_id=run.pk, source=Code(source), file_hash=Code(file_hash), total=total)
    record(began, actor=actor, kind="import", stream=run.pk, seq=1)
    return run


def _forget_old(actor: Actor) -> None:
    """Delete rows handed back that nobody has mended in time, and files that were only looked at."""
    long_ago = actor.now - KEPT
    ImportAside.objects.filter(run__ended_at__lt=long_ago).delete()
    ImportRun.objects.filter(position=0, ended_at=None, started_at__lt=long_ago).delete()


@operation(P.IMPORT)
def drop_import(*, actor: Actor, run_id: int) -> None:
    """Forget a file of which no row is in yet. Raises ImportRun.DoesNotExist, ALREADY_BEGUN."""
    run = _own(run_id, actor=actor)
    if run.position or run.beat_at is not None:
        raise ALREADY_BEGUN()
    run.delete()


@operation(P.IMPORT)
def ask_for_import(*, actor: Actor, run_id: int) -> ImportRun:
    """Hand a file to the worker, also one that was broken off. Asked twice, or ended: nothing more happens.

    Raises ImportRun.DoesNotExist for another's.
    """
    run = _own(run_id, actor=actor)
    if run.ended_at is not None or (run.turn_at is not None and run.fault is None):
        return run
    asked = ImportAsked(run_id=run.pk, position=run.position)
    _written(run, asked, actor=actor, turn_at=actor.now, beat_at=None, attempt_count=0, fault=None)
    return run


@operation(P.SWEEP)
def take_import(*, actor: Actor) -> ImportRun | None:
    """Take the import whose turn it is; None if there is none, or one is in hand already.

    One that came no row further in several turns is given up: it stands as broken off. Being taken is no event:
    what was asked and what came of it are.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
    waiting = _waiting()
    if waiting.filter(beat_at__gte=actor.now - SILENT).exists():
        return None
    for run in waiting.order_by("turn_at", "pk").select_for_update(skip_locked=True):
        if run.attempt_count >= MOST_TRIES:
            _break_off(run, ImportFault.BROKEN, actor=actor)
            continue
        ImportRun.objects.filter(pk=run.pk).update(
            beat_at=actor.now, attempt_count=F("attempt_count") + 1
        )
        run.beat_at = actor.now
        return run
    return None


@operation(P.SWEEP)
def show_import_alive(*, actor: Actor, run_id: int) -> None:
    """Give a sign of life. Nothing rests on it, so it is no event."""
    _waiting().filter(pk=run_id).update(beat_at=actor.now)


@operation(P.SWEEP)
def end_turn(*, actor: Actor, run_id: int) -> None:
    """Lay an import down until its next turn, behind the others that wait."""
    _waiting().filter(pk=run_id).update(beat_at=None, turn_at=actor.now)


@operation(P.SWEEP)
def break_off_import(*, actor: Actor, run_id: int, fault: str) -> None:
    """Write down why an import cannot go on. What is in stays in."""
    run = _waiting().select_for_update().filter(pk=run_id).first()
    if run is not None:
        _break_off(run, ImportFault(fault), actor=actor)


def _waiting() -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(
        turn_at__isnull=False, ended_at__isnull=True, fault__isnull=True
    )


def _break_off(run: ImportRun, fault: ImportFault, *, actor: Actor) -> None:
    broken = ImportBrokeOff(run_id=run.pk, position=run.position, fault=Code(fault.value))
    _written(run, broken, actor=actor, beat_at=None, fault=fault.value)


def _own(run_id: int, *, actor: Actor) -> ImportRun:
    return ImportRun.objects.select_for_update().get(pk=run_id, user_id=actor.user_id)


def _written(run: ImportRun, happened: Any, *, actor: Actor, **changes: Any) -> None:
    """Write changes to a locked import, raise its version and record the event under it."""
    changes["version"] = run.version + 1
    for column, value in changes.items():
        setattr(run, column, value)
    ImportRun.objects.filter(pk=run.pk).update(**changes)
    record(happened, actor=actor, kind="import", stream=run.pk, seq=run.version)
