"""How an area is doing: one page for whoever leads it, and the orders behind its figures."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.cases.permissions import CasePermission as P
from linli.cases.rules import ThreeRates
from linli.cases.views.rates import month_asked
from linli.insight import figures, queries
from linli.insight.likes import KINDS, kind_of
from linli.kernel.actor import Actor
from linli.kernel.http import ActorRequest, needs
from linli.methods.ranking import rank_ranges
from linli.territory.models import Place

TOP = 6
LINE = 30
"""Days of the line; a month and the one before hold them all."""
PAGE = 50
LIST_NAMES: dict[str, Any] = {
    "overdue": _("Overdue"),
    "soon": _("Due within a day"),
    "open": _("Open orders"),
    "ledger": _("Held on the ledger"),
}


@needs(P.SEE_RATES)
def overview(request: ActorRequest) -> HttpResponse:
    """Show the reader's own area."""
    _column, code = next(iter(request.actor.scopes(P.SEE_RATES)))
    return _page(request, code)


@needs(P.SEE_RATES)
def area(request: ActorRequest, code: str) -> HttpResponse:
    """Show an area that lies in one of the reader's."""
    return _page(request, code)


def _page(request: ActorRequest, code: str) -> HttpResponse:
    actor = request.actor
    areas, standing = queries.area_and_below(code)
    if standing is None or not holds(actor, areas[0]):
        raise Http404
    place, below = areas[0], areas[1:]
    column = place.scope_column
    today = timezone.localtime(actor.now).date()
    month = month_asked(request.GET.get("month", ""), now=actor.now)
    before = (month - dt.timedelta(days=1)).replace(day=1)
    after = (month + dt.timedelta(days=31)).replace(day=1)
    after = after.replace(day=1)
    counts, by_day = queries.monthly(
        [one.code for one in areas], months=(before, month), after=after
    )
    changed = queries.adjustments(
        column=column, code=code, first=before, after=after, as_of=actor.now
    )

    def rates(of: str, when: dt.date) -> ThreeRates:
        key = (of, when)
        return queries.rates_of(counts.get(key), changed.get(key))

    last = min(today, after - dt.timedelta(days=1))
    line = [
        (day, by_day.get(day, {}).get("received", 0), by_day.get(day, {}).get("closed", 0))
        for day in (last - dt.timedelta(days=back) for back in range(LINE - 1, -1, -1))
    ]
    late = queries.shown_to(
        actor, queries.of_list("overdue", column=column, code=code, now=actor.now)
    )
    received = {one.code: counts.get((one.code, month), {}).get("received", 0) for one in areas}
    context: dict[str, Any] = {
        "place": place,
        "upward": _upward(actor, place),
        "month": month,
        "previous": f"{before:%Y-%m}",
        "next": f"{after:%Y-%m}" if after <= today else None,
        "as_of": standing.as_of(actor.now),
        "standing": standing,
        "whole": rates(code, month),
        "last": rates(code, before),
        "reliable_from": ThreeRates.RELIABLE_FROM,
        "backlog": queries.backlog(column=column, code=code, now=actor.now),
        "late": list(late[:TOP]),
        "groups": _groups(below, rates=rates, month=month, before=before, received=received),
        "line": figures.days(line[0][0], [row[1] for row in line], [row[2] for row in line]),
        "line_total": sum(row[1] for row in line),
        "line_closed": sum(row[2] for row in line),
        "classes": queries.problem_classes(code, last=last, most=TOP),
        "map": district_map(below, received) if place.level == "city" else None,
        "loop_step": "rates",
    }
    return render(request, "insight/overview.html", context)


@needs(P.SEE_RATES)
def orders(request: ActorRequest, code: str) -> HttpResponse:
    """Show the open orders behind a figure: what, where, whose, until when; never who asked."""
    actor = request.actor
    place = Place.objects.filter(code=code).first()
    if place is None or not holds(actor, place):
        raise Http404
    asked = request.GET.get("list", "")
    name = asked if asked in queries.LISTS else "overdue"
    rows = queries.of_list(name, column=place.scope_column, code=code, now=actor.now)
    page = Paginator(queries.shown_to(actor, rows), PAGE).get_page(request.GET.get("page"))
    context = {
        "place": place,
        "page": page,
        "lists": LIST_NAMES,
        "list_name": name,
        "heading": LIST_NAMES[name],
        "pager_query": f"list={name}&",
        "loop_step": "rates",
    }
    return render(request, "insight/orders.html", context)


def holds(actor: Actor, place: Place) -> bool:
    """Return whether the area lies in one whose rates the actor may see."""
    return place.is_area and any(
        getattr(place, column) == code for column, code in actor.scopes(P.SEE_RATES)
    )


def _upward(actor: Actor, place: Place) -> str | None:
    """Return the code of the area around, if the reader holds that one too."""
    above = [getattr(place, column) for column in ("street_code", "district_code", "city_code")]
    for code in above:
        if code and code != place.code:
            held = {held for _column, held in actor.scopes(P.SEE_RATES)}
            return code if place.code not in held else None
    return None


def _groups(
    below: list[Place],
    *,
    rates: Any,
    month: dt.date,
    before: dt.date,
    received: dict[str, int],
) -> list[dict[str, Any]]:
    """Return the areas below, like with like: those of which something is known, the others counted."""
    groups = []
    for kind, label in KINDS.items():
        alike = [p for p in below if kind_of(code=p.code, level=p.level, name=p.name) == kind]
        rows = [
            {"place": p, "rates": rates(p.code, month), "last": rates(p.code, before)}
            for p in alike
        ]
        known = [
            row
            for row in rows
            if row["rates"].response.denominator
            or row["last"].response.denominator
            or received[row["place"].code]
        ]
        if known:
            _rank(known)
            groups.append(
                {
                    "label": label,
                    "rows": known,
                    "count": len(alike),
                    "without": len(alike) - len(known),
                }
            )
    return groups


def _rank(rows: list[dict[str, Any]]) -> None:
    """Give each row its range of ranks by satisfaction, among those of which enough is known; sort by it."""
    for row in rows:
        row["is_reliable"] = row["rates"].satisfaction.denominator >= ThreeRates.RELIABLE_FROM
        row["rank"] = ""
    sure = [row for row in rows if row["is_reliable"]]
    ranges = rank_ranges([row["rates"].satisfaction.interval for row in sure])
    for row, (best, worst) in zip(sure, ranges, strict=True):
        row["rank"] = str(best) if best == worst else f"{best}–{worst}"
    rows.sort(
        key=lambda row: (
            not row["is_reliable"],
            -(row["rates"].satisfaction.share or 0) if row["is_reliable"] else 0,
            row["place"].code,
        )
    )


def district_map(below: list[Place], received: dict[str, int]) -> dict[str, Any] | None:
    """Return the districts as drawn, each with its shade by cases received this month."""
    places = {place.code: place for place in below}
    drawn = [shape for shape in figures.shapes() if shape.code in places]
    if not drawn:
        return None
    shade, legend = figures.shades({shape.code: received[shape.code] for shape in drawn})
    return {
        "shapes": [
            {
                "shape": shape,
                "place": places[shape.code],
                "shade": shade[shape.code],
                "count": received[shape.code],
            }
            for shape in drawn
        ],
        "legend": legend,
    }
