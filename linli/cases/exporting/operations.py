"""Writes of exports: asking, taking in hand, finishing, fetching, removing; looks at who asked."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F

from linli.accounts.door.rules import require_fresh_proof
from linli.cases.catalogue.models import Category
from linli.cases.events import RequesterUnmasked
from linli.cases.exporting.choices import ExportFault, ExportState
from linli.cases.exporting.events import (
    ExportAsked,
    ExportDownloaded,
    ExportFailed,
    ExportFinished,
    ExportRemoved,
)
from linli.cases.exporting.models import STORE, Export
from linli.cases.exporting.parts import locked_export, written
from linli.cases.exporting.queries import live_count, named, to_make
from linli.cases.exporting.rules import (
    ENDS_BEFORE,
    EXPIRED,
    KEPT,
    MOST_LIVE,
    MOST_TRIES,
    NOT_READY,
    OUTSIDE_AREA,
    REASON_NEEDED,
    TOO_MANY_LIVE,
)
from linli.cases.models import Case, Requester, Unmasking
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.operations import reason_of
from linli.cases.privacy.rules import is_hidden_from
from linli.cases.privacy.wall import requesters_of
from linli.kernel.actor import Actor
from linli.kernel.errors import NOT_ALLOWED
from linli.kernel.events import Code, record, record_many
from linli.kernel.operation import operation
from linli.methods.language.normal import clean_words
from linli.territory.models import Place


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for: which cases, as which file. `received_to` is the first moment outside.

    `which` is one of ExportList, `state` is `case:code` or `order:code`.
    """

    format: str
    language: str
    which: str = ""
    words: str = ""
    state: str | None = None
    category: Category | None = None
    place: Place | None = None
    received_from: dt.datetime | None = None
    received_to: dt.datetime | None = None
    is_personal: bool = False
    reason: str = ""


@operation(P.EXPORT)
def ask_for_export(*, actor: Actor, wish: Wish, form_key: uuid.UUID) -> Export:
    """Ask for an export; the same form sent twice is one. Raises RuleBroken.

    Names and numbers need the permission to unmask, a reason and a fresh proof (ProofNeeded).
    """
    assert actor.user_id is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [form_key.int % 2**63])
    before = Export.objects.filter(form_key=form_key, user_id=actor.user_id).first()
    if before is not None:
        return before
    _check(wish, actor=actor)
    asked = Export.objects.create(
        form_key=form_key,
        user_id=actor.user_id,
        asked_at=actor.now,
        format=wish.format,
        language=wish.language,
        list_asked=wish.which,
        words_asked=clean_words(wish.words)[:200],
        state_asked=wish.state,
        category=wish.category,
        place=wish.place,
        received_from=wish.received_from,
        received_to=wish.received_to,
        is_personal=wish.is_personal,
        reason=reason_of(wish.reason) if wish.is_personal else "",
    )
    event = ExportAsked(
        export_id=asked.pk,
        format=Code(wish.format),
        state=Code(wish.state) if wish.state else None,
        place=Code(wish.place.code) if wish.place else None,
        received_from=wish.received_from,
        received_to=wish.received_to,
        is_personal=wish.is_personal,
        which=Code(wish.which) if wish.which else None,
        category=Code(wish.category.code) if wish.category else None,
        has_words=bool(asked.words_asked),
    )
    record(event, actor=actor, kind="export", stream=asked.pk, seq=asked.version)
    return asked


def _check(wish: Wish, *, actor: Actor) -> None:
    if wish.is_personal and not actor.may(P.UNMASK):
        raise NOT_ALLOWED()
    if wish.is_personal and not clean_words(wish.reason):
        raise REASON_NEEDED()
    if wish.received_from and wish.received_to and wish.received_to <= wish.received_from:
        raise ENDS_BEFORE()
    if wish.place is not None and not any(
        getattr(wish.place, column) == code for column, code in actor.scopes(P.EXPORT)
    ):
        raise OUTSIDE_AREA()
    if wish.is_personal:
        require_fresh_proof(actor)
    if live_count(actor) >= MOST_LIVE:
        raise TOO_MANY_LIVE(limit=MOST_LIVE)


@operation(P.SWEEP)
def take_export(*, actor: Actor) -> Export | None:
    """Take the oldest export that nobody makes; None where there is none.

    One that broke off too often is given up: it stands as failed. Being taken is no event: what was asked and
    what came of it are.
    """
    for found in to_make(now=actor.now).select_for_update(skip_locked=True, of=("self",)):
        if found.attempt_count >= MOST_TRIES:
            _fail(found, ExportFault.BROKEN, actor=actor)
            continue
        taken: dict[str, Any] = {
            "attempt_count": found.attempt_count + 1,
            "begun_at": actor.now,
            "beat_at": actor.now,
            "done_count": 0,
        }
        Export.objects.filter(pk=found.pk).update(**taken)
        for column, value in taken.items():
            setattr(found, column, value)
        return found
    return None


@operation(P.SWEEP)
def show_progress(*, actor: Actor, export_id: int, done: int, total: int) -> None:
    """Say how far an export has come, as a sign of life. Nothing rests on it, so it is no event."""
    Export.objects.filter(pk=export_id).update(
        beat_at=actor.now, done_count=done, total_count=total
    )


@operation(P.SWEEP)
def finish_export(*, actor: Actor, export_id: int, content: str, size: int, rows: int) -> Export:
    """Put the finished file into an export; it can be fetched for a week. Raises Export.DoesNotExist.

    Made twice, because the first maker was slow and not dead: the first file stays.
    """
    found = locked_export(export_id)
    if found.state is not ExportState.RUNNING:
        return found
    written(
        found,
        event=ExportFinished(export_id=found.pk, rows=rows, size=size),
        actor=actor,
        finished_at=actor.now,
        content=content,
        size=size,
        done_count=rows,
        total_count=rows,
        expires_at=actor.now + KEPT,
    )
    return found


@operation(P.SWEEP)
def fail_export(*, actor: Actor, export_id: int, fault: str) -> Export:
    """Write down why an export cannot be made."""
    found = locked_export(export_id)
    if found.state is ExportState.RUNNING:
        _fail(found, ExportFault(fault), actor=actor)
    return found


def _fail(found: Export, fault: ExportFault, *, actor: Actor) -> None:
    event = ExportFailed(export_id=found.pk, fault=Code(fault.value))
    written(found, event=event, actor=actor, failed_at=actor.now, fault=fault.value, words_asked="")


@operation(P.EXPORT)
def download_export(*, actor: Actor, export_id: int) -> Export:
    """Return one's own export for fetching its file, and count it. Raises RuleBroken.

    Raises Export.DoesNotExist for another's. Who lost the right to names and numbers fetches none; who has it
    proves herself anew (ProofNeeded).
    """
    found = locked_export(export_id)
    if found.user_id != actor.user_id:
        raise Export.DoesNotExist
    if found.is_personal and not actor.may(P.UNMASK):
        raise NOT_ALLOWED()
    if found.state is ExportState.GONE or (found.expires_at and found.expires_at <= actor.now):
        raise EXPIRED()
    if found.state is not ExportState.READY:
        raise NOT_READY()
    if found.is_personal:
        require_fresh_proof(actor)
    nth = found.download_count + 1
    event = ExportDownloaded(export_id=found.pk, nth=nth)
    written(found, event=event, actor=actor, download_count=nth)
    return found


@operation(P.UNMASK)
def look_for_export(*, actor: Actor, case_ids: Sequence[int], reason: str) -> dict[int, Requester]:
    """Return who asked, by case, for a file, leaving in each case who looked, when and why.

    The same trace as a look at one: whoever asks who saw her number finds the export too. Cases of which
    the actor may not know who asked, and those of which nobody is left, are not among them.
    """
    assert actor.user_id is not None
    locked = (
        Case.objects.seen_by(actor, permission=P.UNMASK)
        .filter(pk__in=case_ids)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    open_ones = [case for case in locked if not is_hidden_from(case, actor)]
    asked = requesters_of([case.pk for case in open_ones], actor=actor, permission=P.UNMASK)
    rows = [case for case in open_ones if case.pk in asked]
    looks = Unmasking.objects.bulk_create(
        Unmasking(case=case, at=actor.now, user_id=actor.user_id, reason=reason) for case in rows
    )
    Case.objects.everywhere("looks of an export, within its scope").filter(
        pk__in=[case.pk for case in rows]
    ).update(version=F("version") + 1)
    record_many(
        [
            (RequesterUnmasked(case_id=case.pk, unmasking_id=look.pk), case.pk, case.version + 1)
            for case, look in zip(rows, looks, strict=True)
        ],
        actor=actor,
        kind="case",
    )
    return asked


@operation(P.SWEEP)
def remove_exports(*, actor: Actor, limit: int = 100) -> int:
    """Delete the files of exports whose week is over; return how many. Called until it returns 0."""
    over = Export.objects.filter(
        finished_at__isnull=False, removed_at__isnull=True, expires_at__lte=actor.now
    )
    count = 0
    for found in over.order_by("pk").select_for_update(skip_locked=True)[:limit]:
        assert found.content is not None
        STORE.remove(found.content)
        event = ExportRemoved(export_id=found.pk)
        written(found, event=event, actor=actor, removed_at=actor.now, words_asked="")
        count += 1
    return count


@operation(P.SWEEP)
def sweep_export_files(*, actor: Actor) -> int:
    """Remove files that no export names: of makers that died, or that were slower than another."""
    return STORE.sweep(named, now=actor.now)
