"""A new division file: its difference is shown before anything changes."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from linli.accounts.appointing import follow_redrawn_roles
from linli.cases.catalogue.following import follow_redrawn_catalogue
from linli.cases.operations import follow_redrawn_places
from linli.kernel.actor import Actor
from linli.kernel.http import ActorRequest, needs
from linli.territory import operations
from linli.territory.differences import difference
from linli.territory.english import of_place
from linli.territory.importing.divisions import read_divisions
from linli.territory.importing.tables import SetAside
from linli.territory.models import DivisionDraft, is_english
from linli.territory.permissions import TerritoryPermission as P
from linli.territory.rules import DivisionRow, Standing
from linli.web.places.forms import DivisionFileForm

SHOWN = 200


@needs(P.MANAGE)
def divisions(request: ActorRequest) -> HttpResponse:
    """Take a file, keep its rows, and show what they would change."""
    form = DivisionFileForm(request.POST or None, request.FILES or None)
    aside: list[SetAside] = []
    if request.method == "POST" and form.is_valid():
        with form.catching():
            file = form.cleaned_data["file"]
            rows, aside = read_divisions(file)
            draft = operations.keep_draft(
                actor=request.actor, name=file.name, rows=rows, refused=[told(one) for one in aside]
            )
            return redirect("places:difference", draft_id=draft.pk)
    context = {"form": form}
    return render(request, "web/places/divisions.html", context, status=422 if form.errors else 200)


def _shown(row: DivisionRow | Standing) -> str:
    """Return a place's name as the reader's language has it; a file says it in Chinese alone."""
    if not is_english():
        return row.name
    given = row.name_en if isinstance(row, DivisionRow) else ""
    return of_place(row.name, row.level, given=given)["name_en"] or row.name


def told(one: SetAside) -> str:
    """Return a row that was set aside in words."""
    return _("line %(line)s: %(why)s") % {"line": one.line, "why": one.broken.message}


@needs(P.MANAGE)
def difference_page(request: ActorRequest, draft_id: int) -> HttpResponse:
    """Show the difference of a kept file; apply it on request."""
    draft = DivisionDraft.objects.filter(pk=draft_id, user_id=request.actor.user_id).first()
    if draft is None:
        raise Http404
    rows = [DivisionRow(**{**row, "succeeds": tuple(row["succeeds"])}) for row in draft.rows]
    if request.method == "POST":
        done = operations.redraw(
            actor=request.actor,
            rows=rows,
            shown=request.POST.get("shown", ""),
            draft_id=draft.pk,
        )
        moved = follow(request.actor)
        said = _(
            "Applied: %(added)s new, %(renamed)s renamed, %(ended)s re-drawn; %(moved)s open cases moved"
        )
        facts = {"added": done.added, "renamed": done.renamed, "ended": done.ended, "moved": moved}
        messages.success(request, said % facts)
        return redirect("places:difference", draft_id=draft.pk)
    found = difference(rows)
    after: dict[str, list[str]] = {}
    for pair in found.follows:
        after.setdefault(pair.code, []).append(pair.successor)
    names = {row.code: _shown(row) for row in rows}
    context: dict[str, Any] = {
        "draft": draft,
        "found": found,
        "added": [(_shown(row), row.code) for row in found.added[:SHOWN]],
        "renamed": [
            (_shown(pair.before), _shown(pair.row), pair.row.code) for pair in found.renamed[:SHOWN]
        ],
        "ended": [
            (_shown(place), place.code, [(code, names[code]) for code in after[place.code]])
            for place in found.ended[:SHOWN]
        ],
        "doubts": found.doubts[:SHOWN],
        "refused": draft.refused[:SHOWN],
        "set_aside": len(found.doubts) + len(draft.refused),
        "shown": SHOWN,
    }
    return render(request, "web/places/difference.html", context)


def follow(actor: Actor) -> int:
    """Let roles, the catalogue and open cases follow what was re-drawn. Returns how many cases moved."""
    follow_redrawn_roles(actor=actor)
    follow_redrawn_catalogue(actor=actor)
    moved = 0
    while batch := follow_redrawn_places(actor=actor):
        moved += batch
    return moved
