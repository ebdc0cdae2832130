"""What an administrator does with an account of the area."""

import datetime as dt

from allauth.mfa.models import Authenticator

from linli.accounts.door.choices import RESET_LASTS
from linli.accounts.events import (
    AccountChanged,
    AccountLetInAgain,
    AccountOpened,
    AccountShut,
    FactorResetApproved,
    FactorResetAsked,
    RoleEnded,
)
from linli.accounts.models import FactorReset, OneTimeCode, RoleGrant, User
from linli.accounts.parts import end_devices, end_sessions, happened, locked_user, new_code
from linli.accounts.people.queries import looked_after, reaching_further
from linli.accounts.people.rules import (
    ASKED_ALREADY,
    ENDS_TOO_SOON,
    NAME_TAKEN,
    NO_FACTOR,
    NOT_ASKED,
    NUMBER_TAKEN,
    OWN_ACCOUNT,
    REACHES_FURTHER,
    SAME_PERSON,
    SHUT,
)
from linli.accounts.permissions import AccountsPermission as P
from linli.kernel.actor import Actor
from linli.kernel.events import Code
from linli.kernel.operation import operation
from linli.territory.parts import locked_organisation, require_within


@operation(P.MANAGE)
def open_person(
    *, actor: Actor, username: str, display_name: str, organisation_id: int, staff_number: str = ""
) -> tuple[User, str]:
    """Open an account in an organisation of the area. Returns it with its one-time code.

    Raises Organisation.DoesNotExist; RuleBroken for a name or number that is taken.
    """
    unit = locked_organisation(organisation_id, actor=actor, permission=P.MANAGE)
    _free(username, staff_number)
    user = User.objects.create(
        username=username,
        staff_number=staff_number or None,
        display_name=display_name,
        organisation=unit,
        password="",
    )
    happened(user, AccountOpened(user_id=user.pk), actor=actor)
    return user, new_code(user, actor=actor)


@operation(P.MANAGE)
def change_person(*, actor: Actor, user_id: int, display_name: str, staff_number: str = "") -> None:
    """Write name and staff number of an account anew. Raises RuleBroken for a number that is taken."""
    user = _managed(user_id, actor=actor)
    _free("", staff_number, but=user)
    user.display_name, user.staff_number = display_name, staff_number or None
    user.save(update_fields=["display_name", "staff_number"])
    happened(user, AccountChanged(user_id=user.pk), actor=actor)


def _free(username: str, staff_number: str, *, but: User | None = None) -> None:
    """Refuse a name or number by which another person could be meant at the door."""
    others = User.objects.exclude(pk=but.pk) if but else User.objects.all()
    for name in filter(None, (username, staff_number)):
        taken = others.filter(username=name) | others.filter(staff_number=name)
        if taken.exists():
            raise NAME_TAKEN(name=name) if name == username else NUMBER_TAKEN(number=name)


@operation(P.MANAGE)
def end_role(*, actor: Actor, grant_id: int) -> None:
    """End a role now; one that has not begun is taken back. Raises RoleGrant.DoesNotExist, OUTSIDE."""
    grant = RoleGrant.objects.select_related("place").get(pk=grant_id)
    require_within(grant.place, actor=actor, permission=P.MANAGE)
    user = locked_user(grant.user_id)
    rows = RoleGrant.objects.filter(pk=grant.pk).exclude(valid_to__lte=actor.now)
    if grant.valid_from >= actor.now:
        changed, _by_table = rows.delete()
    else:
        changed = rows.update(valid_to=actor.now)
    if not changed:
        raise RoleGrant.DoesNotExist
    event = RoleEnded(grant_id=grant_id, role=Code(grant.role), place_code=Code(grant.place.code))
    happened(user, event, actor=actor)
    end_sessions(user, actor=actor)


@operation(P.MANAGE)
def give_code(*, actor: Actor, user_id: int) -> str:
    """Return a one-time code for a new password. The old one, sessions and phones end at once."""
    user = _managed(user_id, actor=actor)
    if not user.is_active:
        raise SHUT(name=user.display_name)
    return new_code(user, actor=actor)


@operation(P.MANAGE)
def sign_out_everywhere(*, actor: Actor, user_id: int) -> None:
    """End all sessions and phones of an account; its password stays."""
    user = _managed(user_id, actor=actor)
    end_sessions(user, actor=actor)
    end_devices(user, actor=actor)


@operation(P.MANAGE)
def shut_account(*, actor: Actor, user_id: int) -> None:
    """Let nobody in by this account any more. Its history stays. Shut already: nothing happens."""
    user = _managed(user_id, actor=actor)
    if not user.is_active:
        return
    User.objects.filter(pk=user.pk).update(is_active=False)
    happened(user, AccountShut(user_id=user.pk), actor=actor)
    end_sessions(user, actor=actor)
    end_devices(user, actor=actor)
    OneTimeCode.objects.filter(user=user, used_at__isnull=True).delete()


@operation(P.MANAGE)
def let_in_again(*, actor: Actor, user_id: int) -> str:
    """Open a shut account again. Returns a one-time code: what was known before opens nothing."""
    user = _managed(user_id, actor=actor)
    User.objects.filter(pk=user.pk).update(is_active=True)
    happened(user, AccountLetInAgain(user_id=user.pk), actor=actor)
    return new_code(user, actor=actor)


@operation(P.MANAGE)
def ask_factor_reset(*, actor: Actor, user_id: int) -> FactorReset:
    """Ask that the second factors of somebody who lost them are taken away. Raises RuleBroken."""
    user = _managed(user_id, actor=actor)
    if not Authenticator.objects.filter(user_id=user.pk).exists():
        raise NO_FACTOR(name=user.display_name)
    asked = FactorReset.objects.filter(user=user, approved_at__isnull=True)
    asked.filter(made_at__lte=actor.now - RESET_LASTS).delete()
    if asked.exists():
        raise ASKED_ALREADY()
    reset: FactorReset = FactorReset.objects.create(
        user=user, made_at=actor.now, asked_by_id=actor.user_id
    )
    happened(user, FactorResetAsked(reset_id=reset.pk), actor=actor)
    return reset


@operation(P.MANAGE)
def approve_factor_reset(*, actor: Actor, user_id: int) -> str:
    """Take the second factors away, as another administrator asked. Returns a one-time code.

    The password ends too, so that whoever found it cannot come in by it alone. Raises RuleBroken.
    """
    user = _managed(user_id, actor=actor)
    reset = FactorReset.objects.filter(
        user=user, approved_at__isnull=True, made_at__gt=actor.now - RESET_LASTS
    ).first()
    if reset is None:
        raise NOT_ASKED()
    if reset.asked_by_id == actor.user_id:
        raise SAME_PERSON()
    reset.approved_at, reset.approved_by_id = actor.now, actor.user_id
    reset.save(update_fields=["approved_at", "approved_by"])
    Authenticator.objects.filter(user_id=user.pk).delete()
    happened(user, FactorResetApproved(reset_id=reset.pk), actor=actor)
    return new_code(user, actor=actor)


def _managed(user_id: int, *, actor: Actor) -> User:
    """Return a locked account that the actor may look after wholly. Raises User.DoesNotExist, RuleBroken."""
    user = locked_user(user_id)
    if actor.user_id is None:
        return user
    if not looked_after(actor).filter(pk=user.pk).exists():
        raise User.DoesNotExist
    if user.pk == actor.user_id:
        raise OWN_ACCOUNT()
    place = reaching_further(user, actor)
    if place is not None:
        raise REACHES_FURTHER(name=user.display_name, place=place.label)
    return user


def end_of(day: dt.date | None, *, begins: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    """Return the midnight at which a role ends that is held before this day. Raises ENDS_TOO_SOON."""
    if day is None:
        return None
    end = dt.datetime.combine(day, dt.time(), tzinfo=zone)
    if end <= begins:
        raise ENDS_TOO_SOON()
    return end
