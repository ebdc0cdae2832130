"""The story of a case: its events told as sentences, for its page and for `linli explain`."""

import datetime as dt
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from linli.accounts.queries import names_of
from linli.cases.clocks.choices import OrderClock
from linli.cases.models import Case, ContactLog, FollowUp, Unmasking, WorkOrder
from linli.cases.queries import events_of
from linli.kernel.models import Event
from linli.territory.models import Organisation, Place

Fact = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One line of the story. `tone`: key (changed hands or delivered), turn (a decision), plain."""

    at: dt.datetime
    what: str
    who: str
    unit: str
    tone: str = "plain"
    icon: str = "right"
    quote: str = ""
    body: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass
class _Told:
    """What the tellers need, read once for the whole case."""

    case: Case
    orders: dict[int, WorkOrder]
    contacts: dict[int, ContactLog]
    follow_ups: dict[int, FollowUp]
    unmaskings: dict[int, Unmasking]
    units: dict[int, str]
    places: dict[int, str]


Telling = dict[str, Any]


def _received(told: _Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Received: %(channel)s") % {"channel": told.case.get_channel_display()},
        "icon": "phone",
        "tone": "key",
        "quote": told.case.words,
    }


def _dispatched(told: _Told, payload: dict[str, Any]) -> Telling:
    order = told.orders[payload["order_id"]]
    return {
        "what": _("Dispatched to %(unit)s") % {"unit": told.units[payload["lead_id"]]},
        "icon": "send",
        "tone": "key",
        "body": order.reason,
        "facts": (
            (_("Urgency"), str(told.case.get_urgency_display())),
            *_limits(order),
        ),
    }


def _limits(order: WorkOrder) -> tuple[Fact, ...]:
    return ((_("Limits"), order.clock_class.label),) if order.clock_class else ()


def _accepted(told: _Told, payload: dict[str, Any]) -> Telling:
    return {"what": _("Accepted"), "icon": "inbox"}


def _contacted(told: _Told, payload: dict[str, Any]) -> Telling:
    log = told.contacts[payload["contact_id"]]
    if payload["is_first"]:
        what = _("First contact with the requester; the response clock stops")
    elif log.was_reached:
        what = _("Contact with the requester")
    else:
        what = _("Tried to contact the requester; not reached")
    return {
        "what": what,
        "icon": "phone",
        "body": log.note,
        "facts": ((_("How"), str(log.get_means_display())),),
    }


def _reported(told: _Told, payload: dict[str, Any]) -> Telling:
    order = told.orders[payload["order_id"]]
    return {
        "what": _("Reported back: %(resolution)s") % {"resolution": order.get_resolution_display()},
        "icon": "send",
        "tone": "key",
        "quote": order.public_reply,
    }


def _missed(told: _Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Called back, attempt %(count)s: no answer") % {"count": payload["attempt"]},
        "icon": "phone",
    }


def _followed_up(told: _Told, payload: dict[str, Any]) -> Telling:
    row = told.follow_ups[payload["follow_up_id"]]
    return {
        "what": _("Followed up: the caller answered"),
        "icon": "visit",
        "tone": "key" if row.answered == "solved" else "turn",
        "quote": row.note,
        "facts": (
            (_("Contacted"), _("Yes") if row.was_contacted else _("No")),
            (_("Solved"), str(row.get_answered_display())),
            (_("Satisfaction"), str(row.get_satisfaction_display())),
        ),
    }


def _closed(told: _Told, payload: dict[str, Any]) -> Telling:
    what = _("Closed") if payload["was_answered"] else _("Closed without an answer from the caller")
    return {"what": what, "icon": "done", "tone": "key"}


def _handed_over(told: _Told, payload: dict[str, Any]) -> Telling:
    before, after = told.units[payload["from_id"]], told.units[payload["lead_id"]]
    return {
        "what": _("Handed over from %(before)s to %(after)s; the clocks run on")
        % {"before": before, "after": after},
        "icon": "transfer",
        "tone": "turn",
    }


def _rescoped(told: _Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("The place was re-drawn: the case now lies in %(place)s")
        % {"place": told.places[payload["place_id"]]},
        "icon": "pin",
    }


def _unmasked(told: _Told, payload: dict[str, Any]) -> Telling:
    looked = told.unmaskings[payload["unmasking_id"]]
    return {
        "what": _("Looked at the requester's name and number"),
        "icon": "eye",
        "body": looked.reason,
    }


def _shared(told: _Told, payload: dict[str, Any]) -> Telling:
    return {"what": _("Wrote anew what partners may read"), "icon": "edit"}


def _alerted(told: _Told, payload: dict[str, Any]) -> Telling:
    clock = OrderClock(payload["clock"]).label
    if payload["percent"] < 100:
        what = _("%(clock)s: %(percent)s%% of the limit used")
    else:
        what = _("%(clock)s: the limit has passed")
    return {
        "what": what % {"clock": clock, "percent": payload["percent"]},
        "icon": "clock",
        "tone": "turn" if payload["percent"] >= 100 else "plain",
    }


def _due_moved(told: _Told, payload: dict[str, Any]) -> Telling:
    at = timezone.localtime(dt.datetime.fromisoformat(payload["handling_due_at"]))
    when = f"{date_format(at, 'DATE_FORMAT')} {at:%H:%M}"
    return {
        "what": _("The calendar changed; to be answered by %(when)s") % {"when": when},
        "icon": "clock",
    }


TELLERS: dict[str, Callable[[_Told, dict[str, Any]], Telling]] = {
    "case.received": _received,
    "case.dispatched": _dispatched,
    "order.accepted": _accepted,
    "order.contacted": _contacted,
    "order.reported": _reported,
    "order.follow_up_missed": _missed,
    "order.followed_up": _followed_up,
    "case.closed": _closed,
    "requester.unmasked": _unmasked,
    "case.shared_text_written": _shared,
    "order.alerted": _alerted,
    "order.due_moved": _due_moved,
    "order.handed_over": _handed_over,
    "case.rescoped": _rescoped,
}


_TO_UNITS = ("case.dispatched", "order.handed_over")


def story_of(case: Case, events: list[Event] | None = None) -> list[Step]:
    """Return what happened, oldest first. A fixed number of queries, however long the story.

    `events` saves reading them again.
    """
    events = events_of(case) if events is None else events
    orders = _orders(case, events)
    units = {order.lead_id: order.lead.name for order in orders.values()}
    told = _Told(
        case=case,
        orders=orders,
        contacts={row.pk: row for row in ContactLog.objects.filter(order__case=case)},
        follow_ups={row.pk: row for row in FollowUp.objects.filter(order__case=case)},
        unmaskings={row.pk: row for row in case.unmaskings.all()},
        units=units | _names(Organisation, events, "lead_id", "from_id", only=_TO_UNITS, but=units),
        places=_names(Place, events, "place_id", only=("case.rescoped",)),
    )
    users = names_of({event.user_id for event in events if event.user_id})
    return [_step(event, told, users) for event in events]


def _orders(case: Case, events: list[Event]) -> dict[int, WorkOrder]:
    """Return the orders named in the events. The lead order stands with the case already."""
    named = {event.payload["order_id"] for event in events if "order_id" in event.payload}
    if case.lead_order is not None and named <= {case.lead_order_id}:
        return {case.lead_order.pk: case.lead_order}
    return {row.pk: row for row in case.orders.select_related("lead", "clock_class__profile")}


def _names(
    table: Any,
    events: list[Event],
    *fields: str,
    only: tuple[str, ...],
    but: Container[int] = (),
) -> dict[int, str]:
    """Return the names of the rows that some events point to, by id, but for those that are known.

    No query where none is left.
    """
    keys = {
        event.payload[field]
        for event in events
        if event.name in only
        for field in fields
        if field in event.payload and event.payload[field] not in but
    }
    rows = table.objects.filter(pk__in=keys) if keys else ()
    return {row.pk: row.name for row in rows}


def _step(event: Event, told: _Told, users: dict[int, Any]) -> Step:
    user = users.get(event.user_id) if event.user_id else None
    unit = user.organisation.name if user and user.organisation else ""
    who = user.display_name if user else _("Linli itself")
    return Step(at=event.at, who=who, unit=unit, **TELLERS[event.name](told, event.payload))
