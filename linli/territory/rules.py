"""What a new division file changes: a comparison of two lists of places. Pure; no database, no clock."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal, RuleBroken
from linli.territory.choices import Succession

NO_SUCCESSOR = Refusal(
    "division.no_successor",
    _(
        "“%(place)s” (%(code)s) is in force but not in the file. If it was re-drawn, write its code into the "
        "column succeeds of the place that follows it; until then it stays as it is."
    ),
)
UNKNOWN_PREDECESSOR = Refusal(
    "division.unknown_predecessor",
    _(
        "The column succeeds names %(code)s, which is no place in force. Write the code of the old place."
    ),
)
OTHER_LEVEL = Refusal(
    "division.other_level",
    _("“%(place)s” (%(code)s) cannot follow a place of another level. Check the column succeeds."),
)
NO_PARENT = Refusal(
    "division.no_parent",
    _(
        "The place around it, %(parent)s, is neither in force nor in the file. Add its row, or mend the code."
    ),
)
CODE_RETIRED = Refusal(
    "division.code_retired",
    _("The code %(code)s was re-drawn away earlier. A code is never given twice; use a new one."),
)


@dataclass(frozen=True)
class DivisionRow:
    """A place as a division file states it. `succeeds`: codes of older places it follows."""

    code: str
    name: str
    short_name: str
    level: str
    parent: str | None
    succeeds: tuple[str, ...] = ()
    name_en: str = ""


@dataclass(frozen=True)
class Standing:
    """A place as it stands in the table."""

    code: str
    name: str
    short_name: str
    level: str
    is_over: bool = False


@dataclass(frozen=True)
class Renamed:
    row: DivisionRow
    before: Standing


@dataclass(frozen=True)
class Follows:
    """An old place with one that follows it. The first to follow is the main one."""

    code: str
    successor: str
    kind: Succession
    is_main: bool


@dataclass(frozen=True)
class Doubt:
    """What cannot be applied, with the reason. `code` is that of the row or of the standing place."""

    code: str
    name: str
    broken: RuleBroken


@dataclass
class Difference:
    """What applying the file would do, in the order of the file."""

    added: list[DivisionRow] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)
    ended: list[Standing] = field(default_factory=list)
    follows: list[Follows] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    unchanged: int = 0

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.renamed) + len(self.ended)

    @property
    def digest(self) -> str:
        """Return a short mark of the whole, so that what is applied is what was shown."""
        told: Any = (
            sorted(row.code for row in self.added),
            sorted((pair.row.code, pair.row.name) for pair in self.renamed),
            sorted(place.code for place in self.ended),
            sorted((pair.code, pair.successor, pair.is_main) for pair in self.follows),
        )
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def compare(
    rows: Iterable[DivisionRow], *, standing: Mapping[str, Standing], area: Iterable[str]
) -> Difference:
    """Return what the rows change among the places that stand.

    `standing`: by code. `area`: codes that the file speaks for: those among them that it leaves out are
    taken to have ended, if some row succeeds them.
    """
    result = Difference()
    given: dict[str, DivisionRow] = {}
    for row in rows:
        doubt = _doubt(row, standing=standing, given=given)
        if doubt is not None:
            result.doubts.append(Doubt(row.code, row.name, doubt))
            continue
        given[row.code] = row
        before = standing.get(row.code)
        if before is None:
            result.added.append(row)
        elif _differs(row, before):
            result.renamed.append(Renamed(row, before))
        else:
            result.unchanged += 1
    doubted = {doubt.code for doubt in result.doubts}
    missing = [
        standing[code]
        for code in area
        if code not in given and code not in doubted and not standing[code].is_over
    ]
    _successions(given, missing, into=result)
    return result


def _doubt(
    row: DivisionRow, *, standing: Mapping[str, Standing], given: Mapping[str, DivisionRow]
) -> RuleBroken | None:
    before = standing.get(row.code)
    if before is not None and before.is_over:
        return CODE_RETIRED(code=row.code)
    parent = standing.get(row.parent or "")
    if row.parent and row.parent not in given and (parent is None or parent.is_over):
        return NO_PARENT(parent=row.parent)
    for code in row.succeeds:
        old = standing.get(code)
        if old is None or old.is_over or code == row.code:
            return UNKNOWN_PREDECESSOR(code=code)
        if _height(old.level) != _height(row.level):
            return OTHER_LEVEL(place=row.name, code=row.code)
    return None


def short_of(name: str) -> str:
    """Return what people say of a district or street: 朝阳区 -> 朝阳; 张镇 stays, for 张 is no name."""
    for ending in ("街道", "地区", "回族乡", "满族乡", "镇", "乡", "区", "县"):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


def _height(level: str) -> str:
    return "community" if level == "village" else level


def _differs(row: DivisionRow, before: Standing) -> bool:
    is_short_new = bool(row.short_name) and row.short_name != before.short_name
    return row.name != before.name or row.level != before.level or is_short_new


def _successions(
    given: Mapping[str, DivisionRow], missing: list[Standing], *, into: Difference
) -> None:
    """Say which missing place is followed by which rows; one that nothing follows stays, in doubt."""
    ends = {place.code for place in missing}
    followed = Counter(code for row in given.values() for code in row.succeeds)
    for row in given.values():
        gone = [code for code in row.succeeds if code in ends]
        for code in row.succeeds:
            if followed[code] > 1 or code not in ends:
                kind = Succession.SPLIT
            else:
                kind = (
                    Succession.MERGED
                    if len(gone) > 1 or row not in into.added
                    else Succession.RENUMBERED
                )
            is_main = code in ends and all(pair.code != code for pair in into.follows)
            into.follows.append(Follows(code, row.code, kind, is_main))
    for place in missing:
        if followed[place.code]:
            into.ended.append(place)
        else:
            refusal = NO_SUCCESSOR(place=place.name, code=place.code)
            into.doubts.append(Doubt(place.code, place.name, refusal))
