"""A row of a file becomes a draft, or the reason why it cannot."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.imports.categories import CategoryFinder
from linli.cases.imports.maps import CaseMap, RowReader
from linli.cases.imports.placing import UNIT_NOT_KNOWN, Placing, Row, UnitFinder
from linli.cases.operations import Draft, SourceHistory
from linli.kernel.errors import Refusal, RuleBroken

NUMBER_LIMIT = 64

NO_NUMBER = Refusal(
    "import.no_number",
    _("The row has no number: the column %(columns)s is empty. Give each row its own."),
)
NUMBER_TOO_LONG = Refusal(
    "import.number_too_long",
    _(
        "The number has %(length)s characters; at most %(limit)s fit. It must be whole to be known again."
    ),
)
TWICE = Refusal(
    "import.twice",
    _(
        "The number “%(number)s” stands in record %(record)s of this file already. Each row needs its own."
    ),
)
BAD_TIME = Refusal(
    "import.bad_time",
    _(
        "The time “%(time)s” in the column %(column)s cannot be read. Write it as 2019-02-28 11:25:05."
    ),
)
NO_TIME = Refusal(
    "import.no_time",
    _("The row has no time: the column %(columns)s is empty. Write it as 2019-02-28 11:25:05."),
)
FORMULA = Refusal(
    "import.formula",
    _(
        "The column %(column)s begins like a spreadsheet's formula (%(start)s). Write the words without the "
        "sign in front."
    ),
)
UNKNOWN_STATE = Refusal(
    "import.unknown_state",
    _(
        "The state “%(state)s” is not in the map. Add it to the map, under received, in_handling or closed."
    ),
)
CLOSED_BEFORE_RECEIVED = Refusal(
    "import.closed_before_received",
    _(
        "Taken without its closing date: %(closed)s lies before %(received)s, when it was received. One of the two "
        "is wrong at the source."
    ),
)
DUE_BEFORE_RECEIVED = Refusal(
    "import.due_before_received",
    _("Taken without its deadline: %(due)s lies before %(received)s, when it was received."),
)

_PLAIN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:(?:\s+|T)(\d{1,2})[:：时](\d{1,2})(?:分|(?:[:：](\d{1,2})(?:\.\d{1,9})?))?(?:秒)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_FORMULA = re.compile(
    r"\s*(?:=\s*(?:[A-Za-z_][\w.]*\s*[(!|:]|\$?[A-Za-z]{1,3}\$?\d|[-+]?\.?\d|[\"'(])"
    r"|[-+@]\s*(?:[A-Z][A-Z0-9.]+\(|\w+\|))",
    re.ASCII,
)


def moment_of(text: str, *, case_map: CaseMap) -> dt.datetime | None:
    """Return an aware moment, or None if it cannot be read. Without an offset it is in the map's zone."""
    found: dt.datetime | None = None
    try:
        if plain := _PLAIN.fullmatch(text):
            *parts, offset = plain.groups()
            year, month, day, hour, minute, second = (int(part or 0) for part in parts)
            found = dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
            if offset:
                zone = dt.datetime.strptime(offset, "%z").tzinfo
                return found.replace(tzinfo=zone)
    except ValueError:
        return None
    for form in case_map.times:
        if found is not None:
            break
        try:
            found = dt.datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
    if found is None:
        return None
    return found if found.tzinfo else found.replace(tzinfo=case_map.tz)


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet would compute the cell instead of showing it. Faces such as =_= are words."""
    return _FORMULA.match(text) is not None


@dataclass
class Reading:
    """One reading of a file by a map: knows which numbers came before."""

    case_map: CaseMap
    reader: RowReader
    placing: Placing
    units: UnitFinder
    categories: CategoryFinder
    numbers: dict[str, int] = field(default_factory=dict)

    def number_of(self, row: Row) -> str:
        return self.reader.first(row, self.case_map.columns.number)

    def remember(self, record: int, row: Row) -> int:
        """Return the record in which the row's number came first, its own if that is now."""
        number = self.number_of(row)
        return self.numbers.setdefault(number, record) if number else record

    def draft(self, record: int, row: Row) -> tuple[Draft, tuple[RuleBroken, ...]]:
        """Return the draft of a row, and the doubts with which it is taken. Raises RuleBroken."""
        given, columns = self.case_map, self.case_map.columns
        number = self.number_of(row)
        if not number:
            raise NO_NUMBER(columns=" / ".join(columns.number))
        if len(number) > NUMBER_LIMIT:
            raise NUMBER_TOO_LONG(length=len(number), limit=NUMBER_LIMIT)
        if (first := self.remember(record, row)) != record:
            raise TWICE(number=number, record=first)
        self._no_formula(row)
        received = self._moment(row, "received")
        if received is None:
            raise NO_TIME(columns=" / ".join(columns.received))
        doubts: list[RuleBroken] = []
        place = self.placing.place_of(row, doubts)
        draft = Draft(
            words=given.joined.join(filter(None, self._cells(row, columns.words))),
            title=self.reader.first(row, columns.title),
            place=place,
            address=given.joined.join(filter(None, self._cells(row, columns.address))),
            kind=given.kind.of(self._cells(row, given.kind.columns)),
            urgency=given.urgency.of(self._cells(row, given.urgency.columns)),
            category=self.categories.of(self.categories.said(row)),
            channel=given.channel.of(self._cells(row, given.channel.columns)),
            occurred_at=self._moment(row, "occurred"),
            received_at=received,
            name=self.reader.first(row, columns.name),
            phone=self.reader.first(row, columns.phone),
            account=self.reader.first(row, columns.account),
            source=given.code,
            external_no=number,
            is_own_words=not given.words_are_codes,
            history=self._history(row, received, doubts),
        )
        return draft, tuple(doubts)

    def _cells(self, row: Row, columns: list[str]) -> list[str]:
        return self.reader.cells(row, columns)

    def _no_formula(self, row: Row) -> None:
        columns = self.case_map.columns
        for name in (*columns.words, *columns.title, *columns.address, *columns.name):
            for cell in self._cells(row, [name]):
                if cell[:1] in "=+-@" and is_formula(cell):
                    raise FORMULA(column=name, start=cell[:12])

    def _moment(self, row: Row, what: str) -> dt.datetime | None:
        columns: list[str] = getattr(self.case_map.columns, what)
        for name in columns:
            for text in filter(None, self._cells(row, [name])):
                found = moment_of(text, case_map=self.case_map)
                if found is None:
                    raise BAD_TIME(time=text[:40], column=name)
                return found
        return None

    def _history(
        self, row: Row, received: dt.datetime, doubts: list[RuleBroken]
    ) -> SourceHistory | None:
        rule, columns = self.case_map.states, self.case_map.columns
        if rule is None:
            return None
        said = self.reader.first(row, rule.columns)
        named = (
            state for state in ("received", "in_handling", "closed") if said in getattr(rule, state)
        )
        state: Any = next(named, None) if said else rule.otherwise
        if state is None or state == "refused":
            raise UNKNOWN_STATE(state=said[:40])
        closed, due = self._moment(row, "closed"), self._moment(row, "due")
        if state == "closed" and closed is None:
            closed = self._moment(row, "updated")  # the last change of what is closed was its close
        facts = {"received": f"{received:%Y-%m-%d %H:%M}"}
        if state != "closed" and closed is not None and closed < received:
            doubts.append(CLOSED_BEFORE_RECEIVED(closed=f"{closed:%Y-%m-%d %H:%M}", **facts))
            closed = None
        if due is not None and due <= received:
            doubts.append(DUE_BEFORE_RECEIVED(due=f"{due:%Y-%m-%d %H:%M}", **facts))
            due = None
        unit_said = self.units.said(row)
        unit = self.units.unit_of(unit_said)
        if state == "in_handling" and unit is None and unit_said:
            doubts.append(UNIT_NOT_KNOWN(unit=unit_said[:100]))
        return SourceHistory(
            state=state,
            said=said,
            unit=unit,
            unit_said=unit_said,
            due_at=due,
            closed_at=closed,
            reply=self.reader.first(row, columns.reply),
        )
