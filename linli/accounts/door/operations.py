"""What a person does at the door and with her own account, and the nightly sweep."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.db.models import Q

from linli.accounts.door.choices import (
    CODE_TRIES,
    DEVICE_LASTS,
    PIN_TRIES,
    Means,
    Outcome,
)
from linli.accounts.door.rules import (
    FACTOR_NEEDED,
    PIN_TOO_SIMPLE,
    is_simple_pin,
    needs_second_factor,
)
from linli.accounts.events import (
    CodeUsed,
    DeviceEnded,
    DeviceKept,
    FactorsChanged,
    PasswordChanged,
)
from linli.accounts.models import CacheEntry, Device, OneTimeCode, Session, SignIn, User
from linli.accounts.parts import end_devices, end_sessions, happened, locked_user, sessions_to_end
from linli.accounts.permissions import AccountsPermission as P
from linli.kernel.actor import Actor
from linli.kernel.operation import operation
from linli.kernel.seal import blind_index

BATCH = 500
LOG_LASTS = dt.timedelta(days=365)
"""Logs of access are kept at least six months (Cybersecurity Law of the PRC, article 21, in force 2017-06-01)."""


@operation(P.COME_IN)
def note_sign_in(*, actor: Actor, user_id: int, means: str, outcome: str) -> dt.datetime | None:
    """Write down that somebody came in or was refused. Returns when she came in the time before."""
    came = SignIn.objects.filter(user=user_id, outcome=Outcome.IN).order_by("-at").first()
    SignIn.objects.create(user_id=user_id, at=actor.now, means=means, outcome=outcome)
    return came.at if came else None


@operation(P.COME_IN)
def use_code(*, actor: Actor, username: str, code: str, password: str) -> bool:
    """Set a new password by a one-time code. Returns False for any code or name that opens nothing.

    A wrong code is counted, so this returns instead of raising; after five the code is void. Raises
    ValidationError for a password that the policy refuses: the code stays good.
    """
    named = Q(username=username) | Q(staff_number=username)
    user = User.objects.filter(named, is_active=True, is_demo=False).first()
    if user is None:
        make_password(code)  # an unknown name takes as long as a known one
        return False
    user = locked_user(user.pk)
    row = OneTimeCode.objects.filter(
        user=user, used_at__isnull=True, expires_at__gt=actor.now, tries__lt=CODE_TRIES
    ).first()
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    if row is None or not check_password(typed, row.code_hash):
        if row is not None:
            row.tries += 1
            row.save(update_fields=["tries"])
        SignIn.objects.create(user=user, at=actor.now, means=Means.CODE, outcome=Outcome.WRONG)
        return False
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    row.used_at = actor.now
    row.save(update_fields=["used_at"])
    happened(user, CodeUsed(code_id=row.pk), actor=actor)
    return True


@operation(P.OWN)
def change_proofs(
    *, actor: Actor, take: Callable[[], Any], session: Callable[[], str | None]
) -> Any:
    """Let allauth change the actor's own password or factors, in this transaction, and record what changed.

    `take` runs its view; `session` is then asked for the key of the browser in hand, which alone stays signed
    in. Returns what `take` returned.
    """
    assert actor.user_id is not None
    user = locked_user(actor.user_id)
    before = _proofs(user)
    answer = take()
    user.refresh_from_db(fields=["password"])
    after = _proofs(user)
    if after[0] != before[0]:
        happened(user, PasswordChanged(user_id=user.pk), actor=actor)
        in_hand = session()
        end_sessions(user, actor=actor, but=in_hand)
        end_devices(user, actor=actor, but=in_hand)
    if after[1:] != before[1:]:
        event = FactorsChanged(totp=after[1], keys=after[2], recovery_codes=after[3])
        happened(user, event, actor=actor)
    return answer


def _proofs(user: User) -> tuple[str, int, int, int]:
    """Return the password's hash and how many factors of each kind a user has."""
    kinds = list(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    return (
        user.password,
        kinds.count("totp"),
        kinds.count("webauthn"),
        kinds.count("recovery_codes"),
    )


@operation(P.OWN)
def keep_device(*, actor: Actor, name: str, pin: str) -> tuple[Device, str]:
    """Let a phone stay signed in for 30 days behind a PIN. Returns it with the token for its cookie.

    Raises RuleBroken: a role that needs a second factor each time, a PIN that is guessed first.
    """
    if needs_second_factor(actor):
        raise FACTOR_NEEDED()
    if is_simple_pin(pin):
        raise PIN_TOO_SIMPLE()
    assert actor.user_id is not None
    user = locked_user(actor.user_id)
    token = secrets.token_urlsafe(32)
    device: Device = Device.objects.create(
        user=user,
        name=name,
        token_hash=_token_hash(token),
        pin_hash=make_password(_peppered(pin)),
        made_at=actor.now,
        used_at=actor.now,
        expires_at=actor.now + DEVICE_LASTS,
    )
    happened(user, DeviceKept(device_id=device.pk), actor=actor)
    return device, token


def _token_hash(token: str) -> bytes:
    """Return the hash of a random token; it has 256 bits, so a quick hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def _peppered(pin: str) -> str:
    """Return a PIN mixed with the installation's key: the table alone does not give six digits away."""
    return blind_index("pin", pin).hex()


def device_of(token: str, *, now: dt.datetime) -> Device | None:
    """Return the phone that a cookie belongs to, while it stays signed in."""
    found: Device | None = (
        Device.objects.filter(
            token_hash=_token_hash(token),
            ended_at__isnull=True,
            expires_at__gt=now,
            user__is_active=True,
        )
        .select_related("user")
        .first()
    )
    return found


@dataclass(frozen=True)
class Unlocked:
    """What a PIN did. `user` is None if it was wrong; `left` is how many more tries there are."""

    user: User | None
    left: int


@operation(P.COME_IN)
def unlock_device(*, actor: Actor, device_id: int, pin: str) -> Unlocked:
    """Compare the PIN. The fifth wrong one in a row ends the device; a wrong one is counted, so nothing is raised."""
    device = Device.objects.get(pk=device_id)
    user = locked_user(device.user_id)
    device.refresh_from_db()
    if device.ended_at is not None or device.expires_at <= actor.now:
        return Unlocked(None, 0)
    if check_password(_peppered(pin), device.pin_hash):
        device.wrong_pins, device.used_at = 0, actor.now
        device.save(update_fields=["wrong_pins", "used_at"])
        SignIn.objects.create(user=user, at=actor.now, means=Means.PIN, outcome=Outcome.IN)
        return Unlocked(user, PIN_TRIES)
    device.wrong_pins += 1
    left = PIN_TRIES - device.wrong_pins
    if not left:
        device.ended_at = actor.now
    device.save(update_fields=["wrong_pins", "ended_at"])
    outcome = Outcome.WRONG if left else Outcome.ENDED
    SignIn.objects.create(user=user, at=actor.now, means=Means.PIN, outcome=outcome)
    if not left:
        Session.objects.filter(device=device).delete()
        happened(user, DeviceEnded(device_id=device.pk), actor=actor)
    return Unlocked(None, left)


@operation(P.OWN)
def end_device(*, actor: Actor, device_id: int) -> None:
    """Let one of the actor's own phones stay signed in no more. Raises Device.DoesNotExist."""
    assert actor.user_id is not None
    user = locked_user(actor.user_id)
    device = Device.objects.get(pk=device_id, user=user, ended_at__isnull=True)
    Session.objects.filter(device=device).delete()
    device.ended_at = actor.now
    device.save(update_fields=["ended_at"])
    happened(user, DeviceEnded(device_id=device.pk), actor=actor)


@operation(P.OWN)
def end_other_sessions(*, actor: Actor, session: str | None) -> int:
    """Sign the actor out everywhere but in the browser in hand, whose session key is given."""
    assert actor.user_id is not None
    return end_sessions(locked_user(actor.user_id), actor=actor, but=session)


@operation(P.SWEEP)
def sweep_sessions(*, actor: Actor) -> int:
    """End up to 500 people's sessions whose role or post has ended since, and clear away what is over.

    Call it until it returns 0; a second run changes nothing. Returns how many people were signed out.
    """
    over = Session.objects.filter(user__isnull=False).filter(sessions_to_end(actor.now))
    people = list(over.order_by("user").values_list("user", flat=True).distinct()[:BATCH])
    for user_id in people:
        end_sessions(locked_user(user_id), actor=actor)
    Session.objects.filter(expire_date__lte=actor.now).delete()
    CacheEntry.objects.filter(expires_at__lte=actor.now).delete()
    SignIn.objects.filter(at__lte=actor.now - LOG_LASTS).delete()
    return len(people)
