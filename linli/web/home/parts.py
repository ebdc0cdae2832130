"""What a first page is made of: panels of rows or figures."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet, Window
from django.urls import reverse

from linli.cases.models import Case, WorkOrder
from linli.cases.rules import ThreeRates
from linli.web.templatetags.linli import called, called_short

ROWS = 5
"""Rows of a panel; the list behind it has all."""


@dataclass(frozen=True)
class Row:
    """One thing in a panel: where it leads, when it is due, its chip, and a line beneath."""

    title: str
    url: str = ""
    due_at: dt.datetime | None = None
    tone: str = ""
    label: str = ""
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """One number with its name; `note` says of what it was counted."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Panel:
    """A list or some figures under a heading. `url` is the page behind it, `action` what its link says.

    `key` is pressed with Alt, but for the first panel: its page is the one button of all first pages, Alt W.
    `empty` says what it means that nothing is there, and what to do next.
    """

    heading: Any
    icon: str
    url: str = ""
    action: Any = ""
    key: str = ""
    total: int = 0
    rows: Sequence[Row] = ()
    figures: Sequence[Figure] = ()
    rates: ThreeRates | None = None
    about: str = ""
    empty: Any = ""


@dataclass
class Home:
    """A first page: three columns of panels."""

    now: list[Panel] = field(default_factory=list)
    waiting: list[Panel] = field(default_factory=list)
    doing: list[Panel] = field(default_factory=list)


def first_and_all(rows: QuerySet[Any]) -> tuple[list[Any], int]:
    """Return the first rows, and how many there are in all; one query."""
    found = list(rows.annotate(rows_in_all=Window(Count("pk")))[:ROWS])
    return found, found[0].rows_in_all if found else 0


def case_row(case: Case, *, due_at: dt.datetime | None = None, note: str = "") -> Row:
    state = case.state_now
    return Row(
        title=case.title,
        url=reverse("cases:case", args=[case.number]),
        due_at=due_at,
        tone=state.tone,
        label=state.label,
        note=note or called_short(case.place),
    )


def order_rows(
    orders: Iterable[WorkOrder], due: Callable[[WorkOrder], dt.datetime | None]
) -> list[Row]:
    return [
        case_row(
            one.case, due_at=due(one), note=f"{called(one.lead)} · {called_short(one.case.place)}"
        )
        for one in orders
    ]
