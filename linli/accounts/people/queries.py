"""Reads of other people's accounts: only those within an administrator's area."""

import datetime as dt
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from linli.accounts.door.choices import Outcome
from linli.accounts.models import Device, RoleGrant, Session, SignIn, User
from linli.accounts.permissions import AccountsPermission as P
from linli.kernel.actor import Actor
from linli.kernel.models import Event
from linli.territory.models import Place
from linli.territory.serving import held_by

SHOWN_EVENTS = 30


def looked_after(actor: Actor) -> QuerySet[User]:
    """Return the accounts whose organisation lies in the actor's area, or who hold a role there."""
    here = held_by(actor, P.MANAGE, through="place__")
    with_role = RoleGrant.objects.filter(here).values("user")
    unit = held_by(actor, P.MANAGE, through="organisation__place__")
    found: QuerySet[User] = User.objects.filter(Q(pk__in=with_role) | unit)
    return found


def find(actor: Actor, words: str) -> QuerySet[User]:
    """Return the accounts looked after, by name, user name, staff number or organisation."""
    rows = looked_after(actor)
    if words:
        rows = rows.filter(
            Q(display_name__icontains=words)
            | Q(username__icontains=words)
            | Q(staff_number=words)
            | Q(organisation__name__icontains=words)
        )
    return rows.order_by("-is_active", "display_name", "pk")


def _count(rows: QuerySet[Any]) -> Coalesce:
    """Return how many rows of the outer user there are, as a column of hers."""
    counted = rows.order_by().values("user").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def with_standing(user: User, *, at: dt.datetime) -> User:
    """Return a user, read anew, with `has_factor`, `open_sessions`, `open_devices` and `last_in`. One query."""
    own = OuterRef("pk")
    sessions = Session.objects.filter(user=own, expire_date__gt=at)
    devices = Device.objects.filter(user=own, ended_at__isnull=True, expires_at__gt=at)
    came = SignIn.objects.filter(user=own, outcome=Outcome.IN).order_by("-at")
    found: User = User.objects.annotate(
        has_factor=Exists(Authenticator.objects.filter(user=own)),
        open_sessions=_count(sessions),
        open_devices=_count(devices),
        last_in=Subquery(came.values("at")[:1]),
    ).get(pk=user.pk)
    return found


def reaching_further(user: User, actor: Actor) -> Place | None:
    """Return a place beyond the actor's area over which the user holds, or will hold, a role."""
    rows = RoleGrant.objects.filter(user=user).exclude(valid_to__lte=actor.now)
    grant = (
        rows.exclude(held_by(actor, P.MANAGE, through="place__")).select_related("place").first()
    )
    return grant.place if grant else None


def happenings(user: User) -> list[dict[str, Any]]:
    """Return the last events of an account, the newest first."""
    rows = Event.objects.filter(stream_kind="user", stream_id=user.pk).order_by("-seq")
    shown = rows[:SHOWN_EVENTS].values("name", "at", "user_id", "payload")
    return [dict(row) for row in shown]
