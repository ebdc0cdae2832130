"""How the units of an area are doing, each with its own counts."""

import datetime as dt

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from linli.cases.permissions import CasePermission as P
from linli.cases.views.rates import month_asked
from linli.insight.units import units_in
from linli.insight.views import holds
from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Place


@needs(P.SEE_RATES)
def units(request: ActorRequest, code: str) -> HttpResponse:
    """Show the units seated in an area that lies in one of the reader's, those with most orders first."""
    actor = request.actor
    place = Place.objects.filter(code=code).first()
    if place is None or not holds(actor, place):
        raise Http404
    month = month_asked(request.GET.get("month", ""), now=actor.now)
    after = (month + dt.timedelta(days=31)).replace(day=1)
    context = {
        "place": place,
        "month": month,
        "previous": f"{month - dt.timedelta(days=1):%Y-%m}",
        "next": f"{after:%Y-%m}" if after <= timezone.localtime(actor.now).date() else None,
        "units": units_in(place, month=month, after=after),
        "loop_step": "rates",
    }
    return render(request, "insight/units.html", context)
