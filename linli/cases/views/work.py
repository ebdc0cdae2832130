"""My work: what needs me now, what I wait for, how we are doing."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.accounts.models import User
from linli.cases import queries
from linli.cases.catalogue.queries import copied_to
from linli.cases.permissions import CasePermission as P
from linli.kernel.http import ActorRequest, needs
from linli.territory.models import Place

GROUPS = {
    "late": _("Overdue"),
    "two_hours": _("Within two hours"),
    "today": _("Today"),
    "week": _("This week"),
    "later": _("Later"),
}


def group_of(due: dt.datetime, *, now: dt.datetime) -> str:
    """Return the key of GROUPS for a deadline; days are those of the site's time zone."""
    if due < now:
        return "late"
    if due - now <= dt.timedelta(hours=2):
        return "two_hours"
    days = (timezone.localtime(due).date() - timezone.localtime(now).date()).days
    return "today" if days == 0 else "week" if days < 7 else "later"


@needs(P.HANDLE)
def work(request: ActorRequest) -> HttpResponse:
    """Show the orders of the actor's unit by clock."""
    actor = request.actor
    grouped: dict[str, list[Any]] = {key: [] for key in GROUPS}
    orders = list(queries.orders_of(actor))
    for order in orders:
        grouped[group_of(order.due_next_at, now=actor.now)].append(order)
    context: dict[str, Any] = {
        "has_copies": copied_to(actor.organisation_id or 0).exists(),
        "groups": [
            {"key": key, "label": label, "orders": grouped[key]}
            for key, label in GROUPS.items()
            if grouped[key]
        ],
        "total": len(orders),
        "waiting": list(queries.waiting_of(actor)),
        "loop_step": "handle",
    }
    place = _place_of(request.user)
    if place is not None:
        today = timezone.localtime(actor.now)
        context["rates_place"] = place
        context["rates"] = queries.three_rates(
            column=place.scope_column,
            code=place.code,
            year=today.year,
            month=today.month,
            as_of=actor.now,
        )
    return render(request, "cases/work.html", context)


def _place_of(user: Any) -> Place | None:
    if not isinstance(user, User) or user.organisation_id is None:
        return None
    return Place.objects.filter(organisations=user.organisation_id).first()
