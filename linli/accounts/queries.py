"""Reads of accounts."""

import datetime as dt

from linli.accounts.models import RoleGrant, User
from linli.accounts.permissions import permissions_of
from linli.kernel.actor import Actor, Grant


def actor_of(user: User, *, now: dt.datetime, channel: str = "web") -> Actor:
    """Return the actor that a user is at a moment. One query for the grants."""
    held = RoleGrant.objects.filter(user=user).in_force(now).select_related("place").order_by("pk")
    return Actor(
        user_id=user.pk,
        name=user.display_name,
        organisation_id=user.organisation_id,
        grants=tuple(
            Grant(
                role=grant.role,
                permissions=permissions_of(grant.role),
                column=grant.place.scope_column,
                code=grant.place.code,
            )
            for grant in held
        ),
        now=now,
        channel=channel,
        is_asked=not user.is_demo,
    )


def names_of(user_ids: set[int]) -> dict[int, User]:
    """Return users with their organisation, by id, for telling who did what."""
    return User.objects.in_bulk(user_ids)
