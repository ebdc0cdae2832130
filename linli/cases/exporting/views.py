"""My exports: asking for one, seeing how far it is, fetching the file."""

from typing import Any, cast

import structlog
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.cases.catalogue.fields import all_categories
from linli.cases.exporting import operations, queries
from linli.cases.exporting.choices import CONTENT_TYPES, ExportState
from linli.cases.exporting.forms import ExportForm, PersonalExportForm
from linli.cases.exporting.models import STORE, Export
from linli.cases.exporting.rules import EXPIRED, MOST_PERSONAL
from linli.cases.permissions import CasePermission as P
from linli.kernel.http import ActorRequest, needs
from linli.vault.store import NotKept

SHOWN = 50
GIVEN = ("which", "words", "state", "category", "place", "received_from", "received_to")
log = structlog.get_logger("linli.exporting")


@needs(P.EXPORT)
@require_safe
def exports(request: ActorRequest) -> HttpResponse:
    """Show one's own exports, and the form for a new one, filled in by the list that led here."""
    if request.headers.get("HX-Request"):
        return render(request, "exporting/list.html", _listed(request))
    given = {name: request.GET[name] for name in GIVEN if name in request.GET}
    return _page(request, initial=given)


@needs(P.EXPORT)
@require_POST
def ask(request: ActorRequest) -> HttpResponse:
    """Ask for an export without names and numbers."""
    form = ExportForm(request.POST, actor=request.actor, permission=P.EXPORT)
    return _asked(request, form, is_personal=False) or _page(request, form=form)


@needs(P.EXPORT)
@require_POST
def ask_personal(request: ActorRequest) -> HttpResponse:
    """Ask for an export with names and numbers, saying why."""
    form = PersonalExportForm(request.POST, actor=request.actor, permission=P.EXPORT)
    return _asked(request, form, is_personal=True) or _page(request, personal_form=form)


def _asked(request: ActorRequest, form: ExportForm, *, is_personal: bool) -> HttpResponse | None:
    if not form.is_valid():
        return None
    wish = form.wish(language=get_language() or "zh-hans", is_personal=is_personal)
    with form.catching():
        operations.ask_for_export(
            actor=request.actor, wish=wish, form_key=form.cleaned_data["form_key"]
        )
    if form.errors:
        return None
    messages.success(request, _("Asked for. The file appears here when it is made."))
    return redirect("exporting:exports")


@needs(P.EXPORT)
@require_POST
def download(request: ActorRequest, export_id: int) -> HttpResponse:
    """Send the file of one's own export; each time is counted and kept."""
    own = queries.mine(request.actor).filter(pk=export_id).first()
    if own is None or own.content is None:
        raise Http404
    try:
        chunks = STORE.read(own.content)
    except NotKept as lost:
        if own.removed_at is None:
            log.error("export lost", export=own.pk)
        raise EXPIRED() from lost
    try:
        found = operations.download_export(actor=request.actor, export_id=export_id)
    except Export.DoesNotExist as missing:
        raise Http404 from missing
    response = StreamingHttpResponse(chunks, content_type=CONTENT_TYPES[found.format])
    response["Content-Disposition"] = f'attachment; filename="linli-{found.number}.{found.format}"'
    response["Cache-Control"] = "no-store"
    return cast(HttpResponse, response)


def _listed(request: ActorRequest) -> dict[str, Any]:
    mine = list(queries.mine(request.actor)[:SHOWN])
    moving = (ExportState.WAITING, ExportState.RUNNING)
    return {"exports": mine, "is_moving": any(one.state in moving for one in mine)}


def _page(
    request: ActorRequest,
    *,
    form: ExportForm | None = None,
    personal_form: PersonalExportForm | None = None,
    initial: dict[str, str] | None = None,
) -> HttpResponse:
    actor = request.actor
    blank: dict[str, Any] = {"actor": actor, "permission": P.EXPORT, "initial": initial}
    context = {
        **_listed(request),
        "form": form or ExportForm(**blank),
        "personal_form": personal_form
        or (PersonalExportForm(auto_id="id_personal_%s", **blank) if actor.may(P.UNMASK) else None),
        "most_personal": MOST_PERSONAL,
        "categories": all_categories(),
        "is_led_here": bool(initial),
    }
    bad = any(one is not None and one.errors for one in (form, personal_form))
    return render(request, "exporting/exports.html", context, status=422 if bad else 200)
