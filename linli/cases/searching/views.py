"""The page on which cases are found."""

import re
import unicodedata
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.cases.searching.forms import SearchForm
from linli.cases.searching.queries import Asked, Found
from linli.cases.searching.queries import search as find
from linli.cases.views.finding import case_or_404
from linli.kernel.actor import Actor
from linli.kernel.http import ActorRequest, needs
from linli.kernel.ids import read_number
from linli.methods.language.grams import excerpt, query_of
from linli.methods.language.phone import NotATelephone, e164

DEEPEST = 50
"""Pages that can be leafed through; who has not found it by then narrows the search."""
_ONLY_DIGITS = re.compile(r"[\d\s\-–—.·()+]{7,}")
NARROWING = ("state", "category", "place", "since", "until")
MAY_FIND_BY_PHONE = (P.RECEIVE, P.UNMASK)
"""Who hears the caller's number anyway, or may look at it with a reason."""


@needs(P.SEE)
def search(request: ActorRequest) -> HttpResponse:
    """Open a case by the number that somebody reads out, or list those that words lead to."""
    actor = request.actor
    typed = request.GET.get("q", "").replace("\x00", "").strip()
    form = SearchForm({**request.GET.dict(), "q": typed}, within=actor.scopes(P.SEE))
    number, refusal = read_number(typed), ""
    if number is not None:
        try:
            return redirect("cases:case", number=case_or_404(request, number).number)
        except Http404:
            refusal = _(
                "No case with this number within your area. Have it read once more, or ask the "
                "hotline centre, who see the whole city."
            )
    page = _page_of(request)
    found: Found | None = None
    is_valid = form.is_valid()
    if is_valid and not refusal:
        asked, refusal = _asked(typed, form.cleaned_data, actor=actor)
        if not refusal and not asked.is_empty:
            found = find(asked, actor=actor, page=page)
    context: dict[str, Any] = {
        "form": form,
        "query": typed,
        "refusal": refusal,
        "found": found and [_row(case, typed) for case in found.cases],
        "candidates": [
            (place, f"?{_with(request, place=place.code)}") for place in form.candidates
        ],
        "categories": [(one, f"?{_with(request, category=one.code)}") for one in form.categories],
        "export": _export_of(request, typed) if found and found.cases else "",
        "page": page,
        "has_next": bool(found and found.has_next and page < DEEPEST),
        "pager_query": f"{_with(request)}&",
        "narrowed": any(request.GET.get(name) for name in NARROWING),
    }
    status = 404 if refusal else 200 if is_valid else 422
    template = "cases/search.html"
    if request.htmx and request.htmx.target == "found":
        template, status = f"{template}#found", 200 if status == 200 else 422
    return render(request, template, context, status=status)


def _asked(typed: str, cleaned: dict[str, Any], *, actor: Actor) -> tuple[Asked, str]:
    """Return what is looked for, and why it cannot be (empty if it can)."""
    narrowed = {name: cleaned[name] for name in NARROWING}
    if not typed:
        return Asked(**narrowed), ""
    if _is_number(typed):
        if not any(actor.may(permission) for permission in MAY_FIND_BY_PHONE):
            return Asked(), _not_a_number()
        try:
            return Asked(phone=e164(typed), **narrowed), ""
        except NotATelephone:
            return Asked(), _not_a_number()
    if not query_of(typed):
        return Asked(), _("There is no word in this. Type two characters of what was said.")
    return Asked(words=typed, **narrowed), ""


def _not_a_number() -> str:
    return _(
        "This cannot be a case number: the last digit checks the others, and it does not fit. "
        "Have it read once more, slowly, in groups."
    )


def _row(case: Case, typed: str) -> dict[str, Any]:
    return {"case": case, "title": excerpt(typed, case.title), "piece": excerpt(typed, case.words)}


def _export_of(request: ActorRequest, typed: str) -> str:
    """Return where what was found is asked for as a file; empty for whoever may not, and for a telephone number."""
    if not request.actor.may(P.EXPORT) or _is_number(typed):
        return ""
    given = {name: request.GET.get(name, "") for name in NARROWING}
    query = {"words": typed, "received_from": given.pop("since"), "received_to": given.pop("until")}
    query = {name: value for name, value in {**query, **given}.items() if value}
    return f"{reverse('exporting:exports')}?{urlencode(query)}"


def _is_number(typed: str) -> bool:
    return _ONLY_DIGITS.fullmatch(unicodedata.normalize("NFKC", typed)) is not None


def _page_of(request: ActorRequest) -> int:
    asked = request.GET.get("page", "")
    return (
        min(max(int(asked), 1), DEEPEST)
        if asked.isascii() and asked.isdigit() and len(asked) < 4
        else 1
    )


def _with(request: ActorRequest, **changed: str) -> str:
    """Return the query of the present page without its number, with what is changed."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changed.items():
        query[name] = value
    return query.urlencode()
