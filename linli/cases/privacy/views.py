"""Pages about personal data."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from linli.accounts.queries import names_of
from linli.cases.forms import TakeCallForm
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy import operations, queries
from linli.cases.privacy.collections import COLLECTIONS
from linli.cases.privacy.forms import LooksForm, NumberForm, SharedTextForm
from linli.cases.views.finding import case_or_404
from linli.kernel.http import ActorRequest, needs
from linli.territory.serving import around


@needs(P.RECEIVE)
@require_POST
def intake_personal(request: ActorRequest) -> HttpResponse:
    """Return what would be taken out of the words as they stand now. A POST: words stand in no address."""
    form = TakeCallForm(request.POST, actor=request.actor, permission=P.RECEIVE)
    return render(request, "privacy/taken.html", {"form": form})


@needs(P.SHARE)
def shared(request: ActorRequest, number: str) -> HttpResponse:
    """Show the words beside what partners may read of them, and let it be written anew."""
    found = case_or_404(request, number, permission=P.SHARE)
    form = SharedTextForm(request.POST or None, initial={"shared_text": found.shared_text})
    if request.method == "POST" and form.is_valid():
        with form.catching():
            operations.write_shared_text(actor=request.actor, case_id=found.pk, **form.cleaned_data)
        if not form.errors:
            return redirect("cases:case", number=number)
    context = {"case": found, "form": form, "path": [place.label for place in around(found.place)]}
    return render(request, "privacy/shared.html", context, status=422 if form.errors else 200)


PAGE = 50


def notice(request: HttpRequest) -> HttpResponse:
    """Say to anybody what is collected of people, why, on what basis and until when (PIPL, article 17)."""
    return render(request, "privacy/notice.html", {"collections": COLLECTIONS})


@needs(P.LOOKS)
def looks(request: ActorRequest) -> HttpResponse:
    """Show who looked at whose name and number: to a caller who asks, by her number; to an auditor, by filter.

    A number comes by POST, so that it stands in no address and no log.
    """
    actor = request.actor
    number_form = NumberForm(request.POST or None)
    form = LooksForm(request.GET or None)
    by_number = request.method == "POST"
    rows: Any = ()
    if by_number and number_form.is_valid():
        rows = queries.looks_at_number(number_form.cleaned_data["phone"], actor=actor)
    elif not by_number:
        asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
        rows = queries.looks(_asked(asked), actor=actor) if not form.errors else ()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    people = names_of({row.user_id for row in page})
    context = {
        "form": form,
        "number_form": number_form,
        "by_number": by_number,
        "page": page,
        "rows": [{"look": row, "person": people.get(row.user_id)} for row in page],
        "pager_query": _query(request),
    }
    bad = form.errors or number_form.errors
    return render(request, "privacy/looks.html", context, status=422 if bad else 200)


def _asked(data: dict[str, Any]) -> queries.Asked:
    return queries.Asked(
        number=data.get("case", ""),
        unit=data.get("unit", "").strip(),
        person=data.get("person", "").strip(),
        since=_midnight(data.get("since")),
        until=_midnight(data.get("until"), days=1),
    )


def _midnight(day: dt.date | None, *, days: int = 0) -> dt.datetime | None:
    if day is None:
        return None
    start = dt.datetime.combine(day + dt.timedelta(days=days), dt.time())
    return timezone.make_aware(start)


def _query(request: ActorRequest) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""
