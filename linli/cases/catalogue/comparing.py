"""What a file of the catalogue or of duty lists changes: a comparison of what it says with what stands. Pure.

The file states the whole of the reader's area. An entry that it leaves out ends; one that it states
otherwise ends where the new one begins; what lies in the past is never touched.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.rules import Span, overlap
from linli.kernel.errors import Refusal, RuleBroken

DOUBLE = Refusal(
    "catalogue.file_double",
    _(
        "Line %(line)s says the same category, urgency and area for the same days. Remove one, or let one end "
        "where the other begins."
    ),
)


K = TypeVar("K", bound=Hashable)
C = TypeVar("C")


@dataclass(frozen=True)
class Key:
    """What an entry is about. `place` None: the whole installation."""

    category: str
    urgency: str
    place: str | None


@dataclass(frozen=True)
class Content:
    """What an entry says. `lead` and `helpers`: codes of organisations, or `kind:` and a kind."""

    lead: str
    helpers: tuple[str, ...]
    clock_class: str
    basis: str


@dataclass(frozen=True)
class DutyKey:
    """What a duty item is about. `whose`: the code of an organisation, or `kind:` and a kind."""

    category: str
    whose: str
    place: str | None


@dataclass(frozen=True)
class Row(Generic[K, C]):
    """A line of the file. `start` None: as it stands, or from now."""

    line: int
    key: K
    content: C
    start: dt.datetime | None
    end: dt.datetime | None


@dataclass(frozen=True)
class Standing(Generic[K, C]):
    """An entry that stands, now or later."""

    pk: int
    key: K
    content: C
    start: dt.datetime
    end: dt.datetime | None


@dataclass(frozen=True)
class Ending(Generic[K, C]):
    """An entry that ends; `replaced`: another of the same key follows it."""

    entry: Standing[K, C]
    at: dt.datetime
    replaced: bool


@dataclass(frozen=True)
class Moved(Generic[K, C]):
    """An entry that stays and ends on another day."""

    entry: Standing[K, C]
    end: dt.datetime | None


@dataclass
class Difference(Generic[K, C]):
    """What applying the file would do. A row of `added` has the moment it begins at."""

    added: list[Row[K, C]] = field(default_factory=list)
    ended: list[Ending[K, C]] = field(default_factory=list)
    moved: list[Moved[K, C]] = field(default_factory=list)
    unchanged: int = 0
    past: int = 0
    refused: list[tuple[int, RuleBroken]] = field(default_factory=list)

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.ended) + len(self.moved)

    @property
    def digest(self) -> str:
        """Return a short mark of the whole, so that what is applied is what was shown.

        Without the moment itself: the same difference a minute later is the same.
        """
        told: Any = (
            [(row.key, row.content, row.end) for row in self.added],
            [(ending.entry.pk, ending.replaced) for ending in self.ended],
            [(moved.entry.pk, moved.end) for moved in self.moved],
        )
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def compare(
    rows: Iterable[Row[K, C]],
    standing: Iterable[Standing[K, C]],
    *,
    now: dt.datetime,
    double: Refusal = DOUBLE,
) -> Difference[K, C]:
    """Return what the rows change in what stands. Rows that meet each other are refused as `double`."""
    found: Difference[K, C] = Difference()
    wanted: dict[K, list[Row[K, C]]] = defaultdict(list)
    for row in rows:
        if row.end is not None and row.end <= now:
            found.past += 1
        else:
            wanted[row.key].append(row)
    stands: dict[K, list[Standing[K, C]]] = defaultdict(list)
    for entry in standing:
        stands[entry.key].append(entry)
    for key in sorted({*wanted, *stands}, key=repr):
        _one_key(wanted[key], stands[key], now=now, into=found, double=double)
    return found


def _one_key(
    rows: list[Row[K, C]],
    standing: list[Standing[K, C]],
    *,
    now: dt.datetime,
    into: Difference[K, C],
    double: Refusal,
) -> None:
    rows = sorted(rows, key=lambda row: row.start or now)
    for index, row in enumerate(rows):
        for other in rows[:index]:
            if overlap(_span(row, now), _span(other, now)):
                into.refused.append((row.line, double(line=other.line)))
                break
    left = list(standing)
    fresh: list[Row[K, C]] = []
    for row in rows:
        same = next((one for one in left if _is_same(row, one, now=now)), None)
        if same is None:
            fresh.append(replace(row, start=max(row.start or now, now)))
            continue
        left.remove(same)
        if _same_day(same.end, row.end):
            into.unchanged += 1
        else:
            into.moved.append(Moved(same, row.end))
    for entry in left:
        starts = [row.start for row in fresh if row.start is not None]
        later = [start for start in starts if entry.end is None or start <= entry.end]
        into.ended.append(Ending(entry, min(later, default=now), bool(later)))
    into.added += fresh


def _span(row: Row[K, C], now: dt.datetime) -> Span:
    return Span(max(row.start or now, now), row.end)


def _is_same(row: Row[K, C], entry: Standing[K, C], *, now: dt.datetime) -> bool:
    """Return whether a row says what stands: the same words, begun already or from the same moment."""
    if row.content != entry.content:
        return False
    has_begun = entry.start <= now
    if row.start is None or row.start <= now:
        return has_begun
    return _same_day(entry.start, row.start)


def _same_day(stands: dt.datetime | None, said: dt.datetime | None) -> bool:
    """Return whether a file, which knows days only, says the moment that stands."""
    if stands is None or said is None:
        return stands is said
    return stands.astimezone(said.tzinfo).date() == said.date()
