"""The columns of an export of cases: their names in both languages, and the value of each for a case."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.methods.tables import Cell


@dataclass(frozen=True)
class Column:
    """One column. `read` gets the case and the names of areas by code."""

    name: Any
    read: Callable[[Any, dict[str, str]], Cell]


def _local(at: dt.datetime | None) -> dt.datetime | None:
    return timezone.localtime(at) if at else None


def _of_order(read: Callable[[Any], Cell]) -> Callable[[Any, dict[str, str]], Cell]:
    return lambda case, areas: read(case.lead_order) if case.lead_order else None


def _of_asker(read: Callable[[Any], Cell]) -> Callable[[Any, dict[str, str]], Cell]:
    """Read who asked; empty where she wished not to be named, or her time is over."""
    return lambda case, areas: read(case.asked_by) if case.asked_by else None


def _words(label: Any) -> str:
    return str(label or "")


COLUMNS = (
    Column(_("Case number"), lambda case, areas: case.number),
    Column(_("Received at"), lambda case, areas: _local(case.received_at)),
    Column(_("State"), lambda case, areas: _words(case.state_now.label)),
    Column(_("Channel"), lambda case, areas: case.get_channel_display()),
    Column(_("Kind of request"), lambda case, areas: case.get_kind_display()),
    Column(_("Urgency"), lambda case, areas: case.get_urgency_display()),
    Column(_("District"), lambda case, areas: areas.get(case.district_code or "", "")),
    Column(_("Sub-district"), lambda case, areas: areas.get(case.street_code or "", "")),
    Column(_("Community"), lambda case, areas: areas.get(case.community_code or "", "")),
    Column(_("Place"), lambda case, areas: case.place.label),
    Column(_("Where exactly"), lambda case, areas: case.address),
    Column(_("Title"), lambda case, areas: case.title),
    Column(_("What happened"), lambda case, areas: case.words),
    Column(_("When it happened"), lambda case, areas: _local(case.occurred_at)),
    Column(_("Lead unit"), _of_order(lambda order: order.lead.label)),
    Column(_("Dispatched at"), _of_order(lambda order: _local(order.dispatched_at))),
    Column(_("First contact due"), _of_order(lambda order: _local(order.first_contact_due_at))),
    Column(_("First contact at"), _of_order(lambda order: _local(order.first_contact_at))),
    Column(_("Handling due"), _of_order(lambda order: _local(order.handling_due_at))),
    Column(_("Reported at"), _of_order(lambda order: _local(order.reported_at))),
    Column(_("Is it solved"), _of_order(lambda order: _words(order.get_resolution_display()))),
    Column(_("Reply to the caller"), _of_order(lambda order: order.public_reply)),
    Column(
        _("What the caller says of the result"),
        _of_order(lambda order: _words(order.get_answered_display())),
    ),
    Column(_("Satisfaction"), _of_order(lambda order: _words(order.get_satisfaction_display()))),
    Column(_("Closed at"), lambda case, areas: _local(case.closed_at)),
    Column(_("Source"), lambda case, areas: case.source),
    Column(_("Number at the source"), lambda case, areas: case.external_no),
)
PERSONAL = (
    Column(_("Caller's name"), _of_asker(lambda asker: asker.name)),
    Column(_("Caller's telephone"), _of_asker(lambda asker: asker.phone.removeprefix("+86"))),
)
MARK = _("Exported by, at, number")


def columns_of(*, is_personal: bool) -> tuple[Column, ...]:
    """Return the columns of an export, those that show who asked only where it says so."""
    return (*COLUMNS, *PERSONAL) if is_personal else COLUMNS
