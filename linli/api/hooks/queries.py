"""Reads of endpoints and deliveries."""

from django.db.models import Count, Max, Q, QuerySet

from linli.api.hooks.models import Delivery, Endpoint
from linli.api.permissions import ApiPermission as P
from linli.kernel.actor import Actor
from linli.territory.serving import held_by


def endpoints_of(actor: Actor) -> QuerySet[Endpoint]:
    """Return the endpoints of tokens in the actor's area."""
    here = held_by(actor, P.TOKENS, through="token__place__")
    return Endpoint.objects.filter(here).select_related("token__place")


def with_counts(endpoints: QuerySet[Endpoint]) -> QuerySet[Endpoint]:
    """Add to endpoints `waiting_count`, `dead_count`, `delivered_count` and `delivered_last`."""
    return endpoints.annotate(
        waiting_count=Count("deliveries", filter=Q(deliveries__next_at__isnull=False)),
        dead_count=Count("deliveries", filter=Q(deliveries__dead_at__isnull=False)),
        delivered_count=Count("deliveries", filter=Q(deliveries__delivered_at__isnull=False)),
        delivered_last=Max("deliveries__delivered_at"),
    ).order_by("-made_at")


def deliveries_of(actor: Actor) -> QuerySet[Delivery]:
    """Return the deliveries of those endpoints."""
    here = held_by(actor, P.TOKENS, through="endpoint__token__place__")
    return Delivery.objects.filter(here).select_related("endpoint", "case")


def in_trouble(actor: Actor) -> QuerySet[Delivery]:
    """Return what was given up, and what failed and waits, the newest first."""
    failed = Q(dead_at__isnull=False) | Q(next_at__isnull=False, fault__isnull=False)
    return (
        deliveries_of(actor).filter(failed, endpoint__ended_at__isnull=True).order_by("-position")
    )
