"""The catalogue as people read it: the tree, a category's entries, changing and ending one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.cases.catalogue import operations
from linli.cases.catalogue.forms import EntryForm, filled_from
from linli.cases.catalogue.models import CatalogueEntry, Category, ancestry
from linli.cases.catalogue.parts import holds_all, holds_area
from linli.cases.catalogue.queries import categories_in_force, entries_of, find_categories
from linli.cases.permissions import CasePermission as P
from linli.kernel.http import ActorRequest, needs
from linli.territory.choices import OrganisationKind
from linli.territory.models import Organisation

PAST = 30
BASIS = "《北京市接诉即办工作条例》第十一条、第十二条"
"""Where a catalogue that is begun here takes its right from: the regulation of 2021-09-24."""


@needs(P.SEE_CATALOGUE)
def home(request: ActorRequest) -> HttpResponse:
    """Show the first levels with who leads them everywhere, and what lies below."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    now = request.actor.now
    found = find_categories(words, at=now) if words else []
    if len(found) == 1:
        return redirect("catalogue:category", code=found[0].code)
    categories = list(categories_in_force(now))
    wide: dict[str, CatalogueEntry] = {}
    counts: dict[str, int] = {}
    for entry in entries_of("", at=now):
        first = entry.category.code[:2]
        counts[first] = counts.get(first, 0) + 1
        is_wide = entry.category.parent_id is None and entry.place is None and not entry.urgency
        if is_wide and entry.valid_from <= now:
            wide[first] = entry
    context = {
        "asked": words,
        "found": found,
        "categories": categories,
        "rows": [
            {
                "category": one,
                "below": sum(c.code.startswith(one.code) for c in categories) - 1,
                "count": counts.get(one.code, 0),
                "wide": wide.get(one.code),
            }
            for one in categories
            if one.parent_id is None
        ],
        "is_empty": not counts,
        "may_begin": holds_all(request.actor, P.CATALOGUE),
    }
    return render(
        request, "catalogue/home.html", context, status=404 if words and not found else 200
    )


@needs(P.CATALOGUE)
@require_POST
def begin(request: ActorRequest) -> HttpResponse:
    """Begin the catalogue with what is usual."""
    count = operations.begin_catalogue(actor=request.actor, basis=BASIS)
    messages.success(request, _("The catalogue begins with %(count)s entries.") % {"count": count})
    return redirect("catalogue:home")


@needs(P.SEE_CATALOGUE)
def category(request: ActorRequest, code: str) -> HttpResponse:
    """Show the entries of a category and of those below it; `from` names one to start a change from."""
    return _page(request, _around(code), code=code)


@needs(P.CATALOGUE)
@require_POST
def add_entry(request: ActorRequest, code: str) -> HttpResponse:
    """Say who leads the category in an area; an entry that stands there ends."""
    tree = _around(code)
    form = EntryForm(request.POST, actor=request.actor, permission=P.CATALOGUE)
    if form.is_valid():
        with form.catching():
            operations.add_entry(actor=request.actor, category=tree[code], **form.arguments())
        if not form.errors:
            messages.success(
                request, _("Kept. Cases that are dispatched from then on follow this entry.")
            )
            return redirect("catalogue:category", code=code)
    return _page(request, tree, code=code, form=form)


@needs(P.CATALOGUE)
@require_POST
def end_entry(request: ActorRequest, entry_id: int) -> HttpResponse:
    """End an entry now, or take back one that has not begun."""
    entry = get_object_or_404(CatalogueEntry.objects.select_related("category"), pk=entry_id)
    operations.end_entry(actor=request.actor, entry_id=entry_id)
    messages.success(request, _("Ended. From now on the wider entry applies."))
    return redirect("catalogue:category", code=entry.category.code)


def _around(code: str) -> Mapping[str, Category]:
    """Return a category with those above it and right below it, by code. One query; raises Http404."""
    rows = Category.objects.filter(Q(code__in=ancestry(code)) | Q(parent__code=code))
    rows = rows.select_related("successor")
    tree = {one.code: one for one in rows.annotate(count=Count("entries")).order_by("code")}
    if code not in tree:
        raise Http404
    return tree


def _page(
    request: ActorRequest, tree: Mapping[str, Category], *, code: str, form: EntryForm | None = None
) -> HttpResponse:
    shown = tree[code]
    actor = request.actor
    entries = list(entries_of(shown.code, at=actor.now))
    started = request.GET.get("from", "")
    before = next((one for one in entries if str(one.pk) == started), None)
    may_change = actor.may(P.CATALOGUE)
    if shown.is_over(actor.now):
        may_change = False
    if form is None and may_change:
        initial = filled_from(before) if before else {"basis": _basis_of(entries)}
        form = EntryForm(actor=actor, permission=P.CATALOGUE, initial=initial)
    context: dict[str, Any] = {
        "category": shown,
        "above": [tree[one] for one in shown.ancestry[:-1]],
        "children": [
            one for one in tree.values() if one.parent_id == code and not one.is_over(actor.now)
        ],
        "keeps": holds_all(actor, P.CATALOGUE),
        "own": [one for one in entries if one.category_id == shown.pk],
        "below": [one for one in entries if one.category_id != shown.pk],
        "past": list(
            CatalogueEntry.objects.filter(category=shown, valid_to__lte=actor.now)
            .select_related("place", "lead")
            .order_by("-valid_to")[:PAST]
        ),
        "changed": before,
        "form": form,
        "may_change": may_change,
        "mine": {one.pk for one in entries if holds_area(actor, P.CATALOGUE, one.place)},
        "units": list(Organisation.objects.filter(is_open=True)) if may_change else [],
        "kinds": OrganisationKind.choices,
    }
    failed = form is not None and form.errors
    return render(request, "catalogue/category.html", context, status=422 if failed else 200)


def _basis_of(entries: list[CatalogueEntry]) -> str:
    """Return the basis that an entry beside these most likely rests on: that of the widest."""
    widest = sorted(entries, key=lambda one: (one.place is not None, len(one.category.code)))
    return widest[0].basis if widest else ""
