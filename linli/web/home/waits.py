"""Panels of what the reader waits for, one query each."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from linli.cases import doing, queries
from linli.kernel.actor import Actor
from linli.web import wording
from linli.web.home.parts import ROWS, Panel, Row, case_row, first_and_all, order_rows
from linli.web.templatetags.linli import called, called_short


def taken(actor: Actor) -> Panel:
    cases, total = first_and_all(doing.taken_by(actor))
    rows = [
        case_row(
            one,
            note=f"{called(one.lead_order.lead)} · {called_short(one.place)}"
            if one.lead_order
            else called_short(one.place),
        )
        for one in cases
    ]
    return Panel(
        heading=_lazy("What became of your calls"),
        icon="inbox",
        total=total,
        rows=rows,
        empty=_lazy("Every request that you wrote down is closed."),
    )


def not_accepted(actor: Actor) -> Panel:
    orders, total = first_and_all(doing.not_accepted(actor))
    rows = [
        case_row(
            one.case,
            due_at=one.first_contact_due_at,
            note=_("%(unit)s has had it since %(when)s")
            % {"unit": called(one.lead), "when": wording.moment(one.dispatched_at, now=actor.now)},
        )
        for one in orders
    ]
    return Panel(
        heading=_lazy("Not accepted yet"),
        icon="inbox",
        total=total,
        rows=rows,
        empty=_lazy("Every order that went out has been accepted."),
    )


def consulted(actor: Actor) -> Panel:
    asked, total = first_and_all(doing.consulted(actor))
    rows = [
        Row(
            title=one.case.title,
            url=reverse("cases:case", args=[one.case.number]),
            due_at=one.due_at,
            note=called(one.unit),
        )
        for one in asked
    ]
    return Panel(
        heading=_lazy("Asked before dispatch"),
        icon="users",
        total=total,
        rows=rows,
        empty=_lazy("No unit owes an answer before dispatch."),
    )


def sent_back(actor: Actor) -> Panel:
    orders, total = first_and_all(doing.sent_back(actor))
    return Panel(
        heading=_lazy("Being done again"),
        icon="redo",
        total=total,
        rows=order_rows(orders, lambda one: one.handling_due_at),
        empty=_lazy("Nothing that was sent back is still in hand."),
    )


def held(actor: Actor) -> Panel:
    held = queries.held_by(actor)
    rows = [
        Row(
            title=one.order.case.title,
            url=reverse("cases:case", args=[one.order.case.number]),
            due_at=one.until,
            note=f"{called(one.order.lead)} · {one.get_reason_display()}",
        )
        for one in held[:ROWS]
    ]
    return Panel(
        heading=_lazy("On the ledger"),
        icon="hold",
        url=reverse("cases:approvals"),
        total=len(held),
        rows=rows,
        empty=_lazy("Nothing is held in your area."),
    )


def waiting_orders(actor: Actor) -> Panel:
    orders, total = first_and_all(queries.waiting_of(actor))
    return Panel(
        heading=_lazy("Waiting for others"),
        icon="visit",
        url=reverse("cases:work"),
        total=total,
        rows=order_rows(orders, lambda one: None),
        empty=_lazy("Nothing: every report has been called back."),
    )
