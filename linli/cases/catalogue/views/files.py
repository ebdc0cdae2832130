"""The catalogue as a file: taken down, changed, compared, applied."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from linli.cases.catalogue import applying
from linli.cases.catalogue.fields import all_categories
from linli.cases.catalogue.files import file_name, read_rows, write_workbook
from linli.cases.catalogue.forms import FileForm
from linli.cases.catalogue.models import CatalogueDraft
from linli.cases.catalogue.parts import holds_area
from linli.cases.catalogue.queries import entries_of
from linli.cases.permissions import CasePermission as P
from linli.kernel.errors import RuleBroken
from linli.kernel.http import ActorRequest, needs
from linli.territory.choices import OrganisationKind
from linli.territory.models import Organisation

SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs(P.SEE_CATALOGUE)
def download(request: ActorRequest) -> HttpResponse:
    """Hand out the catalogue as it stands: to who may change it what is theirs to change, to others the whole."""
    actor = request.actor
    entries = entries_of("", at=actor.now)
    mine = [one for one in entries if holds_area(actor, P.CATALOGUE, one.place)]
    content = write_workbook(
        mine if actor.may(P.CATALOGUE) else entries,
        categories=all_categories(),
        units=Organisation.objects.filter(is_open=True).order_by("code"),
        english=(get_language() or "").startswith("en"),
    )
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{file_name(request.actor.now)}"'
    return response


@needs(P.CATALOGUE)
def upload(request: ActorRequest) -> HttpResponse:
    """Take a file, keep its rows, and show what they would change."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_valid():
        with form.catching():
            file = form.cleaned_data["file"]
            draft = applying.keep_catalogue(
                actor=request.actor, name=file.name, rows=read_rows(file)
            )
            return redirect("catalogue:difference", draft_id=draft.pk)
    return render(
        request, "catalogue/file.html", {"form": form}, status=422 if form.errors else 200
    )


@needs(P.CATALOGUE)
def difference(request: ActorRequest, draft_id: int) -> HttpResponse:
    """Show the difference of a kept file; apply it on request."""
    draft = CatalogueDraft.objects.filter(pk=draft_id, user_id=request.actor.user_id).first()
    if draft is None:
        raise Http404
    broken: RuleBroken | None = None
    if request.method == "POST" and draft.applied_at is None:
        try:
            done = applying.apply_catalogue(
                actor=request.actor, draft_id=draft.pk, shown=request.POST.get("shown", "")
            )
        except RuleBroken as refused:
            broken = refused
        else:
            said = _("Applied: %(added)s new, %(ended)s ended, %(moved)s with another end")
            facts = {
                "added": len(done.added),
                "ended": len(done.ended),
                "moved": len(done.moved),
            }
            messages.success(request, said % facts)
            return redirect("catalogue:home")
    judged = applying.judge(draft.rows, actor=request.actor)
    found = judged.difference
    lines = {row["line"]: row for row in draft.rows}
    context: dict[str, Any] = {
        "draft": draft,
        "found": found,
        "added": [(_told(row, judged), row) for row in found.added[:SHOWN]],
        "ended": [(_told(one.entry, judged), one) for one in found.ended[:SHOWN]],
        "moved": [(_told(one.entry, judged), one) for one in found.moved[:SHOWN]],
        "refused": [(line, lines.get(line, {}), why) for line, why in judged.refused[:SHOWN]],
        "refused_count": len(judged.refused),
        "uncovered": [judged.names.categories[code].label for code in judged.uncovered],
        "broken": broken,
    }
    return render(
        request, "catalogue/difference.html", context, status=409 if broken is not None else 200
    )


def _told(said: Any, judged: applying.Judged) -> dict[str, Any]:
    """Return a row or a standing entry in words."""
    key, content = said.key, said.content
    kind = content.lead.removeprefix(applying.KIND)
    units = judged.names.units.get(content.lead.casefold(), [])
    return {
        "category": judged.names.categories[key.category],
        "place": key.place,
        "urgency": key.urgency,
        "lead": units[0].name if units else _kind(kind),
        "basis": content.basis,
        "clock_class": content.clock_class,
    }


def _kind(code: str) -> str:
    return str(dict(OrganisationKind.choices).get(code, code))
