"""The lead asks the level above: a pause, an extension, a hold on the ledger, an exclusion, help.

Asking changes no clock and no state; the answer does (`deciding.py`).
"""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from linli.cases.choices import ApplicationKind as Kind
from linli.cases.events import (
    ExclusionAsked,
    ExtensionAsked,
    HoldAsked,
    OrderEscalated,
    PauseAsked,
)
from linli.cases.models import Application, WorkOrder
from linli.cases.parts import happened, locked_order, move_order
from linli.cases.permissions import CasePermission as P
from linli.cases.rules import REASONS, UNTIL_AT_MOST
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.operation import operation

WRONG_GROUND = Refusal(
    "order.wrong_ground",
    _("This ground does not belong to what you ask for. Choose one of the grounds listed."),
    "reason",
)
UNTIL_PAST = Refusal(
    "order.until_past", _("The time given has passed already. Give a day that lies ahead."), "until"
)
UNTIL_TOO_FAR = Refusal(
    "order.until_too_far",
    _("That is too far ahead: %(days)s days at most. Ask again when they are over."),
    "until",
)
TOO_MUCH = Refusal(
    "order.extension_too_long",
    _("An extension is at most as long as the limit itself: %(most)s. Give less."),
    "amount",
)


@operation(P.HANDLE)
def ask_pause(
    *, actor: Actor, case_id: int, reason: str, words: str, until: dt.datetime | None
) -> Application:
    """Ask that the handling clock may stand until a moment, 15 days ahead at most; twice an order."""
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    asked = _asked(order, Kind.PAUSE, actor=actor, reason=reason, words=words, until=until)
    order = move_order(case, order, "ask_pause", actor=actor, beside=asked)
    _keep(asked)
    happened(case, PauseAsked(order_id=order.pk, application_id=asked.pk), actor=actor)
    return asked


@operation(P.HANDLE)
def ask_extension(
    *, actor: Actor, case_id: int, reason: str, words: str, told: str, amount: int | None
) -> Application:
    """Ask for `amount` more of the handling limit's own unit; before it is over, once an order.

    Rule: article 15: openly. `told` is what the caller was told of it;.
    """
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    asked = _asked(order, Kind.EXTENSION, actor=actor, reason=reason, words=words)
    asked.told, asked.amount = told.strip(), amount
    order = move_order(case, order, "ask_extension", actor=actor, beside=asked)
    assert order.clock_class is not None, "its guard asks for it"
    asked.at_most = order.clock_class.limits.handling.amount
    if not 1 <= (amount or 0) <= asked.at_most:
        raise TOO_MUCH(most=asked.at_most)
    _keep(asked)
    happened(case, ExtensionAsked(order_id=order.pk, application_id=asked.pk), actor=actor)
    return asked


@operation(P.HANDLE)
def ask_hold(
    *, actor: Actor, case_id: int, reason: str, words: str, until: dt.datetime | None
) -> Application:
    """Ask to hold an order on the ledger and to look at it again at `until`, 90 days ahead at most.

    For one that is held already: to hold it on.
    """
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    asked = _asked(order, Kind.HOLD, actor=actor, reason=reason, words=words, until=until)
    order = move_order(case, order, "ask_hold", actor=actor, beside=asked)
    _keep(asked)
    happened(case, HoldAsked(order_id=order.pk, application_id=asked.pk), actor=actor)
    return asked


@operation(P.HANDLE)
def ask_exclusion(
    *,
    actor: Actor,
    case_id: int,
    reason: str,
    words: str,
    evidence: str,
    until: dt.datetime | None,
) -> Application:
    """Ask to leave an order out of the three rates until a moment. A second person decides."""
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    asked = _asked(order, Kind.EXCLUSION, actor=actor, reason=reason, words=words, until=until)
    asked.evidence = evidence.strip()
    order = move_order(case, order, "ask_exclusion", actor=actor, beside=asked)
    _keep(asked)
    happened(case, ExclusionAsked(order_id=order.pk, application_id=asked.pk), actor=actor)
    return asked


@operation(P.HANDLE)
def escalate(*, actor: Actor, case_id: int, reason: str, words: str) -> Application:
    """Ask the level above for help with what the unit cannot coordinate (article 20)."""
    case, order = locked_order(case_id, actor=actor, permission=P.HANDLE)
    asked = _asked(order, Kind.ESCALATION, actor=actor, reason=reason, words=words)
    order = move_order(case, order, "escalate", actor=actor, beside=asked)
    _keep(asked)
    happened(case, OrderEscalated(order_id=order.pk, application_id=asked.pk), actor=actor)
    return asked


def _asked(
    order: WorkOrder | None,
    kind: Kind,
    *,
    actor: Actor,
    reason: str,
    words: str,
    until: dt.datetime | None = None,
) -> Application:
    assert actor.user_id is not None, "applications are made by people"
    return Application(
        order=order,
        kind=kind,
        at=actor.now,
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        reason=reason,
        words=words.strip(),
        until=until,
    )


def _keep(asked: Application) -> None:
    """Save an application whose ground and time are possible. Raises RuleBroken."""
    if asked.reason not in REASONS[asked.kind]:
        raise WRONG_GROUND()
    if asked.until is not None:
        if asked.until <= asked.at:
            raise UNTIL_PAST()
        most = UNTIL_AT_MOST[asked.kind]
        if asked.until > asked.at + most:
            raise UNTIL_TOO_FAR(days=most.days)
    asked.save()
