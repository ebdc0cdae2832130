"""The catalogue, the duty lists and the tree as files: handed out, taken, their difference looked at and applied."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.cases.catalogue import applying, duty_files, tree_files
from linli.cases.catalogue.choices import DUTY_BOUND, DraftKind
from linli.cases.catalogue.files import DUTIES, ENTRIES, file_name, write_duties, write_workbook
from linli.cases.catalogue.forms import FileForm
from linli.cases.catalogue.models import CatalogueDraft
from linli.cases.catalogue.parts import holds_area
from linli.cases.catalogue.queries import categories_in_force, duty_items, entries_of
from linli.cases.catalogue.sheets import Sheet
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from linli.kernel.http import ActorRequest, needs
from linli.territory.choices import OrganisationKind
from linli.territory.models import Organisation, is_english

SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Kept:
    """A kind of file: how it is read and applied, its words, and the pages around it.

    `look` gets a draft and an actor and returns what its page shows; `page` is the address to go back to.
    """

    sheet: Sheet
    apply: Callable[..., Any]
    look: Callable[[CatalogueDraft, Actor], dict[str, Any]]
    template: str
    page: str
    upload: str
    download: str
    title: Any
    states: Any


@needs(P.SEE_CATALOGUE)
def download(request: ActorRequest) -> HttpResponse:
    """Hand out the catalogue as it stands: to who may change it what is theirs to change, to others the whole."""
    actor = request.actor
    entries = entries_of("", at=actor.now)
    mine = [one for one in entries if holds_area(actor, P.CATALOGUE, one.place)]
    content = write_workbook(
        mine if actor.may(P.CATALOGUE) else entries,
        categories=categories_in_force(actor.now),
        units=Organisation.objects.filter(is_open=True).order_by("code"),
        english=is_english(),
    )
    return _handed_out(request, content, "catalogue")


@needs(P.SEE_CATALOGUE)
def download_duties(request: ActorRequest) -> HttpResponse:
    """Hand out the duty lists as they stand: to who may change them what is theirs to change."""
    actor = request.actor
    items = duty_items(at=actor.now).select_related("organisation__place")
    mine = [
        one
        for one in items
        if holds_area(actor, P.CATALOGUE, one.organisation.place if one.organisation else one.place)
    ]
    bound = Organisation.objects.filter(is_open=True, kind__in=DUTY_BOUND)
    content = write_duties(
        mine if actor.may(P.CATALOGUE) else items,
        categories=categories_in_force(actor.now),
        units=bound.order_by("code"),
        english=is_english(),
    )
    return _handed_out(request, content, "duty-lists")


@needs(P.SEE_CATALOGUE)
def download_categories(request: ActorRequest) -> HttpResponse:
    """Hand out the tree of categories in force."""
    rows = categories_in_force(request.actor.now)
    return _handed_out(request, tree_files.write_tree(rows, english=is_english()), "categories")


def _handed_out(request: ActorRequest, content: bytes, what: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    name = file_name(request.actor.now, what)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs(P.CATALOGUE)
def upload(request: ActorRequest) -> HttpResponse:
    """Take a catalogue file, keep its rows, and show what they would change."""
    return _take(request, DraftKind.ENTRIES)


@needs(P.CATALOGUE)
def upload_duties(request: ActorRequest) -> HttpResponse:
    """Take a file of duty lists, keep its rows, and show what they would change."""
    return _take(request, DraftKind.DUTIES)


@needs(P.CATALOGUE)
def upload_categories(request: ActorRequest) -> HttpResponse:
    """Take a file of the tree, keep its rows, and show what they would change."""
    return _take(request, DraftKind.CATEGORIES)


def _take(request: ActorRequest, what: DraftKind) -> HttpResponse:
    kept = KINDS[what]
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    form.fields["file"].help_text = kept.states
    if form.is_valid():
        with form.catching():
            file = form.cleaned_data["file"]
            draft = applying.keep_catalogue(
                actor=request.actor, name=file.name, rows=kept.sheet.read(file), what=what
            )
            return redirect("catalogue:difference", draft_id=draft.pk)
    context = {"form": form, "kept": kept, "what": what.value}
    return render(request, "catalogue/file.html", context, status=422 if form.errors else 200)


@needs(P.CATALOGUE)
def difference(request: ActorRequest, draft_id: int) -> HttpResponse:
    """Show the difference of a kept file; apply it on request."""
    draft = CatalogueDraft.objects.filter(pk=draft_id, user_id=request.actor.user_id).first()
    if draft is None:
        raise Http404
    kept = KINDS[DraftKind(draft.what)]
    broken: RuleBroken | None = None
    if request.method == "POST" and draft.applied_at is None:
        try:
            done = kept.apply(
                actor=request.actor, draft_id=draft.pk, shown=request.POST.get("shown", "")
            )
        except RuleBroken as refused:
            broken = refused
        else:
            messages.success(request, _done(done))
            return redirect(kept.page)
    context = {
        "draft": draft,
        "broken": broken,
        "another": reverse(kept.upload),
        **kept.look(draft, request.actor),
    }
    return render(request, kept.template, context, status=409 if broken is not None else 200)


def _done(done: Any) -> str:
    facts = {"added": len(done.added), "ended": len(done.ended)}
    if isinstance(done, tree_files.TreeDifference):
        said = _("Applied: %(added)s new, %(changed)s changed, %(ended)s ended")
        return said % {**facts, "changed": len(done.changed)}
    said = _("Applied: %(added)s new, %(ended)s ended, %(moved)s with another end")
    return said % {**facts, "moved": len(done.moved)}


def _look_at_entries(draft: CatalogueDraft, actor: Actor) -> dict[str, Any]:
    judged = applying.judge(draft.rows, actor=actor)
    found = judged.difference
    names = judged.names

    def told(said: Any) -> dict[str, Any]:
        key, content = said.key, said.content
        return {
            "category": names.categories[key.category],
            "place": key.place,
            "urgency": key.urgency,
            "lead": _unit(content.lead, names.units),
            "basis": content.basis,
            "clock_class": content.clock_class,
        }

    return {
        **_changes(found, told),
        **_set_aside(draft, judged.refused),
        "uncovered": [names.categories[code].label for code in judged.uncovered],
    }


def _look_at_duties(draft: CatalogueDraft, actor: Actor) -> dict[str, Any]:
    judged = duty_files.judge_duties(draft.rows, actor=actor)
    names = judged.names

    def told(said: Any) -> dict[str, Any]:
        return {
            "category": names.categories[said.key.category],
            "place": said.key.place,
            "urgency": "",
            "lead": _unit(said.key.whose, names.units),
            "basis": said.content,
            "clock_class": "",
        }

    return {
        **_changes(judged.difference, told),
        **_set_aside(draft, judged.refused),
        "uncovered": [],
    }


def _look_at_categories(draft: CatalogueDraft, actor: Actor) -> dict[str, Any]:
    found = tree_files.judge_categories(draft.rows, at=actor.now)
    return {
        "found": found,
        "added": found.added[:SHOWN],
        "changed": found.changed[:SHOWN],
        "ended": found.ended[:SHOWN],
        **_set_aside(draft, found.refused),
    }


def _changes(found: Any, told: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    return {
        "found": found,
        "added": [(told(row), row) for row in found.added[:SHOWN]],
        "ended": [(told(one.entry), one) for one in found.ended[:SHOWN]],
        "moved": [(told(one.entry), one) for one in found.moved[:SHOWN]],
    }


def _set_aside(draft: CatalogueDraft, refused: list[tuple[int, RuleBroken]]) -> dict[str, Any]:
    lines = {row["line"]: row for row in draft.rows}
    return {
        "refused": [(line, lines.get(line, {}), why) for line, why in refused[:SHOWN]],
        "refused_count": len(refused),
    }


def _unit(said: str, units: Mapping[str, list[Organisation]]) -> str:
    found = units.get(said.casefold(), [])
    kind = said.removeprefix(applying.KIND)
    return found[0].label if found else str(dict(OrganisationKind.choices).get(kind, kind))


KINDS = {
    DraftKind.ENTRIES: Kept(
        ENTRIES,
        applying.apply_catalogue,
        _look_at_entries,
        "catalogue/difference.html",
        "catalogue:home",
        "catalogue:upload",
        "catalogue:download",
        gettext_lazy("The catalogue as a file"),
        gettext_lazy("The whole catalogue of your area, as downloaded here and changed."),
    ),
    DraftKind.DUTIES: Kept(
        DUTIES,
        duty_files.apply_duties,
        _look_at_duties,
        "catalogue/difference.html",
        "catalogue:duties",
        "catalogue:upload_duties",
        "catalogue:download_duties",
        gettext_lazy("The duty lists as a file"),
        gettext_lazy("All duty lists of your area, as downloaded here and changed."),
    ),
    DraftKind.CATEGORIES: Kept(
        tree_files.CATEGORIES,
        tree_files.apply_categories,
        _look_at_categories,
        "catalogue/tree_difference.html",
        "catalogue:tree",
        "catalogue:upload_categories",
        "catalogue:download_categories",
        gettext_lazy("The categories as a file"),
        gettext_lazy("The whole tree of categories, as downloaded here and changed."),
    ),
}
