"""Reads of tokens."""

import datetime as dt

from django.db.models import QuerySet

from linli.accounts.models import RoleGrant
from linli.accounts.permissions import permissions_of
from linli.api.choices import ALLOWED
from linli.api.models import AccessToken
from linli.api.permissions import ApiPermission as P
from linli.api.rules import hash_of
from linli.kernel.actor import Actor, Grant
from linli.territory.models import Place
from linli.territory.serving import held_by


def tokens_of(actor: Actor) -> QuerySet[AccessToken]:
    """Return the tokens over places in the actor's area, those in force first, then the newest."""
    here = held_by(actor, P.TOKENS, through="place__")
    return (
        AccessToken.objects.filter(here)
        .select_related("user__organisation", "place")
        .order_by("-revoked_at", "-pk")
    )


def token_by(text: str) -> AccessToken | None:
    """Return the token that was sent, whether it holds or not."""
    rows = AccessToken.objects.select_related("user__organisation", "place")
    return rows.filter(token_hash=hash_of(text)).first()


def actor_of_token(token: AccessToken, *, now: dt.datetime) -> Actor:
    """Return the actor that a token is at a moment: its account's roles of now, narrowed to area and scopes.

    One query. Without a role in force, or for an account that was shut, it may do nothing but be told so.
    """
    user = token.user
    allowed = frozenset().union(*(ALLOWED[scope] for scope in token.scopes))
    grants = [Grant(role="token", permissions=frozenset({P.USE}))]
    if user.is_active:
        held = RoleGrant.objects.filter(user=user).in_force(now).select_related("place")
        for grant in held.order_by("pk"):
            within = _inner(grant.place, token.place)
            permissions = permissions_of(grant.role) & allowed
            if within is not None and permissions:
                grants.append(
                    Grant("token", permissions, column=within.scope_column, code=within.code)
                )
    return Actor(
        user_id=user.pk,
        name=user.display_name,
        grants=tuple(grants),
        now=now,
        organisation_id=user.organisation_id,
        channel="api",
    )


def _inner(one: Place, other: Place) -> Place | None:
    """Return the smaller of two areas if it lies in the larger, else None."""
    if other.code in one.scope.values():
        return one
    return other if one.code in other.scope.values() else None
