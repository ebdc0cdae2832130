"""Writes of a city's own tree of categories: add, change, move, end with what follows. Nothing is deleted."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.choices import DUTY_BOUND
from linli.cases.catalogue.events import (
    CategoryAdded,
    CategoryChanged,
    CategoryEnded,
    DutyAdded,
)
from linli.cases.catalogue.models import CatalogueEntry, Category, CoHandler, DutyItem
from linli.cases.catalogue.operations import NO_BASIS, check_days
from linli.cases.catalogue.parts import (
    end_rows,
    gaps,
    lock_catalogue,
    require_area,
    require_cover,
    require_in_force,
    write_entries,
)
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record, record_many
from linli.kernel.operation import operation
from linli.territory.choices import OrganisationKind

SAME_NAME = Refusal(
    "category.same_name",
    _("“%(category)s” stands beside it under this name already. Give each a name of its own."),
    "name",
)
TOO_DEEP = Refusal(
    "category.too_deep",
    _("A tree of more than four levels is not read by anybody. Hang it one level higher."),
    "to",
)
FULL = Refusal(
    "category.level_full",
    _("“%(category)s” holds 99 categories already. Hang the new one elsewhere."),
    "to",
)
INTO_ITSELF = Refusal(
    "category.into_itself",
    _("A category cannot go into itself or below itself. Choose another."),
    "to",
)
STAYS_THERE = Refusal(
    "category.stays_there", _("It lies there already. Nothing was changed."), "to"
)
HOLDS_OTHERS = Refusal(
    "category.holds_others",
    _(
        "%(count)s categories lie below it and would hang in the air. Move or end them first, or move this one "
        "with all below it."
    ),
)
NEEDS_SUCCESSOR = Refusal(
    "category.needs_successor",
    _(
        "“%(category)s” is in use: %(cases)s cases, %(entries)s catalogue entries, %(items)s duty items. Name the "
        "category that follows it; cases that wait then go by that one."
    ),
    "successor",
)
OVER_ALREADY = Refusal(
    "category.over_already",
    _("This category has ended, or its end is set already. Nothing was changed."),
)
FOLLOWS_ITSELF = Refusal(
    "category.follows_itself",
    _("“%(category)s” lies below it or is itself, and would end with it. Name another."),
    "successor",
)
DEEPEST = 4
_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Said:
    """What is said of a category beside its place in the tree."""

    name: str
    name_en: str
    usual_lead: str
    usual_class: str
    tag: str = ""
    words: str = ""

    def fields(self) -> dict[str, Any]:
        return {
            "name": self.name.strip(),
            "name_en": self.name_en.strip(),
            "usual_lead": self.usual_lead,
            "usual_class": self.usual_class,
            "tag": self.tag,
            "words": " ".join(self.words.split()),
        }


@operation(P.CATALOGUE)
def add_category(
    *,
    actor: Actor,
    parent: Category | None,
    said: Said,
    basis: str = "",
    valid_from: dt.datetime | None = None,
) -> Category:
    """Add a category under another, or at the first level; its code is the next that is free there.

    One of the first level is led by its usual lead everywhere from the first day, `basis` says by what; a
    community's body leads nothing before its duty list says so, so that the sub-district leads it. Raises
    OUTSIDE_AREA, IN_THE_PAST, CATEGORY_OVER, SAME_NAME, TOO_DEEP, FULL, NO_BASIS.
    """
    require_area(actor, P.CATALOGUE, None)
    start = valid_from or actor.now
    check_days(start, None, now=actor.now)
    lock_catalogue()
    if parent is not None:
        parent = Category.objects.get(pk=parent.pk)
        require_in_force(parent, at=start)
    return begin_category(
        parent, said, code=free_code(parent), start=start, basis=basis, actor=actor
    )


@operation(P.CATALOGUE)
def change_category(*, actor: Actor, code: str, said: Said) -> Category:
    """Name a category anew, or its usual lead, limit, tag or other words. Its place and its cases stay.

    Raises Category.DoesNotExist, OUTSIDE_AREA, OVER_ALREADY, SAME_NAME.
    """
    require_area(actor, P.CATALOGUE, None)
    lock_catalogue()
    category = Category.objects.get(code=code)
    if category.valid_to is not None:
        raise OVER_ALREADY()
    rewrite(category, said, actor=actor)
    return category


@operation(P.CATALOGUE)
def end_category(
    *,
    actor: Actor,
    code: str,
    successor: Category | None = None,
    valid_to: dt.datetime | None = None,
) -> Category:
    """End a category from a moment on, now if not said; `successor` follows it.

    Its catalogue entries and duty items end with it. Cases keep it; those that wait for dispatch then are
    dispatched by the one that follows. Raises Category.DoesNotExist, OUTSIDE_AREA, IN_THE_PAST, OVER_ALREADY,
    HOLDS_OTHERS, NEEDS_SUCCESSOR, FOLLOWS_ITSELF, CATEGORY_OVER, CATEGORY_FOLLOWED.
    """
    require_area(actor, P.CATALOGUE, None)
    end = valid_to or actor.now
    check_days(end, None, now=actor.now)
    lock_catalogue()
    category = Category.objects.get(code=code)
    check_end(category, successor=successor, at=end)
    finish(category, successor=successor.code if successor else "", at=end, actor=actor)
    return category


@operation(P.CATALOGUE)
def move_category(*, actor: Actor, code: str, to: Category | None, basis: str = "") -> Category:
    """Hang a category with all below it under another, or at the first level; returns it as it stands there.

    It gets a new code, for a code is the way to its category: the old one ends, and the new one follows it with
    its catalogue entries and duty items. `basis`: as for one added at the first level. Raises
    Category.DoesNotExist, OUTSIDE_AREA, OVER_ALREADY, STAYS_THERE, INTO_ITSELF, CATEGORY_OVER, TOO_DEEP,
    SAME_NAME, FULL, NO_BASIS, UNCOVERED.
    """
    now = actor.now
    require_area(actor, P.CATALOGUE, None)
    lock_catalogue()
    category = Category.objects.get(code=code)
    if category.valid_to is not None:
        raise OVER_ALREADY()
    if to is not None:
        to = Category.objects.get(pk=to.pk)
        require_in_force(to, at=now)
        if to.code.startswith(code):
            raise INTO_ITSELF()
    if category.parent_id == (to.code if to else None):
        raise STAYS_THERE()
    before = gaps(since=now)
    moved = _moved(category, to, basis=basis, actor=actor)
    require_cover(before, since=now)
    return moved


def _moved(category: Category, to: Category | None, *, basis: str, actor: Actor) -> Category:
    """Write a category and all below it anew under another; what hung on the old ones goes along."""
    said = said_of(category)
    below = list(Category.objects.not_over(actor.now).filter(parent=category).order_by("code"))
    leads_everywhere = CatalogueEntry.objects.on(actor.now).filter(
        category=category, place=None, urgency="", valid_to=None
    )
    # Its own entry for everywhere goes along: no second one is begun beside it.
    fresh = begin_category(
        to,
        said,
        code=free_code(to),
        start=max(actor.now, category.valid_from or actor.now),
        basis=basis,
        actor=actor,
        is_led=leads_everywhere.exists(),
    )
    for child in below:
        _moved(child, fresh, basis=basis, actor=actor)
    _carry(category, fresh, actor=actor)
    finish(category, successor=fresh.code, at=actor.now, actor=actor)
    return fresh


def _carry(old: Category, new: Category, *, actor: Actor) -> None:
    """Let entries and duty items of one category go on under another."""
    entries = list(
        CatalogueEntry.objects.not_over(actor.now)
        .filter(category=old)
        .prefetch_related("co_handlers")
    )
    made = [
        (
            CatalogueEntry(
                **_copied(row, actor=actor),
                category=new,
                urgency=row.urgency,
                lead_id=row.lead_id,
                lead_kind=row.lead_kind,
                clock_class=row.clock_class,
            ),
            [
                CoHandler(organisation_id=one.organisation_id, kind=one.kind)
                for one in row.co_handlers.all()
            ],
        )
        for row in entries
    ]
    write_entries(made, actor=actor)
    items = DutyItem.objects.bulk_create(
        DutyItem(
            **_copied(row, actor=actor),
            category=new,
            organisation_id=row.organisation_id,
            kind=row.kind,
        )
        for row in DutyItem.objects.not_over(actor.now).filter(category=old)
    )
    added = [
        (
            DutyAdded(
                item_id=item.pk,
                category=Code(new.code),
                organisation_id=item.organisation_id,
                kind=Code(item.kind),
                place=Code(item.place.code if item.place else ""),
                valid_from=item.valid_from,
            ),
            item.pk,
            item.version,
        )
        for item in items
    ]
    if added:
        record_many(added, actor=actor, kind="duty_item")


def _copied(row: Any, *, actor: Actor) -> dict[str, Any]:
    return {
        "place_id": row.place_id,
        "basis": row.basis,
        "valid_from": max(row.valid_from, actor.now),
        "valid_to": row.valid_to,
        "made_at": actor.now,
        "user_id": actor.user_id,
    }


def begin_category(
    parent: Category | None,
    said: Said,
    *,
    code: str,
    start: dt.datetime,
    basis: str,
    actor: Actor,
    is_led: bool = False,
) -> Category:
    """Write a new category, and who leads it if it is one of the first level. Raises TOO_DEEP, SAME_NAME, NO_BASIS."""
    if parent is not None and parent.depth >= DEEPEST:
        raise TOO_DEEP()
    fields = said.fields()
    _require_own_name(parent.code if parent else None, fields["name"])
    if parent is None and not is_led and not basis.strip():
        raise NO_BASIS()
    category = Category.objects.create(code=code, parent=parent, valid_from=start, **fields)
    happened = CategoryAdded(category=Code(code), valid_from=start)
    record(happened, actor=actor, kind="category", stream=category.pk, seq=category.version)
    if parent is None and not is_led:
        kind = said.usual_lead
        lead = OrganisationKind.STREET if kind in DUTY_BOUND else OrganisationKind(kind)
        entry = CatalogueEntry(
            category=category,
            lead_kind=lead,
            clock_class=said.usual_class,
            basis=basis.strip()[:500],
            valid_from=start,
            made_at=actor.now,
            user_id=actor.user_id,
        )
        write_entries([(entry, ())], actor=actor)
    return category


def free_code(parent: Category | None) -> str:
    """Return the next code under a category that was never given. Raises FULL."""
    head = parent.code if parent else ""
    taken = set(Category.objects.filter(parent=parent).values_list("code", flat=True))
    numbers = (f"{head}{number:02d}" for number in range(1, 100))
    code = next((one for one in numbers if one not in taken), None)
    if code is None:
        raise FULL(category=parent.label if parent else "—")
    return code


def rewrite(category: Category, said: Said, *, actor: Actor) -> bool:
    """Bring a category to what is said. Returns whether anything changed. Raises SAME_NAME."""
    fields = said.fields()
    if all(getattr(category, name) == value for name, value in fields.items()):
        return False
    if fields["name"] != category.name:
        _require_own_name(category.parent_id, fields["name"])
    for name, value in fields.items():
        setattr(category, name, value)
    category.version += 1
    category.save(update_fields=[*fields, "version"])
    changed = CategoryChanged(category=Code(category.code))
    record(changed, actor=actor, kind="category", stream=category.pk, seq=category.version)
    return True


def said_of(category: Category) -> Said:
    return Said(
        category.name,
        category.name_en,
        category.usual_lead,
        category.usual_class,
        category.tag,
        category.words,
    )


def _require_own_name(parent_code: str | None, name: str) -> None:
    level = Q(parent__isnull=True) if parent_code is None else Q(parent__code=parent_code)
    beside = Category.objects.filter(level, name=name, valid_to=None).first()
    if beside is not None:
        raise SAME_NAME(category=beside.shown)


@dataclass(frozen=True)
class Uses:
    """How often a category is used: cases of all times, entries and duty items that hold or will."""

    cases: int
    entries: int
    items: int

    def __bool__(self) -> bool:
        return bool(self.cases or self.entries or self.items)


def uses_of(category: Category, *, at: dt.datetime) -> Uses:
    """Return how often a category itself is used. Three queries."""
    return Uses(
        category.cases.count(),
        CatalogueEntry.objects.not_over(at).filter(category=category).count(),
        DutyItem.objects.not_over(at).filter(category=category).count(),
    )


def check_end(
    category: Category,
    *,
    successor: Category | None,
    at: dt.datetime,
    ending: Sequence[str] = (),
) -> None:
    """Raise what keeps a category from ending then. `ending`: codes that end with it, so that they hold nothing up."""
    if category.valid_to is not None:
        raise OVER_ALREADY()
    below = Category.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at))
    count = below.filter(parent=category).exclude(code__in=ending).count()
    if count:
        raise HOLDS_OTHERS(count=count)
    if successor is None:
        uses = uses_of(category, at=at)
        if uses:
            raise NEEDS_SUCCESSOR(
                category=category.label, cases=uses.cases, entries=uses.entries, items=uses.items
            )
        return
    if successor.code.startswith(category.code):
        raise FOLLOWS_ITSELF(category=successor.label)
    require_in_force(successor, at=at)


def finish(category: Category, *, successor: str, at: dt.datetime, actor: Actor) -> None:
    """Write that a category ends at a moment, with its entries and duty items; `successor` is a code or blank."""
    for table in (CatalogueEntry, DutyItem):
        rows = table.objects.not_over(at).filter(category=category)
        end_rows(list(rows), at=at, actor=actor)
    at = max(at, category.valid_from or at)
    category.valid_to, category.successor_id = at, successor or None
    category.version += 1
    category.save(update_fields=["valid_to", "successor", "version"])
    ended = CategoryEnded(category=Code(category.code), successor=Code(successor), valid_to=at)
    record(ended, actor=actor, kind="category", stream=category.pk, seq=category.version)
