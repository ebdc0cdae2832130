"""Who must prove what at the door. Pure: the moment is an argument.

Sources: design decision "MFA required from sub-district level up and on any unmasking"; GB/T 22239-2019
8.1.4.1 d (two kinds of proof, one of them cryptographic, at protection level 3).
"""

import datetime as dt
import itertools
import re

from django.utils.translation import gettext_lazy as _

from linli.accounts.door.choices import FRESH, IDLE
from linli.accounts.permissions import DISPATCHER, FOLLOW_UP_CALLER, OPERATOR
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal

HOTLINE = {OPERATOR.code, DISPATCHER.code, FOLLOW_UP_CALLER.code}
WIDE = {"city_code", "district_code", "street_code"}

PIN_TOO_SIMPLE = Refusal(
    "door.pin_too_simple",
    _("That PIN is guessed first. Choose six digits that are neither equal nor in a row."),
    "pin",
)
FACTOR_NEEDED = Refusal(
    "door.not_for_wide_roles",
    _(
        "Your role reaches beyond one community, so a second factor is asked each time you sign in; "
        "no phone stays signed in."
    ),
)


def needs_second_factor(actor: Actor) -> bool:
    """Return whether a role held asks for it: any over a sub-district or more, and the hotline's."""
    return any(grant.role in HOTLINE or grant.column in WIDE for grant in actor.grants)


def is_fresh(proved_at: dt.datetime | None, *, now: dt.datetime) -> bool:
    """Return whether the second factor was shown within FRESH."""
    return proved_at is not None and now - proved_at < FRESH


class ProofNeeded(Exception):
    """What was asked for needs a second proof, just given. The door asks for it and then goes on with what was sent.

    No RuleBroken: no form can answer it.
    """


def require_fresh_proof(actor: Actor) -> None:
    """Raise ProofNeeded unless the actor has just shown who she is, if it is asked of her at all.

    For every operation that shows personal data: there it cannot be forgotten by a page.
    """
    if actor.is_asked and not is_fresh(actor.proved_at, now=actor.now):
        raise ProofNeeded


def is_idle(seen_at: dt.datetime | None, *, now: dt.datetime) -> bool:
    """Return whether a phone has lain so long that its PIN is asked."""
    return seen_at is None or now - seen_at >= IDLE


def is_simple_pin(pin: str) -> bool:
    """Return whether six digits are equal, in a row up or down, or one pair or triple repeated."""
    if not re.fullmatch(r"\d{6}", pin, re.ASCII):
        return True
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    repeats = pin[:2] * 3 == pin or pin[:3] * 2 == pin
    return len(steps) == 1 or repeats
