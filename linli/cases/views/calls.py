"""How the hotline's calls go today, for whoever leads it."""

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from linli.cases.calls.queries import figures_by_person
from linli.cases.permissions import CasePermission as P
from linli.kernel.clock import day_bounds
from linli.kernel.http import ActorRequest, needs

KEPT = dt.timedelta(days=400)
"""How far back a day can be looked at from its page."""


def day_asked(text: str, *, now: dt.datetime) -> dt.date:
    """Return the day `2026-11-18`; today for anything else, the future, or what lies too far back."""
    today = timezone.localtime(now).date()
    try:
        asked = dt.date.fromisoformat(text)
    except ValueError:
        return today
    return asked if today - KEPT <= asked <= today else today


@needs(P.SEE_CALLS)
def calls(request: ActorRequest) -> HttpResponse:
    """Show the calls of one day at the actor's hotline, and of each who answered."""
    actor = request.actor
    asked = day_asked(request.GET.get("day", ""), now=actor.now)
    noon = timezone.make_aware(dt.datetime.combine(asked, dt.time(12)))
    first, after = day_bounds(noon)
    whole, people = figures_by_person(actor.organisation_id or 0, first=first, after=after)
    today = timezone.localtime(actor.now).date()
    context = {
        "day": asked,
        "before": asked - dt.timedelta(days=1),
        "after": asked + dt.timedelta(days=1) if asked < today else None,
        "whole": whole,
        "people": people,
        "loop_step": "hear",
    }
    return render(request, "calls/calls.html", context)
