"""What the story of a case is told from: its rows, read once, in few queries."""

import datetime as dt
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    CharField,
    DateTimeField,
    F,
    IntegerField,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast

from linli.accounts.models import User
from linli.cases.catalogue.models import Category, CopiedUnit
from linli.cases.models import (
    Application,
    Attachment,
    Case,
    Consultation,
    ContactLog,
    CoTask,
    DutyCheck,
    FollowUp,
    Notice,
    Objection,
    Relay,
    RepeatedDuty,
    Report,
    Supervision,
    Supplement,
    Verification,
    WorkOrder,
)
from linli.kernel.models import Event
from linli.territory.models import Organisation, Place, label_of

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
    pictures: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Paper:
    """The words of one row beside the case, whatever its table: a code, texts, a time, a number."""

    code: str
    words: str
    second: str
    third: str
    fourth: str
    until: dt.datetime | None
    amount: int | None
    unit: str


@dataclass
class Told:
    """What the tellers need, read once for the whole case."""

    case: Case
    orders: dict[int, WorkOrder]
    papers: dict[tuple[str, int], Paper]
    units: dict[int, str]
    places: dict[int, str]
    categories: dict[str, str]
    copies: dict[int, list[str]]


_PAPERS: dict[str, tuple[Any, dict[str, str]]] = {
    "contact_id": (ContactLog, {"words": "note"}),
    "follow_up_id": (FollowUp, {"words": "note"}),
    "notice_id": (
        Notice,
        {
            "code": "disposition",
            "words": "text",
            "second": "same_as__number",
            "third": "cites__source",
            "fourth": "cites__clause",
            "amount": "cites__article",
        },
    ),
    "consultation_id": (
        Consultation,
        {"words": "words", "second": "answer", "until": "due_at", "unit": "unit__label"},
    ),
    "objection_id": (
        Objection,
        {"words": "evidence", "second": "clause", "third": "ruling", "unit": "unit__label"},
    ),
    "application_id": (
        Application,
        {
            "code": "reason",
            "words": "words",
            "second": "decision",
            "third": "told",
            "fourth": "clearing",
            "until": "until",
            "amount": "amount",
        },
    ),
    "report_id": (
        Report,
        {"code": "resolution", "words": "public_reply", "second": "evidence"},
    ),
    "supplement_id": (Supplement, {"words": "words"}),
    "supervision_id": (Supervision, {"code": "reason", "words": "words"}),
    "verification_id": (Verification, {"words": "words"}),
    "relay_id": (
        Relay,
        {"words": "words", "second": "answer", "unit": "task__organisation__label"},
    ),
    "check_id": (
        DutyCheck,
        {"words": "note", "until": "due_at", "unit": "duty__organisation__label"},
    ),
    "repeated_id": (
        RepeatedDuty,
        {"words": "words", "second": "result", "unit": "organisation__label"},
    ),
    "task_id": (
        CoTask,
        {
            "words": "words",
            "second": "result",
            "third": "clause",
            "fourth": "needed",
            "until": "due_at",
            "unit": "organisation__label",
        },
    ),
}
"""By which key an event names a row beside the case, and what of it is told."""

_TYPES: dict[str, Any] = {
    "code": CharField(),
    "words": TextField(),
    "second": TextField(),
    "third": TextField(),
    "fourth": TextField(),
    "until": DateTimeField(),
    "amount": IntegerField(),
    "unit": TextField(),
}
UNIT_KEYS = ("lead_id", "from_id")
_ABOUT_PLACES = ("case.rescoped",)


def told_of(case: Case, events: list[Event]) -> Told:
    """Return the rows behind the events of a case. A fixed number of queries, however many there are."""
    orders = _orders(case, events)
    units = {order.lead_id: order.lead.label for order in orders.values()}
    about_units = [event for event in events if event.name not in _ABOUT_PLACES]
    about_places = [event for event in events if event.name in _ABOUT_PLACES]
    return Told(
        case=case,
        orders=orders,
        papers=_papers(events),
        units=units | _names(Organisation, about_units, UNIT_KEYS, but=units),
        places=_names(Place, about_places, ("place_id",)),
        categories=_category_names(events),
        copies=_copied(events),
    )


def _orders(case: Case, events: list[Event]) -> dict[int, WorkOrder]:
    """Return the orders named in the events. The lead order stands with the case already."""
    named = {event.payload["order_id"] for event in events if event.payload.get("order_id")}
    if case.lead_order is not None and named <= {case.lead_order_id}:
        return {case.lead_order.pk: case.lead_order}
    if not named:
        return {}
    return {
        row.pk: row
        for row in case.orders.select_related("lead", "clock_class__profile", "catalogue_entry")
    }


def _copied(events: list[Event]) -> dict[int, list[str]]:
    """Return the names of those who got a copy, by order. No query where nobody did."""
    orders = [event.payload["order_id"] for event in events if event.payload.get("copied_count")]
    names: dict[int, list[str]] = {}
    if orders:
        rows = CopiedUnit.objects.filter(order__in=orders).order_by("pk")
        for order, name in rows.values_list("order", label_of("organisation__")):
            names.setdefault(order, []).append(name)
    return names


def _category_names(events: list[Event]) -> dict[str, str]:
    """Return the names of the categories that events speak of, by code. No query where none does."""
    told = [event.payload for event in events if event.name == "case.categorised"]
    codes = {code for payload in told for code in (payload["before"], payload["category"]) if code}
    return {row.code: row.label for row in Category.objects.filter(code__in=codes)} if codes else {}


def _papers(events: list[Event]) -> dict[tuple[str, int], Paper]:
    """Return the rows beside the case that the events name, of every table in one query; who acted as `user`."""
    acted = {event.user_id for event in events if event.user_id}
    named = {"words": "display_name", "second": "organisation__label"}
    queries = [_alike(User.objects.filter(pk__in=acted), "user", named)] if acted else []
    for key, (table, columns) in _PAPERS.items():
        ids = {event.payload[key] for event in events if event.payload.get(key)}
        if ids:
            queries.append(_alike(table.objects.filter(pk__in=ids), key, columns))
    if not queries:
        return {}
    rows = queries[0].union(*queries[1:], all=True) if queries[1:] else queries[0]
    return {(key, pk): Paper(*rest) for key, pk, *rest in rows}


def _alike(rows: QuerySet[Any], key: str, columns: dict[str, str]) -> QuerySet[Any, Any]:
    """Return the rows in the one shape that all tables share."""
    shaped = {
        f"told_{name}": Cast(_column(columns[name]) if name in columns else Value(None), kind)
        for name, kind in _TYPES.items()
    }
    return rows.annotate(told_key=Value(key), **shaped).values_list("told_key", "pk", *shaped)


def _column(path: str) -> Any:
    """Return a column, or for a label the expression that chooses its language."""
    return label_of(path.removesuffix("label")) if path.endswith("__label") else F(path)


def _names(
    table: Any, events: list[Event], keys: tuple[str, ...], *, but: Container[int] = ()
) -> dict[int, str]:
    """Return the names of the rows that some events point to, by id, but for those that are known.

    No query where none is left.
    """

    def named() -> Iterator[int]:
        for event in events:
            for key in keys:
                if event.payload.get(key) is not None and event.payload[key] not in but:
                    yield event.payload[key]

    wanted = set(named())
    return {row.pk: row.label for row in table.objects.filter(pk__in=wanted)} if wanted else {}
