"""Reads of what platforms pushed."""

import datetime as dt
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from linli.api.platform.models import PlatformOrder
from linli.kernel.actor import Actor
from linli.territory.serving import held_by

LATELY = dt.timedelta(days=7)


def orders_in(actor: Actor, permission: str) -> QuerySet[PlatformOrder]:
    """Return the orders pushed over links of the actor's area."""
    here = held_by(actor, permission, through="place__")
    return PlatformOrder.objects.filter(here).select_related("place", "case")


def links_of(actor: Actor, permission: str) -> list[dict[str, Any]]:
    """Return how each source's link stands: last push, orders of the last week taken, refused now, all in all."""
    lately = Q(received_at__gte=actor.now - LATELY)
    rows = (
        orders_in(actor, permission)
        .values("source")
        .annotate(
            pushed_last=Max("pushed_at"),
            total_count=Count("pk"),
            taken_count=Count("pk", filter=lately & Q(case__isnull=False)),
            changed_count=Count("pk", filter=Q(change_count__gt=0)),
            again_count=Count("pk", filter=Q(push_count__gt=1)),
            refused_count=Count("pk", filter=~Q(code="")),
        )
        .order_by("source")
    )
    return [dict(row) for row in rows]


def refused_of(actor: Actor, permission: str) -> QuerySet[PlatformOrder]:
    """Return the orders that were refused last, the newest first."""
    return orders_in(actor, permission).exclude(code="").order_by("-pushed_at", "-pk")
