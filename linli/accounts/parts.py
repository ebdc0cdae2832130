"""Steps that operations on accounts share."""

import datetime as dt
import secrets

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import F, Q

from linli.accounts.door.choices import CODE_LASTS
from linli.accounts.events import CodeGiven, DeviceEnded, SessionsEnded
from linli.accounts.models import Device, OneTimeCode, RoleGrant, Session, User
from linli.accounts.permissions import AccountsPermission as P
from linli.kernel.actor import Actor, Grant
from linli.kernel.events import record

LETTERS = (
    "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I and O, 1 and 0: they are read for each other
)


def locked_user(user_id: int) -> User:
    """Return a user, locked for this transaction. Raises User.DoesNotExist."""
    assert connection.in_atomic_block
    user: User = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    return user


def happened(user: User, event: object, *, actor: Actor) -> None:
    """Raise a locked user's version and record the event under it."""
    assert connection.in_atomic_block
    user.version += 1
    User.objects.filter(pk=user.pk).update(version=user.version)
    record(event, actor=actor, kind="user", stream=user.pk, seq=user.version)


def end_sessions(user: User, *, actor: Actor, but: str | None = None) -> int:
    """Sign a locked user out everywhere, but for the session with the key `but`."""
    count, _by_table = Session.objects.filter(user=user).exclude(pk=but).delete()
    if count:
        happened(user, SessionsEnded(count=count), actor=actor)
    return count


def end_devices(user: User, *, actor: Actor, but: str | None = None) -> None:
    """Let no phone of a locked user stay signed in. The session with the key `but` goes on until it is over."""
    held = Device.objects.filter(user=user, ended_at__isnull=True)
    for key in list(held.values_list("pk", flat=True)):
        Session.objects.filter(device=key).exclude(pk=but).delete()
        Device.objects.filter(pk=key).update(ended_at=actor.now)
        happened(user, DeviceEnded(device_id=key), actor=actor)


def new_code(user: User, *, actor: Actor) -> str:
    """Return a one-time code for a locked user, to be handed over in person. It is kept as a hash.

    Password, sessions and phones end at once; an earlier code is void.
    """
    code = "".join(secrets.choice(LETTERS) for _ in range(12))
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user, actor=actor)
    end_devices(user, actor=actor)
    OneTimeCode.objects.filter(user=user, used_at__isnull=True).delete()
    made = OneTimeCode.objects.create(
        user=user,
        code_hash=make_password(code),
        made_at=actor.now,
        expires_at=actor.now + CODE_LASTS,
    )
    happened(user, CodeGiven(code_id=made.pk), actor=actor)
    return "-".join((code[:4], code[4:8], code[8:]))


def sessions_to_end(now: dt.datetime) -> Q:
    """Return the condition on sessions that are over: no role held, a role or post ended since, shut."""
    held = RoleGrant.objects.in_force(now).values("user")
    return (
        Q(user__is_active=False)
        | ~Q(user__in=held)
        | Q(user__grants__valid_to__lte=now, user__grants__valid_to__gt=F("signed_in_at"))
    )


def door(now: dt.datetime, *, user: User | None = None) -> Actor:
    """Return the actor of somebody at the door: known by name, but not inside yet."""
    return Actor(
        user_id=user.pk if user else None,
        name=user.display_name if user else "",
        grants=(Grant(role="door", permissions=frozenset({P.COME_IN})),),
        now=now,
        organisation_id=user.organisation_id if user else None,
    )
