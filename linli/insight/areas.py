"""How the actor's own area does, for a first page: today's counts and the month's rates, from the counters."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from linli.cases.rules import ThreeRates
from linli.insight.models import MEASURES
from linli.insight.queries import Counts, adjustments, monthly, rates_of
from linli.kernel.actor import Actor
from linli.territory.models import Place


@dataclass(frozen=True)
class AreaNow:
    """The counts of today, by measure, and the three rates of this month (None where not asked for)."""

    place: Place
    today: Counts
    rates: ThreeRates | None


def own_area(actor: Actor, *, permission: str, with_rates: bool = True) -> AreaNow | None:
    """Return the first area over which the actor holds the permission; None without one.

    Two queries, four with the rates.
    """
    area = next(iter(actor.scopes(permission)), None)
    place = Place.objects.filter(code=area[1]).first() if area else None
    if area is None or place is None:
        return None
    column, code = area
    today = timezone.localtime(actor.now).date()
    month = today.replace(day=1)
    after = (month + dt.timedelta(days=31)).replace(day=1)
    counts, days = monthly([code], months=(month,), after=after)
    rates = None
    if with_rates:
        changed = adjustments(column=column, code=code, first=month, after=after, as_of=actor.now)
        rates = rates_of(counts.get((code, month)), changed.get((code, month)))
    return AreaNow(place, days.get(today, dict.fromkeys(MEASURES, 0)), rates)
