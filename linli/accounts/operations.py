"""Writes of accounts."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from linli.accounts.models import RoleGrant, User
from linli.accounts.permissions import ROLES
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import Refusal
from linli.kernel.operation import operation
from linli.territory.models import Organisation, Place

UNKNOWN_ROLE = Refusal(
    "accounts.unknown_role",
    _("There is no role “%(role)s”. Choose one of: %(known)s."),
)


@operation("accounts.manage")
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
    return user


@operation("accounts.manage")
def give_role(
    *,
    actor: Actor,
    user: User,
    role: str,
    place: Place,
    valid_from: dt.datetime,
    valid_to: dt.datetime | None = None,
) -> RoleGrant:
    """Give a user a role over a place; the same grant twice stays one. Raises UNKNOWN_ROLE."""
    if role not in ROLES:
        raise UNKNOWN_ROLE(role=role, known=", ".join(sorted(ROLES)))
    grant, _created = RoleGrant.objects.get_or_create(
        user=user,
        role=role,
        place=place,
        defaults={"valid_from": valid_from, "valid_to": valid_to},
    )
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
