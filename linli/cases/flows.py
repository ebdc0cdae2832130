"""The two flows: the case as the caller sees it, the work order as the responsible unit sees it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.permissions import CasePermission as P
from linli.cases.rules import FOLLOW_UP_ATTEMPTS
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.flow import Flow, Move, State

NOT_YOUR_ORDER = Refusal(
    "order.not_yours",
    _("This order lies with %(unit)s. Only its own people move it on."),
)
OWN_WORK = Refusal(
    "order.own_work",
    _(
        "Your unit handled this. The call back is made by somebody else, so that the answer is free."
    ),
)
NOT_YET_ASKED = Refusal(
    "order.not_yet_asked",
    _(
        "The caller has not answered yet. Try again; after %(limit)s attempts it can be closed unanswered."
    ),
)


def of_own_unit(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the actor works for the order's lead."""
    if order.lead_id == actor.organisation_id:
        return None
    return NOT_YOUR_ORDER(unit=order.lead.name)


def not_own_work(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal if the actor works for the order's lead (article 23: the hotline follows up)."""
    return OWN_WORK() if order.lead_id == actor.organisation_id else None


def asked_or_tried(order: Any, actor: Actor) -> RuleBroken | None:
    """Return a refusal unless the caller answered or enough attempts were made."""
    refusal = not_own_work(order, actor)
    if refusal or order.state == "followed_up" or order.attempt_count >= FOLLOW_UP_ATTEMPTS:
        return refusal
    return NOT_YET_ASKED(limit=FOLLOW_UP_ATTEMPTS)


CASE = Flow(
    name="case",
    initial="received",
    states=(
        State("received", _("Received"), "open"),
        State("in_handling", _("In handling"), "doing"),
        State("closed", _("Closed"), "done", terminal=True),
    ),
    moves=(
        Move("dispatch", _("Dispatch"), ("received",), "in_handling", P.DISPATCH, icon="send"),
        Move("close", _("Close"), ("in_handling",), "closed", P.FOLLOW_UP, icon="done"),
    ),
)

ORDER = Flow(
    name="order",
    initial="dispatched",
    states=(
        State("dispatched", _("To be accepted"), "open"),
        State("accepted", _("Accepted"), "doing"),
        State("in_progress", _("In progress"), "doing"),
        State("reported", _("Reported back"), "reported"),
        State("followed_up", _("Followed up"), "visit"),
        State("closed", _("Closed"), "done", terminal=True),
    ),
    moves=(
        Move(
            "accept",
            _("Accept"),
            ("dispatched",),
            "accepted",
            P.HANDLE,
            guard=of_own_unit,
            icon="inbox",
        ),
        Move(
            "contact",
            _("Log a contact"),
            ("accepted", "in_progress"),
            "in_progress",
            P.HANDLE,
            guard=of_own_unit,
            icon="phone",
        ),
        Move(
            "report",
            _("Report back"),
            ("in_progress",),
            "reported",
            P.HANDLE,
            needs=("resolution", "public_reply"),
            guard=of_own_unit,
            icon="send",
        ),
        Move(
            "miss_follow_up",
            _("No answer"),
            ("reported",),
            "reported",
            P.FOLLOW_UP,
            guard=not_own_work,
            icon="phone",
        ),
        Move(
            "follow_up",
            _("Follow up"),
            ("reported",),
            "followed_up",
            P.FOLLOW_UP,
            needs=("answered", "satisfaction"),
            guard=not_own_work,
            icon="visit",
        ),
        Move(
            "finish",
            _("Close"),
            ("reported", "followed_up"),
            "closed",
            P.FOLLOW_UP,
            guard=asked_or_tried,
            icon="done",
        ),
    ),
)
