"""What stands against a move of a problem beside its state."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken

STEPS_OPEN = Refusal(
    "problem.steps_open",
    _("%(count)s steps of the plan are not done. Do them first, or write down that they are done."),
)
NOT_VERIFIED = Refusal(
    "problem.not_verified",
    _(
        "What others gave is not verified: %(count)s. Somebody else than who took delivery verifies it first."
    ),
)
NOT_ACCOUNTED = Refusal(
    "problem.not_accounted",
    _("Spending that nobody has checked: %(count)s. The sub-district checks the receipts first."),
)
STILL_WATCHED = Refusal(
    "problem.still_watched",
    _(
        "The calls are watched until %(day)s. Wait until then; a call of the kind opens it again by itself."
    ),
)


def may_end_measure(problem: Any, actor: Actor) -> RuleBroken | None:
    """The measure is done when its steps are, what was given is verified and the money is accounted for."""
    steps = [step for step in problem.steps.all() if step.done_at is None]
    if steps:
        return STEPS_OPEN(count=len(steps))
    gifts = [gift for gift in problem.gifts.all() if gift.verified_at is None]
    if gifts:
        return NOT_VERIFIED(count=len(gifts))
    spent = [one for one in problem.spendings.all() if one.checked_at is None]
    return NOT_ACCOUNTED(count=len(spent)) if spent else None


def may_be_solved(problem: Any, actor: Actor) -> RuleBroken | None:
    """A problem is solved when the watch is over and no call of its kind came back."""
    if actor.now < problem.watched_until:
        return STILL_WATCHED(day=f"{problem.watched_until:%Y-%m-%d}")
    return None
