"""The making of an export: the worker takes one, reads in chunks, writes the sealed file as it reads.

Each chunk is a query of its own by key, so that a hundred thousand rows need the memory of five hundred and
hold no transaction open. The rows are those that the person may export now.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import structlog
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from linli.accounts.models import User
from linli.accounts.operations import installer
from linli.accounts.queries import actor_of
from linli.cases.exporting import operations
from linli.cases.exporting.choices import ExportFault
from linli.cases.exporting.columns import MARK, columns_of
from linli.cases.exporting.models import STORE, Export
from linli.cases.exporting.queries import area_names, cases_in
from linli.cases.exporting.rules import MOST_PERSONAL, MOST_ROWS
from linli.cases.permissions import CasePermission as P
from linli.cases.searching.queries import says
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.methods.tables import open_writer

CHUNK = 500
log = structlog.get_logger("linli.exporting")


class CannotBeMade(Exception):
    """An export will not come out whole. `fault` says why."""

    def __init__(self, fault: ExportFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def maker() -> Actor:
    """Return the actor of the worker that makes exports, now."""
    return installer(now=clock.now(), permissions=frozenset({P.SWEEP}))


def make_exports() -> int:
    """Make every export that waits, one after the other; return how many were finished."""
    finished = 0
    while (found := operations.take_export(actor=maker())) is not None:
        finished += make_export(found)
    return finished


def make_export(export: Export) -> bool:
    """Make the file of an export that was taken; return whether it was finished.

    An error leaves no file behind; the export is taken again after a while, and given up after three times.
    """
    try:
        asker = _asker(export)
        with translation.override(export.language):
            content, rows = _made(export, asker=asker)
    except CannotBeMade as no:
        operations.fail_export(actor=maker(), export_id=export.pk, fault=no.fault.value)
        return False
    except Exception as broken:
        # One export that cannot be made must not keep the others waiting.
        log.error("export broke off", export=export.pk, kind=type(broken).__name__)
        return False
    size = STORE.size(content)
    operations.finish_export(
        actor=maker(), export_id=export.pk, content=content, size=size, rows=rows
    )
    return True


def _asker(export: Export) -> Actor:
    """Return who asked, with the roles held now. Raises CannotBeMade."""
    user = User.objects.select_related("organisation").filter(pk=export.user_id).first()
    if user is None or not user.is_active:
        raise CannotBeMade(ExportFault.NOT_ALLOWED)
    actor = actor_of(user, now=clock.now(), channel="export")
    if not actor.may(P.EXPORT) or (export.is_personal and not actor.may(P.UNMASK)):
        raise CannotBeMade(ExportFault.NOT_ALLOWED)
    return actor


def mark_of(export: Export, *, asker: Actor) -> str:
    """Return who exported, when, under which number: what every row carries."""
    user = User.objects.get(pk=export.user_id)
    at = timezone.localtime(asker.now)
    return f"{user.display_name} ({user.username}) {at:%Y-%m-%d %H:%M} {export.shown_number}"


def _made(export: Export, *, asker: Actor) -> tuple[str, int]:
    """Return the name of the finished file and how many rows it has. Raises CannotBeMade."""
    found = cases_in(export, actor=asker)
    total = found.count()
    if total > (MOST_PERSONAL if export.is_personal else MOST_ROWS):
        raise CannotBeMade(ExportFault.TOO_MANY)
    columns = columns_of(is_personal=export.is_personal)
    mark = mark_of(export, asker=asker)
    with (
        tempfile.TemporaryDirectory(dir=settings.LINLI.uploads_folder()) as folder,
        STORE.new() as (name, file),
    ):
        table = open_writer(
            export.format,
            cast(IO[bytes], file),
            columns=[str(column.name) for column in columns],
            mark=mark,
            mark_name=str(MARK),
            folder=Path(folder),
            sheets=(_("Cases"), _("About this file")),
            about=_about(export, mark=mark, total=total),
        )
        done = 0
        for chunk in _chunks(export, found, asker=asker):
            areas = area_names(chunk)
            for case in chunk:
                table.row([column.read(case, areas) for column in columns])
            done += len(chunk)
            operations.show_progress(
                actor=maker(), export_id=export.pk, done=done, total=max(total, done)
            )
        table.finish()
    return name, done


def _chunks(export: Export, found: Any, *, asker: Actor) -> Iterator[list[Any]]:
    """Yield the cases in order of key; with who asked, where the export says so, after leaving the trace."""
    rows = found.select_related("place", "lead_order__lead")
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        if export.words_asked:
            # The index knows neighbours, not order; whether the words stand there whole is looked at here.
            chunk = [case for case in chunk if says(case, export.words_asked)]
        if export.is_personal:
            asked = operations.look_for_export(
                actor=asker.at(clock.now()),
                case_ids=[case.pk for case in chunk],
                reason=export.reason,
            )
            for case in chunk:
                case.asked_by = asked.get(case.pk)
        yield chunk


def _about(export: Export, *, mark: str, total: int) -> list[tuple[str, str]]:
    """Return what the sheet about the file says: whose it is, and what was asked."""
    day = "%Y-%m-%d"
    since, until = (
        timezone.localtime(at).strftime(day) if at else "—"
        for at in (export.received_from, export.received_to)
    )
    return [
        (str(MARK), mark),
        (_("Rows"), str(total)),
        (_("Which cases"), str(export.get_list_asked_display())),
        (_("Words"), export.words_asked or "—"),
        (_("State"), str(export.state_label or _("all"))),
        (_("Category"), export.category.shown if export.category else _("all")),
        (_("Place"), export.place.label if export.place else _("the whole area")),
        (_("Received from"), since),
        (_("Received before"), until),
        (_("With names and numbers"), _("Yes") if export.is_personal else _("No")),
        (
            _("Please"),
            _("Personal data: for the stated purpose only. Do not pass on; delete after use."),
        ),
    ]
