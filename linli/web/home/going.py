"""Panels of how the work goes: figures of a day or month."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from linli.cases import doing, queries
from linli.cases.calls.queries import figures_of, figures_of_hotline
from linli.cases.calls.rules import CallFigures
from linli.cases.permissions import CasePermission as P
from linli.insight.areas import own_area
from linli.insight.units import months_of
from linli.jobs.queries import has_worker
from linli.journal.drainer import is_alive
from linli.journal.following import failing
from linli.journal.queries import last_check
from linli.kernel.actor import Actor
from linli.kernel.clock import day_bounds
from linli.territory.models import Organisation, Place
from linli.web import wording
from linli.web.home.parts import Figure, Panel
from linli.web.templatetags.linli import called, called_short

HELPED_OVER = dt.timedelta(days=30)


def _share(rate: Any) -> str:
    return wording.percent(rate.share)


def _of(rate: Any) -> str:
    return f"{rate.numerator} / {rate.denominator}"


def _call_figures(found: CallFigures) -> list[Figure]:
    """Return the figures of calls as both the operator and her lead read them."""

    def mean(span: dt.timedelta | None) -> str:
        return "—" if span is None else wording.stopwatch(span)

    return [
        Figure(_("Answered"), str(found.answered), _("not answered: %(n)s") % {"n": found.missed}),
        Figure(_("In 15 seconds"), _share(found.in_time), _of(found.in_time)),
        Figure(_("Talk, mean"), mean(found.talk)),
        Figure(_("Writing, mean"), mean(found.after)),
    ]


def own_calls(actor: Actor) -> Panel:
    first, after = day_bounds(actor.now)
    found = figures_of(actor.user_id or 0, first=first, after=after)
    return Panel(_lazy("Your calls today"), "phone", figures=_call_figures(found))


def hotline_calls(actor: Actor) -> Panel:
    first, after = day_bounds(actor.now)
    whole = figures_of_hotline(actor.organisation_id or 0, first=first, after=after)
    where = reverse("cases:calls") if actor.may(P.SEE_CALLS) else ""
    return Panel(
        heading=_lazy("The hotline's calls today"),
        icon="phone",
        url=where,
        action=_lazy("Each operator"),
        figures=_call_figures(whole),
    )


def area(actor: Actor, permission: str, *, with_rates: bool = True) -> Panel | None:
    """Return today's counts of an area and its rates of the month, from the counters."""
    found = own_area(actor, permission=permission, with_rates=with_rates)
    if found is None:
        return None
    return Panel(
        heading=_lazy("How the area is doing"),
        icon="chart",
        figures=[
            Figure(_("received today"), str(found.today["received"])),
            Figure(_("dispatched today"), str(found.today["dispatched"])),
            Figure(_("closed today"), str(found.today["closed"])),
        ],
        rates=found.rates,
        about=called_short(found.place),
    )


def rates_here(actor: Actor) -> Panel | None:
    """Return the three rates of a smaller area, counted directly."""
    area = next(iter(actor.scopes(P.SEE_RATES)), None)
    if area is None:
        return None
    column, code = area
    today = timezone.localtime(actor.now)
    place = Place.objects.filter(code=code).first()
    found = queries.three_rates(
        column=column, code=code, year=today.year, month=today.month, as_of=actor.now
    )
    return Panel(
        heading=_lazy("How the area is doing"),
        icon="chart",
        url=reverse("insight:overview"),
        action=_lazy("Overview"),
        rates=found,
        about=called_short(place) if place else "",
    )


def helped(actor: Actor) -> Panel:
    found = doing.helped(actor, since=actor.now - HELPED_OVER)
    return Panel(
        heading=_lazy("How you helped in 30 days"),
        icon="chart",
        figures=[
            Figure(_("Done"), str(found.done)),
            Figure(_("In time"), _share(found.in_time), _of(found.in_time)),
            Figure(_("Not ours"), str(found.returned)),
        ],
    )


def unit(actor: Actor, unit: Organisation) -> Panel:
    month = timezone.localtime(actor.now).date().replace(day=1)
    found = dict(months_of(unit, months=[month])).get(month)
    figures = []
    if found is not None:
        figures = [
            Figure(_("orders this month"), str(found.dispatched)),
            Figure(_("Reported in time"), _share(found.in_time), _of(found.in_time)),
            Figure(_("Satisfied"), _share(found.satisfied), _of(found.satisfied)),
        ]
    return Panel(
        heading=_lazy("How your unit is doing"),
        icon="chart",
        figures=figures,
        about=called(unit),
        empty=_lazy("No order went to your unit this month."),
    )


def installation(actor: Actor) -> Panel:
    check, stuck = last_check(), failing()
    good, bad = _("running"), _("not running: see linli doctor")
    if check is None:
        record, when = _("not checked yet"), ""
    else:
        record = (
            _("whole") if not check.fault_count else _("%(n)s faults") % {"n": check.fault_count}
        )
        when = wording.moment(check.at, now=actor.now)
    return Panel(
        heading=_lazy("How the installation is doing"),
        icon="tool",
        figures=[
            Figure(_("The sealed record"), record, when),
            Figure(_("Sealing"), good if is_alive() else bad),
            Figure(_("Background work"), good if has_worker() else bad),
            Figure(_("What follows the record"), ", ".join(stuck) or _("up to date")),
        ],
    )
