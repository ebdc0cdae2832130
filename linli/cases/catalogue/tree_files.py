"""The tree of categories as a file: judged row by row, compared with what stands, applied when it has been seen.

It states the whole tree. A code that stands nowhere yet is added, a row that says otherwise changes its category, a
row with a code in “followed by” ends it. One that is left out ends only if nothing uses it; else the file is refused.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.applying import CHANGED_MEANWHILE, STILL_REFUSED
from linli.cases.catalogue.choices import DraftKind, SevenFive
from linli.cases.catalogue.events import CategoriesApplied
from linli.cases.catalogue.models import CatalogueDraft, Category
from linli.cases.catalogue.naming import kind_of, word
from linli.cases.catalogue.operations import NO_BASIS
from linli.cases.catalogue.parts import gaps, lock_catalogue, require_area, require_cover
from linli.cases.catalogue.sheets import Sheet
from linli.cases.catalogue.tree import (
    DEEPEST,
    FOLLOWS_ITSELF,
    HOLDS_OTHERS,
    TOO_DEEP,
    Said,
    begin_category,
    finish,
    rewrite,
    said_of,
    uses_of,
)
from linli.cases.clocks.choices import ClockCode
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.events import record
from linli.kernel.operation import operation
from linli.territory.choices import CAN_LEAD

CATEGORIES = Sheet(
    columns={
        "category": ("类别编码", "category"),
        "name": ("名称", "name"),
        "name_en": ("英文名称", "english name"),
        "lead": ("通常主办", "usual lead"),
        "clock_class": ("通常时限", "usual limit"),
        "tag": ("七有五性", "seven haves, five qualities"),
        "words": ("也说", "also said"),
        "successor": ("由何编码接替", "followed by"),
        "basis": ("依据", "legal basis"),
    },
    widths=(12, 24, 36, 18, 22, 18, 36, 14, 36),
    needed=("category", "name", "name_en", "lead", "clock_class"),
)
BAD_CODE = Refusal(
    "category.bad_code",
    _("“%(found)s” is no code: two digits or capitals a level, at most four levels, such as 0203."),
)
CODE_TWICE = Refusal("category.code_twice", _("The code stands in line %(line)s already."))
CODE_RETIRED = Refusal(
    "category.code_retired",
    _("A category with this code has ended. A code is never given twice; use a new one."),
)
NO_PARENT = Refusal(
    "category.no_parent",
    _("“%(parent)s”, under which it would lie, is neither in force nor in the file. Add its row."),
)
NAME_MISSING = Refusal(
    "category.name_missing", _("Write its name in Chinese and in English: both are shown.")
)
NAME_TWICE = Refusal(
    "category.name_twice",
    _("Line %(line)s has the same name beside it. Give each a name of its own."),
)
UNKNOWN_SUCCESSOR = Refusal(
    "category.unknown_successor",
    _("“%(found)s” is no category that stays. Write the code of the one that follows."),
)
LEFT_OUT = Refusal(
    "category.left_out",
    _(
        "“%(category)s” is not in the file but in use: %(cases)s cases, %(entries)s catalogue entries, %(items)s "
        "duty items. Add its row again, with the code of the one that follows it if it is to end."
    ),
)


@dataclass(frozen=True)
class TreeRow:
    """A category as the file states it. `successor` blank: it stands."""

    line: int
    code: str
    said: Said
    successor: str
    basis: str

    @property
    def parent(self) -> str | None:
        return self.code[:-2] or None


@dataclass
class TreeDifference:
    """What applying the file would do. `ended`: with the code of what follows, blank for nothing."""

    added: list[TreeRow] = field(default_factory=list)
    changed: list[tuple[Category, TreeRow]] = field(default_factory=list)
    ended: list[tuple[Category, str]] = field(default_factory=list)
    refused: list[tuple[int, RuleBroken]] = field(default_factory=list)
    unchanged: int = 0

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.changed) + len(self.ended)

    @property
    def digest(self) -> str:
        """Return a short mark of the whole, so that what is applied is what was shown."""
        told: Any = (
            [(row.code, row.said, row.basis) for row in self.added],
            [(row.code, row.said) for _before, row in self.changed],
            [(category.code, successor) for category, successor in self.ended],
        )
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def write_tree(categories: Iterable[Category], *, english: bool) -> bytes:
    """Return the tree as a workbook."""
    rows = (
        [
            one.code,
            one.name,
            one.name_en,
            str(one.get_usual_lead_display()),
            str(one.get_usual_class_display()),
            str(one.get_tag_display()),
            one.words,
            "",
            "",
        ]
        for one in categories
    )
    lists = (
        (_now("Kinds of organisation"), [(kind.value, str(kind.label)) for kind in CAN_LEAD]),
        (_now("Limits"), [(one.value, str(one.label)) for one in ClockCode]),
        (_now("Seven haves, five qualities"), [(one.value, str(one.label)) for one in SevenFive]),
    )
    return CATEGORIES.write(_now("Categories"), rows, lists=lists, english=english)


@operation(P.CATALOGUE)
def apply_categories(*, actor: Actor, draft_id: int, shown: str) -> TreeDifference:
    """Apply a kept file of the tree. `shown`: the digest of the difference that the person looked at.

    Raises CatalogueDraft.DoesNotExist for another's file, OUTSIDE_AREA, CHANGED_MEANWHILE, STILL_REFUSED, UNCOVERED.
    """
    require_area(actor, P.CATALOGUE, None)
    lock_catalogue()
    draft = CatalogueDraft.objects.select_for_update().get(
        pk=draft_id, user_id=actor.user_id, applied_at=None, what=DraftKind.CATEGORIES
    )
    found = judge_categories(draft.rows, at=actor.now)
    if found.refused:
        raise STILL_REFUSED(count=len(found.refused))
    if found.digest != shown:
        raise CHANGED_MEANWHILE()
    before = gaps(since=actor.now)
    stands: dict[str, Category] = Category.objects.in_bulk(field_name="code")
    # What ends goes first, the lowest before what holds it: a name may then be given anew.
    for category, successor in sorted(found.ended, key=lambda pair: -len(pair[0].code)):
        finish(category, successor=successor, at=actor.now, actor=actor)
    for row in sorted(found.added, key=lambda row: row.code):
        parent = stands[row.parent] if row.parent else None
        stands[row.code] = begin_category(
            parent, row.said, code=row.code, start=actor.now, basis=row.basis, actor=actor
        )
    for category, row in found.changed:
        rewrite(category, row.said, actor=actor)
    require_cover(before, since=actor.now)
    CatalogueDraft.objects.filter(pk=draft.pk).update(applied_at=actor.now)
    applied = CategoriesApplied(
        draft_id=draft.pk,
        added_count=len(found.added),
        changed_count=len(found.changed),
        ended_count=len(found.ended),
    )
    record(applied, actor=actor, kind="catalogue_file", stream=draft.pk, seq=1)
    return found


def judge_categories(rows: Sequence[Mapping[str, Any]], *, at: dt.datetime) -> TreeDifference:
    """Return what a file would change at a moment, and the rows that cannot be taken with the reason."""
    found = TreeDifference()
    standing = {one.code: one for one in Category.objects.all()}
    given: dict[str, TreeRow] = {}
    for row in rows:
        try:
            read = _row(row, standing=standing, given=given, at=at)
        except RuleBroken as broken:
            found.refused.append((row["line"], broken))
            continue
        given[read.code] = read
    staying = {code for code, row in given.items() if not row.successor}
    for code, read in given.items():
        try:
            _place(read, standing.get(code), staying=staying, into=found)
        except RuleBroken as broken:
            found.refused.append((read.line, broken))
    _left_out(standing, rows, given=given, at=at, into=found)
    for category, _successor in found.ended:
        below = [code for code in staying if code[:-2] == category.code]
        if below:
            line = given[category.code].line if category.code in given else 0
            found.refused.append((line, HOLDS_OTHERS(count=len(below))))
    _names(given, staying, into=found)
    found.refused.sort(key=lambda one: one[0])
    return found


def _row(
    row: Mapping[str, Any],
    *,
    standing: Mapping[str, Category],
    given: Mapping[str, TreeRow],
    at: dt.datetime,
) -> TreeRow:
    code = _code(row["category"])
    if code in given:
        raise CODE_TWICE(line=given[code].line)
    if code in standing and standing[code].is_over(at):
        raise CODE_RETIRED()
    if len(code) > DEEPEST * 2:
        raise TOO_DEEP()
    if not row["name"].strip() or not row["name_en"].strip():
        raise NAME_MISSING()
    said = Said(
        name=row["name"].strip()[:40],
        name_en=row["name_en"].strip()[:80],
        usual_lead=kind_of(row["lead"]),
        usual_class=word(row["clock_class"], ClockCode) or ClockCode.NORMAL,
        tag=word(row["tag"], SevenFive),
        words=" ".join(row["words"].split())[:200],
    )
    successor = _code(row["successor"]) if row["successor"].strip() else ""
    return TreeRow(row["line"], code, said, successor, row["basis"].strip())


def _code(text: str) -> str:
    """Return a code; a spreadsheet may have taken its first zero away. Raises BAD_CODE."""
    asked = text.strip().upper()
    code = asked if len(asked) % 2 == 0 else f"0{asked}"
    if not code or not code.isascii() or not code.isalnum():
        raise BAD_CODE(found=text.strip())
    return code


def _place(
    row: TreeRow, stands: Category | None, *, staying: set[str], into: TreeDifference
) -> None:
    """Put a row where it belongs in the difference. Raises RuleBroken."""
    if row.successor:
        if stands is None or row.successor not in staying:
            raise UNKNOWN_SUCCESSOR(found=row.successor)
        if row.successor.startswith(row.code):
            raise FOLLOWS_ITSELF(category=row.successor)
        into.ended.append((stands, row.successor))
        return
    if row.parent and row.parent not in staying:
        raise NO_PARENT(parent=row.parent)
    if stands is None:
        if row.parent is None and not row.basis:
            raise NO_BASIS()
        into.added.append(row)
    elif said_of(stands) != row.said:
        into.changed.append((stands, row))
    else:
        into.unchanged += 1


def _left_out(
    standing: Mapping[str, Category],
    rows: Sequence[Mapping[str, Any]],
    *,
    given: Mapping[str, TreeRow],
    at: dt.datetime,
    into: TreeDifference,
) -> None:
    """End what the file leaves out, where nothing uses it."""
    named = {str(row["category"]).strip().upper() for row in rows}
    for code, category in standing.items():
        if code in given or category.valid_to is not None or {code, code.lstrip("0")} & named:
            continue
        uses = uses_of(category, at=at)
        if uses:
            broken = LEFT_OUT(
                category=category.shown,
                cases=uses.cases,
                entries=uses.entries,
                items=uses.items,
            )
            into.refused.append((0, broken))
        else:
            into.ended.append((category, ""))


def _names(given: Mapping[str, TreeRow], staying: set[str], *, into: TreeDifference) -> None:
    """Refuse two categories of one name beside each other."""
    seen: dict[tuple[str | None, str], int] = {}
    for code, row in given.items():
        if code not in staying:
            continue
        beside = (row.parent, row.said.name)
        if beside in seen:
            into.refused.append((row.line, NAME_TWICE(line=seen[beside])))
        seen.setdefault(beside, row.line)
