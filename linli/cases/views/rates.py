"""The three rates of an area and a month."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from linli.cases import queries
from linli.cases.permissions import CasePermission as P
from linli.cases.rules import ThreeRates
from linli.kernel.actor import SCOPE_COLUMNS
from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Place
from linli.territory.serving import own_areas

EARLIEST = dt.date(2000, 1, 1)
"""No installation holds a case from before; dates near year 1 have no month before them."""


def month_asked(text: str, *, now: dt.datetime) -> dt.date:
    """Return the first day of the month `2026-11`; of this month for anything else, the future, or
    what lies before EARLIEST.
    """
    today = timezone.localtime(now).date()
    try:
        asked = dt.datetime.strptime(text, "%Y-%m").replace(tzinfo=dt.UTC).date()
    except ValueError:
        asked = today
    return (asked if EARLIEST <= asked <= today else today).replace(day=1)


@needs(P.SEE_RATES)
def rates(request: ActorRequest) -> HttpResponse:
    """Show the rates of one of the actor's areas, and of each area just below it."""
    actor = request.actor
    month = month_asked(request.GET.get("month", ""), now=actor.now)
    before = (month - dt.timedelta(days=1)).replace(day=1)
    after = (month + dt.timedelta(days=31)).replace(day=1)
    held = {code: column for column, code in actor.scopes(P.SEE_RATES)}
    asked = request.GET.get("area", "")
    code = asked if asked in held else next(iter(held))
    column = held[code]
    period: dict[str, Any] = {"column": column, "code": code, "as_of": actor.now}
    context: dict[str, Any] = {
        "place": Place.objects.get(code=code),
        "areas": own_areas(actor, P.SEE_RATES),
        "month": month,
        "previous": f"{before:%Y-%m}",
        "next": f"{after:%Y-%m}" if after <= timezone.localtime(actor.now).date() else None,
        "as_of": actor.now,
        "whole": queries.three_rates(**period, year=month.year, month=month.month),
        "unadjusted": queries.unadjusted(**period, year=month.year, month=month.month),
        "last": queries.three_rates(**period, year=before.year, month=before.month),
        "rows": _rows(period, month=month),
        "reliable_from": ThreeRates.RELIABLE_FROM,
        "loop_step": "rates",
    }
    return render(request, "cases/rates.html", context)


def _rows(period: dict[str, Any], *, month: dt.date) -> list[dict[str, Any]]:
    if period["column"] == SCOPE_COLUMNS[-1]:
        return []
    # Communities are what people compare; where an area has no communities, its own next level.
    counted: dict[str, ThreeRates] = {}
    for below in reversed(SCOPE_COLUMNS[SCOPE_COLUMNS.index(period["column"]) + 1 :]):
        counted = queries.rates_below(**period, below=below, year=month.year, month=month.month)
        if counted:
            break
    places = Place.objects.in_bulk(list(counted), field_name="code")
    return [
        {
            "place": places[code],
            "rates": rates,
            "is_reliable": rates.satisfaction.denominator >= ThreeRates.RELIABLE_FROM,
        }
        for code, rates in counted.items()
    ]
