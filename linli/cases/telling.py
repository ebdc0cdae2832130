"""Each event of a case as a sentence."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from linli.cases.attachments.telling import TELLERS as OF_ATTACHMENTS
from linli.cases.choices import (
    Answered,
    ApplicationKind,
    ApplicationReason,
    Disposition,
    Means,
    Resolution,
    Satisfaction,
    SupervisionReason,
)
from linli.cases.clocks.choices import OrderClock
from linli.cases.events import EVENT_OF_MOVE
from linli.cases.flows import CASE, ORDER, TASK
from linli.cases.models import WorkOrder
from linli.cases.told import Fact, Paper, Told
from linli.territory.wording import listed

Telling = dict[str, Any]


def _received(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Received: %(channel)s") % {"channel": told.case.get_channel_display()},
        "icon": "phone",
        "tone": "key",
        "quote": told.case.words,
    }


def _imported(told: Told, payload: dict[str, Any]) -> Telling:
    states = {
        "received": _("Taken over from its source, not yet given to a unit"),
        "closed": _("Taken over from its source, where it was closed"),
    }
    what = states.get(payload["state"])
    if what is None and payload["order_id"]:
        what = _("Taken over from its source; the order lies with %(unit)s") % {
            "unit": told.units[payload["lead_id"]]
        }
    facts = [(_("Received at the source"), _when(payload["received_at"]))]
    if payload["due_at"]:
        facts.append((_("Due at the source"), _when(payload["due_at"])))
    if payload["closed_at"]:
        facts.append((_("Closed at the source"), _when(payload["closed_at"])))
    return {
        "what": what or _("Taken over from its source; its unit is not known here"),
        "icon": "transfer",
        "tone": "key",
        "facts": tuple(facts),
    }


def _dispatched(told: Told, payload: dict[str, Any]) -> Telling:
    order = told.orders[payload["order_id"]]
    return {
        "what": _("Dispatched to %(unit)s") % {"unit": told.units[payload["lead_id"]]},
        "icon": "send",
        "tone": "key",
        "body": order.reason,
        "facts": (
            (_("Urgency"), str(told.case.get_urgency_display())),
            *_limits(order),
            *_by_catalogue(order),
            *_copies(told, order),
        ),
    }


def _categorised(told: Told, payload: dict[str, Any]) -> Telling:
    names = {"name": told.categories[payload["category"]]}
    what = _("Category: %(name)s")
    if payload["before"]:
        what = _("Category changed from “%(before)s” to “%(name)s”")
        names["before"] = told.categories[payload["before"]]
    return {"what": what % names, "icon": "filter"}


def _by_catalogue(order: WorkOrder) -> tuple[Fact, ...]:
    entry = order.catalogue_entry
    return ((_("By the catalogue"), entry.basis),) if entry else ()


def _copies(told: Told, order: WorkOrder) -> tuple[Fact, ...]:
    units = told.copies.get(order.pk, [])
    return ((_("Copy to"), listed(units)),) if units else ()


def _limits(order: WorkOrder) -> tuple[Fact, ...]:
    return ((_("Limits"), order.clock_class.label),) if order.clock_class else ()


def _lapsed(payload: dict[str, Any]) -> tuple[Fact, ...]:
    count = payload.get("lapsed_count", 0)
    return ((_("Applications that ended with it, undecided"), str(count)),) if count else ()


def _accepted(told: Told, payload: dict[str, Any]) -> Telling:
    return {"what": _("Accepted"), "icon": "inbox"}


def _contacted(told: Told, payload: dict[str, Any]) -> Telling:
    if payload["is_first"]:
        what = _("First contact with the requester; the response clock stops")
    elif payload["was_reached"]:
        what = _("Contact with the requester")
    else:
        what = _("Tried to contact the requester; not reached")
    return {
        "what": what,
        "icon": "phone",
        "body": told.papers["contact_id", payload["contact_id"]].words,
        "facts": ((_("How"), str(Means(payload["means"]).label)),),
    }


def _reported(told: Told, payload: dict[str, Any]) -> Telling:
    order = told.orders[payload["order_id"]]
    # Reported before each report was kept in a row of its own: the order holds the words.
    kept = told.papers.get(("report_id", payload.get("report_id", 0)))
    return {
        "what": _("Reported back: %(resolution)s")
        % {"resolution": Resolution(payload["resolution"]).label},
        "icon": "send",
        "tone": "key",
        "quote": kept.words if kept else order.public_reply,
        "facts": (((_("What shows it"), kept.second),) if kept and kept.second else ())
        + _lapsed(payload),
    }


def _missed(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Called back, attempt %(count)s: no answer") % {"count": payload["attempt"]},
        "icon": "phone",
    }


def _agreed(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Called back: the caller asked for another time"),
        "icon": "clock",
        "facts": ((_("When to call again"), _when(payload["again_at"])),),
    }


def _followed_up(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Followed up: the caller answered"),
        "icon": "visit",
        "tone": "key" if payload["answered"] == "solved" else "turn",
        "quote": told.papers["follow_up_id", payload["follow_up_id"]].words,
        "facts": (
            (_("Contacted"), _("Yes") if payload["was_contacted"] else _("No")),
            (_("Solved"), str(Answered(payload["answered"]).label)),
            (_("Satisfaction"), str(Satisfaction(payload["satisfaction"]).label)),
        ),
    }


def _closed(told: Told, payload: dict[str, Any]) -> Telling:
    what = _("Closed") if payload["was_answered"] else _("Closed without an answer from the caller")
    return {"what": what, "icon": "done", "tone": "key"}


def _handed_over(told: Told, payload: dict[str, Any]) -> Telling:
    before, after = told.units[payload["from_id"]], told.units[payload["lead_id"]]
    return {
        "what": _("Handed over from %(before)s to %(after)s; the clocks run on")
        % {"before": before, "after": after},
        "icon": "transfer",
        "tone": "turn",
        "facts": _lapsed(payload),
    }


def _rescoped(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("The place was re-drawn: the case now lies in %(place)s")
        % {"place": told.places[payload["place_id"]]},
        "icon": "pin",
    }


def _unmasked(told: Told, payload: dict[str, Any]) -> Telling:
    return {"what": _("Looked at the requester's name and number"), "icon": "eye"}


def _shared(told: Told, payload: dict[str, Any]) -> Telling:
    return {"what": _("Wrote anew what partners may read"), "icon": "edit"}


def _copied(told: Told, payload: dict[str, Any]) -> Telling:
    return {"what": _("The person was handed a copy of all that is kept of her"), "icon": "doc"}


def _corrected(told: Told, payload: dict[str, Any]) -> Telling:
    parts = ((payload["is_name"], _("Name")), (payload["is_phone"], _("Telephone number")))
    return {
        "what": _("Put right at the person's own word"),
        "icon": "check",
        "facts": ((_("What"), "、".join(label for is_so, label in parts if is_so)),),
    }


def _deleted_on_request(told: Told, payload: dict[str, Any]) -> Telling:
    return {"what": _("Name and number were deleted at the person's own word"), "icon": "x"}


def _requester_deleted(told: Told, payload: dict[str, Any]) -> Telling:
    return {"what": _("Name and number were deleted: their time was over"), "icon": "trash"}


def _words_deleted(told: Told, payload: dict[str, Any]) -> Telling:
    return {"what": _("The words were deleted: their time was over"), "icon": "trash"}


def _alerted(told: Told, payload: dict[str, Any]) -> Telling:
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


def _due_moved(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("The calendar changed; to be answered by %(when)s")
        % {"when": _when(payload["handling_due_at"])},
        "icon": "clock",
    }


def _when(text: str) -> str:
    at = timezone.localtime(dt.datetime.fromisoformat(text))
    return f"{date_format(at, 'DATE_FORMAT')} {at:%H:%M}"


def _due(payload: dict[str, Any]) -> Fact:
    return (_("To be answered by"), _when(payload["handling_due_at"]))


def _triaged(told: Told, payload: dict[str, Any]) -> Telling:
    return {"what": _("Handed on to dispatch"), "icon": "filter"}


def _consulted(told: Told, payload: dict[str, Any]) -> Telling:
    paper = told.papers["consultation_id", payload["consultation_id"]]
    return {
        "what": _("Asked %(unit)s before dispatch whether it is theirs") % {"unit": paper.unit},
        "icon": "users",
        "body": paper.words,
        "facts": ((_("Answer by"), _when(payload["due_at"])),),
    }


def _consultation_answered(told: Told, payload: dict[str, Any]) -> Telling:
    paper = told.papers["consultation_id", payload["consultation_id"]]
    what = _("%(unit)s says: ours") if payload["is_theirs"] else _("%(unit)s says: not ours")
    return {"what": what % {"unit": paper.unit}, "icon": "users", "quote": paper.second}


def _ended_early(what: Callable[[], str]) -> "Teller":
    def tell(told: Told, payload: dict[str, Any]) -> Telling:
        notice = told.papers["notice_id", payload["notice_id"]]
        facts: tuple[Fact, ...] = ((_("Ground"), str(Disposition(payload["disposition"]).label)),)
        if notice.second:
            facts += ((_("Same matter as"), notice.second),)
        if notice.third:
            cited = f"K{notice.amount:05d} · {notice.third} {notice.fourth}".strip()
            facts += ((_("Answered from the article"), cited),)
        return {
            "what": what(),
            "icon": "done",
            "tone": "key",
            "quote": notice.words,
            "facts": facts,
        }

    return tell


def _reopened(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Opened again for the caller"),
        "icon": "redo",
        "tone": "turn",
        "quote": told.case.reopened_because,
    }


def _objected(told: Told, payload: dict[str, Any]) -> Telling:
    paper = told.papers["objection_id", payload["objection_id"]]
    return {
        "what": _("%(unit)s objects: not ours. The clocks run on") % {"unit": paper.unit},
        "icon": "hand",
        "tone": "turn",
        "body": paper.words,
        "facts": ((_("By which clause"), paper.second),),
    }


def _ruled_elsewhere(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Ruled: from %(before)s to %(after)s, with the full limit")
        % {"before": told.units[payload["from_id"]], "after": told.units[payload["lead_id"]]},
        "icon": "gavel",
        "tone": "turn",
        "body": told.papers["objection_id", payload["objection_id"]].third,
        "facts": (_due(payload), *_lapsed(payload)),
    }


def _ruled_final(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Ruled: it stays with this unit. The ruling is final"),
        "icon": "gavel",
        "tone": "turn",
        "body": told.papers["objection_id", payload["objection_id"]].third,
    }


def _application(told: Told, payload: dict[str, Any]) -> Paper:
    return told.papers["application_id", payload["application_id"]]


def _asked(what: Callable[[], str], icon: str) -> "Teller":
    def tell(told: Told, payload: dict[str, Any]) -> Telling:
        paper = _application(told, payload)
        facts: tuple[Fact, ...] = ((_("Ground"), str(ApplicationReason(paper.code).label)),)
        if paper.until is not None:
            facts += ((_("Until"), _when(paper.until.isoformat())),)
        if paper.third:
            facts += ((_("The caller was told"), paper.third),)
        return {"what": what(), "icon": icon, "body": paper.words, "facts": facts}

    return tell


def _granted(what: Callable[[], str], icon: str) -> "Teller":
    def tell(told: Told, payload: dict[str, Any]) -> Telling:
        facts: tuple[Fact, ...] = ()
        if "until" in payload:
            facts += ((_("Until"), _when(payload["until"])),)
        if "handling_due_at" in payload:
            facts += (_due(payload),)
        body = _application(told, payload).second
        return {"what": what(), "icon": icon, "tone": "turn", "body": body, "facts": facts}

    return tell


def _went_on(what: Callable[[], str]) -> "Teller":
    def tell(told: Told, payload: dict[str, Any]) -> Telling:
        body = _application(told, payload).fourth
        return {"what": what(), "icon": "right", "body": body, "facts": (_due(payload),)}

    return tell


def _refused(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Refused: %(what)s") % {"what": ApplicationKind(payload["kind"]).label},
        "icon": "x",
        "tone": "turn",
        "body": _application(told, payload).second,
    }


def _supervised(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Supervised: %(why)s") % {"why": SupervisionReason(payload["reason"]).label},
        "icon": "eye",
        "tone": "turn",
        "body": told.papers["supervision_id", payload["supervision_id"]].words,
    }


def _source_said(told: Told, payload: dict[str, Any]) -> Telling:
    states = {
        "received": _("Its source says: not given to a unit yet"),
        "in_handling": _("Its source says: in handling"),
        "closed": _("Its source says: closed"),
    }
    facts = []
    if payload["due_at"]:
        facts.append((_("Due at the source"), _when(payload["due_at"])))
    if payload["closed_at"]:
        facts.append((_("Closed at the source"), _when(payload["closed_at"])))
    return {"what": states[payload["state"]], "icon": "transfer", "facts": tuple(facts)}


def _supplemented(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Something was added to what is known"),
        "icon": "plus",
        "quote": told.papers["supplement_id", payload["supplement_id"]].words,
    }


def _looked(what: Callable[[], str], icon: str, tone: str) -> "Teller":
    def tell(told: Told, payload: dict[str, Any]) -> Telling:
        body = told.papers["verification_id", payload["verification_id"]].words
        return {"what": what(), "icon": icon, "tone": tone, "body": body}

    return tell


def _reworked(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Sent back for rework, with half the limit"),
        "icon": "redo",
        "tone": "turn",
        "facts": (_due(payload),),
    }


def _task(what: Callable[[], str], icon: str, shows: str = "") -> "Teller":
    def tell(told: Told, payload: dict[str, Any]) -> Telling:
        paper = told.papers["task_id", payload["task_id"]]
        facts: tuple[Fact, ...] = ()
        if "due_at" in payload:
            facts += ((_("By when"), _when(payload["due_at"])),)
        if shows == "second" and paper.third:
            facts += ((_("By which clause"), paper.third),)
        return {
            "what": what() % {"unit": paper.unit},
            "icon": icon,
            "body": getattr(paper, shows) if shows else "",
            "facts": facts,
        }

    return tell


def _relayed(what: Callable[[], str], icon: str, shows: str) -> "Teller":
    def tell(told: Told, payload: dict[str, Any]) -> Telling:
        paper = told.papers["relay_id", payload["relay_id"]]
        return {
            "what": what() % {"unit": paper.unit},
            "icon": icon,
            "body": getattr(paper, shows),
        }

    return tell


def _repeated_started(told: Told, payload: dict[str, Any]) -> Telling:
    paper = told.papers["repeated_id", payload["repeated_id"]]
    return {
        "what": _("Asked %(unit)s to check again and again") % {"unit": paper.unit},
        "icon": "clock",
        "body": paper.words,
        "facts": ((_("Checks"), str(payload["checks"])), (_("Until"), payload["ends_on"])),
    }


def _repeated_checked(told: Told, payload: dict[str, Any]) -> Telling:
    paper = told.papers["check_id", payload["check_id"]]
    what = (
        _("%(unit)s checked: all right")
        if payload["is_fine"]
        else _("%(unit)s checked: something amiss")
    )
    return {"what": what % {"unit": paper.unit}, "icon": "check", "body": paper.words}


def _repeated_missed(told: Told, payload: dict[str, Any]) -> Telling:
    paper = told.papers["check_id", payload["check_id"]]
    return {
        "what": _("%(unit)s missed a check") % {"unit": paper.unit},
        "icon": "alert",
        "tone": "turn",
        "facts": ((_("Due"), _when(payload["due_at"])),),
    }


def _repeated_ended(told: Told, payload: dict[str, Any]) -> Telling:
    paper = told.papers["repeated_id", payload["repeated_id"]]
    return {"what": _("The repeated duty was ended early"), "icon": "x", "body": paper.second}


Teller = Callable[[Told, dict[str, Any]], Telling]


def _gathered(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Taken up with other calls of its kind as one problem"),
        "icon": "merge",
        "tone": "turn",
        "facts": ((_("Calls of the problem"), str(payload["case_count"])),),
    }


def _problem_measured(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("The measure against the problem behind it is done; new calls are watched"),
        "icon": "done",
        "tone": "key",
        "facts": ((_("Watched until"), _when(payload["watched_until"])),),
    }


def _problem_recurred(told: Told, payload: dict[str, Any]) -> Telling:
    return {
        "what": _("Calls of its kind came back; the problem behind it is open again"),
        "icon": "redo",
        "tone": "turn",
    }


TELLERS: dict[str, Teller] = {
    "case.received": _received,
    "case.triaged": _triaged,
    "case.consulted": _consulted,
    "case.consultation_answered": _consultation_answered,
    "case.answered": _ended_early(lambda: _("Answered at once")),
    "case.transferred": _ended_early(lambda: _("Given to an emergency line")),
    "case.referred": _ended_early(lambda: _("Referred elsewhere")),
    "case.merged": _ended_early(lambda: _("Merged with the same matter")),
    "case.declined": _ended_early(lambda: _("Explained why it is not taken up")),
    "case.reopened": _reopened,
    "case.source_said": _source_said,
    "case.supplemented": _supplemented,
    "case.categorised": _categorised,
    "case.imported": _imported,
    "case.dispatched": _dispatched,
    "order.objected": _objected,
    "order.ruled_elsewhere": _ruled_elsewhere,
    "order.ruled_final": _ruled_final,
    "order.accepted": _accepted,
    "order.contacted": _contacted,
    "task.given": _task(lambda: _("Asked %(unit)s to help"), "users", "words"),
    "task.passed_on": _task(
        lambda: _("Handed on within the task group: %(unit)s was asked"), "users", "words"
    ),
    "task.relay_asked": _relayed(
        lambda: _("%(unit)s asks to pass something on to the caller"), "phone", "words"
    ),
    "task.relay_answered": _relayed(
        lambda: _("Passed back to %(unit)s what came of it"), "check", "second"
    ),
    "task.coming": _task(lambda: _("%(unit)s: on the way"), "walk"),
    "task.taken_on": _task(lambda: _("%(unit)s: being handled"), "tool"),
    "task.arrived": _task(lambda: _("%(unit)s: on site"), "pin"),
    "task.needs_material": _task(lambda: _("%(unit)s: needs material"), "tool", "fourth"),
    "task.done": _task(lambda: _("%(unit)s: done"), "done", "second"),
    "task.returned": _task(lambda: _("%(unit)s: not ours"), "hand", "second"),
    "task.withdrawn": _task(lambda: _("The task of %(unit)s was withdrawn"), "x", "second"),
    "repeated.started": _repeated_started,
    "repeated.checked": _repeated_checked,
    "repeated.missed": _repeated_missed,
    "repeated.ended": _repeated_ended,
    "order.pause_asked": _asked(lambda: _("Asked for a pause"), "pause"),
    "order.paused": _granted(lambda: _("Pause granted; the handling clock stands"), "pause"),
    "order.resumed": _went_on(lambda: _("The lead goes on; the handling clock runs again")),
    "order.woke": _went_on(lambda: _("The pause is over; the handling clock runs again")),
    "order.extension_asked": _asked(lambda: _("Asked for an extension"), "clock"),
    "order.extended": _granted(lambda: _("Extension granted"), "clock"),
    "order.hold_asked": _asked(lambda: _("Asked to hold it on the ledger"), "hold"),
    "order.held": _granted(lambda: _("Held on the ledger; the handling clock stands"), "hold"),
    "order.hold_cleared": _went_on(
        lambda: _("Cleared from the ledger; the handling clock runs again")
    ),
    "order.exclusion_asked": _asked(lambda: _("Asked to leave it out of the rates"), "filter"),
    "order.excluded": _granted(lambda: _("Left out of the rates, by two persons"), "filter"),
    "order.escalated": _asked(lambda: _("Asked for help from above"), "up"),
    "order.helped": _granted(lambda: _("The level above answers the call for help"), "up"),
    "order.application_refused": _refused,
    "order.supervised": _supervised,
    "order.reported": _reported,
    "order.verified": _looked(lambda: _("Verified: it is as reported"), "check", "key"),
    "order.sent_back": _looked(
        lambda: _("Sent back: not as reported. No new clock"), "redo", "turn"
    ),
    "order.follow_up_missed": _missed,
    "order.follow_up_agreed": _agreed,
    "order.followed_up": _followed_up,
    "order.reworked": _reworked,
    "case.closed": _closed,
    "requester.unmasked": _unmasked,
    "case.shared_text_written": _shared,
    "requester.copied": _copied,
    "requester.corrected": _corrected,
    "requester.deleted_on_request": _deleted_on_request,
    "requester.deleted": _requester_deleted,
    "case.words_deleted": _words_deleted,
    "order.alerted": _alerted,
    "order.due_moved": _due_moved,
    "order.handed_over": _handed_over,
    "case.rescoped": _rescoped,
    "case.gathered": _gathered,
    "case.problem_measured": _problem_measured,
    "case.problem_recurred": _problem_recurred,
    **OF_ATTACHMENTS,
}
"""How each event of a case is told."""


def teller_of(event: str) -> Teller:
    """Return how an event is told: by its own teller, or else by the words of its move."""
    if event in TELLERS:
        return TELLERS[event]
    name = next(move for move, told in EVENT_OF_MOVE.items() if told == event)
    move = next(one for flow in (CASE, ORDER, TASK) for one in flow.moves if one.name == name)
    return lambda told, payload: {"what": str(move.label), "icon": move.icon}
