"""Writes of accounts."""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.accounts.events import AccountOpened, RoleGiven
from linli.accounts.models import Appointment, RoleGrant, User
from linli.accounts.parts import happened, locked_user
from linli.accounts.permissions import ROLES, AccountsPermission
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import Refusal
from linli.kernel.events import Code
from linli.kernel.operation import operation
from linli.territory.models import Organisation, Place
from linli.territory.parts import require_within

UNKNOWN_ROLE = Refusal(
    "accounts.unknown_role",
    _("There is no role “%(role)s”. Choose one of: %(known)s."),
)


@operation(AccountsPermission.MANAGE)
def open_account(
    *,
    actor: Actor,
    username: str,
    display_name: str,
    organisation: Organisation | None,
    password: str | None = None,
    is_demo: bool = False,
) -> User:
    """Return the user of this name, created if missing. Without a password only the demo signs in."""
    user, created = User.objects.get_or_create(
        username=username,
        defaults={
            "display_name": display_name,
            "organisation": organisation,
            "is_demo": is_demo,
        },
    )
    if created:
        user.set_password(password)
        user.save(update_fields=["password"])
        happened(user, AccountOpened(user_id=user.pk), actor=actor)
    return user


@operation(AccountsPermission.MANAGE)
def give_role(
    *,
    actor: Actor,
    user: User,
    role: str,
    place: Place,
    valid_from: dt.datetime,
    valid_to: dt.datetime | None = None,
    appointment: Appointment | None = None,
) -> RoleGrant:
    """Give a user a role over a place; a grant that covers the whole time already stays the only one.

    With an appointment it ends when the post does. Raises UNKNOWN_ROLE; OUTSIDE for a place beyond the area of
    the administrator (a command at the server has none and may everywhere).
    """
    if role not in ROLES:
        raise UNKNOWN_ROLE(role=role, known=", ".join(sorted(ROLES)))
    if actor.user_id is not None:
        require_within(place, actor=actor, permission=AccountsPermission.MANAGE)
    user = locked_user(user.pk)
    lasts = Q(valid_to__isnull=True) if valid_to is None else ~Q(valid_to__lt=valid_to)
    same = RoleGrant.objects.filter(lasts, user=user, role=role, place=place)
    if (held := same.in_force(valid_from).first()) is not None:
        return held
    grant = RoleGrant.objects.create(
        user=user,
        role=role,
        place=place,
        valid_from=valid_from,
        valid_to=valid_to,
        appointment=appointment,
    )
    event = RoleGiven(grant_id=grant.pk, role=Code(role), place_code=Code(place.code))
    happened(user, event, actor=actor)
    return grant


def installer(
    *, now: dt.datetime, permissions: frozenset[str], over: tuple[Grant, ...] = ()
) -> Actor:
    """Return the actor of a command typed at the server: no user, the permissions of that task only.

    `over` adds grants that hold over an area.
    """
    return Actor(
        user_id=None,
        name="linli",
        grants=(Grant(role="installer", permissions=permissions), *over),
        now=now,
        channel="command",
    )
