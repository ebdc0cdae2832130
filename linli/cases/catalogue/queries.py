"""Reads of the catalogue: which category words name, who leads a case and why, what a copy shows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONArray
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from linli.cases.catalogue import rules
from linli.cases.catalogue.choices import DUTY_BOUND
from linli.cases.catalogue.models import (
    CatalogueEntry,
    Category,
    CoHandler,
    CopiedUnit,
    DutyItem,
)
from linli.kernel.errors import RuleBroken
from linli.territory.choices import CAN_LEAD, OrganisationKind
from linli.territory.models import Organisation, Place, day_of
from linli.territory.serving import codes_around, serving
from linli.territory.wording import listed


def categories_in_force(at: dt.datetime) -> QuerySet[Category]:
    """Return the categories that a case may be given at a moment, in the order of the tree."""
    rows: QuerySet[Category] = Category.objects.on(at)
    return rows


def standing_category(category: Category, *, at: dt.datetime) -> Category:
    """Return the category that stands at a moment where this one stood; itself if it stands yet.

    No query for one that has not ended, one a step else.
    """
    seen = {category.code}
    while category.is_over(at) and category.successor and category.successor_id not in seen:
        category = category.successor
        seen.add(category.code)
    return category


def find_categories(text: str, *, at: dt.datetime | None = None) -> list[Category]:
    """Return the categories that words may mean: code, name in either language, or other words. One query.

    `at`: only those in force then; without it also those that have ended, e.g. for a search.
    """
    rows = Category.objects.all() if at is None else categories_in_force(at)
    categories = {one.code: one for one in rows}
    known = [rules.Known(c.code, c.name, c.name_en, c.words) for c in categories.values()]
    return [categories[one.code] for one in rules.meant(text, known)]


def category_called(words: str, *, code: str, at: dt.datetime | None = None) -> Category | None:
    """Return the category with this code if the words are its code or name: chosen from the list, not to be looked for."""
    rows = Category.objects.all() if at is None else categories_in_force(at)
    found = rows.filter(code=code).first()
    return (
        found if found and words in (found.code, found.name, found.name_en, found.shown) else None
    )


def below(category: Category) -> QuerySet[Category]:
    """Return a category and those below it."""
    return Category.objects.filter(code__startswith=category.code)


@dataclass(frozen=True)
class PassedOver:
    """An entry that would have come first, and why it does not lead to anybody."""

    entry: CatalogueEntry
    broken: RuleBroken


@dataclass(frozen=True)
class Proposal:
    """What the catalogue says of a case at a moment.

    `leads`: the unit named, or several of one kind between which somebody must choose; empty where the
    catalogue names nobody. `units`: all who serve the place, the nearest first.
    """

    category: Category | None
    place: Place
    at: dt.datetime
    units: Sequence[Organisation]
    duties: Sequence[DutyItem]
    entry: CatalogueEntry | None = None
    leads: tuple[Organisation, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def options(self) -> list[Organisation]:
        """Return the units that an order can go to here, those of the catalogue first."""
        others = [unit for unit in self.units if unit.kind in CAN_LEAD and unit not in self.leads]
        return [*self.leads, *others]

    def refusal(self, unit: Organisation) -> RuleBroken | None:
        """Return why a unit may not lead this case by article 17, or None."""
        if unit.kind not in DUTY_BOUND:
            return None
        if self.category is None:
            return rules.CATEGORY_FIRST(unit=unit.label)
        return _off_list(unit, self.category, duties=self.duties, place=self.place)

    def reason_missing(self, unit: Organisation) -> RuleBroken | None:
        """Return why this choice needs a reason in words, or None: it is the catalogue's own."""
        if unit in self.leads:
            return None
        if self.leads:
            return rules.REASON_NEEDED(units=listed(one.label for one in self.leads))
        return rules.NO_ENTRY_NEEDS_REASON()

    def copies(self, lead: Organisation) -> list[Organisation]:
        """Return who gets a copy: the district, when a sub-district leads (article 12)."""
        if lead.kind != OrganisationKind.STREET:
            return []
        return _nearest(self.units, OrganisationKind.DISTRICT)

    @property
    def co_handlers(self) -> list[Organisation]:
        """Return who takes part beside the lead by the entry, found by place."""
        if self.entry is None:
            return []
        found: list[Organisation] = []
        for key, kind in self.entry.helpers:
            named = [unit for unit in self.units if unit.pk == key]
            found += _nearest(self.units, kind) if kind else named
        return [unit for unit in dict.fromkeys(found) if unit not in self.leads]

    @property
    def why(self) -> str:
        """Return the reason that the catalogue gives, in one sentence; empty without an entry."""
        if self.entry is None:
            return ""
        area = self.entry.place.label if self.entry.place else _("the whole installation")
        return _("Catalogue: %(category)s in %(area)s, from %(day)s") % {
            "category": self.entry.category.label,
            "area": area,
            "day": date_format(timezone.localtime(self.entry.valid_from), "Y-m-d"),
        }


def _off_list(
    unit: Organisation, category: Category, *, duties: Sequence[DutyItem], place: Place
) -> RuleBroken | None:
    codes = {*place.scope.values(), place.code}
    for item in duties:
        is_its_own = item.organisation_id == unit.pk or item.kind == unit.kind
        if is_its_own and (item.place is None or item.place.code in codes):
            return None
    return rules.ARTICLE_17(unit=unit.label, category=category.label)


def _nearest(units: Sequence[Organisation], kind: str) -> list[Organisation]:
    """Return the units of a kind that serve the smallest place around; `units` are the nearest first."""
    found = [unit for unit in units if unit.kind == kind]
    return [unit for unit in found if unit.serves == found[0].serves]


def duties_for(category: Category, *, at: dt.datetime) -> list[DutyItem]:
    """Return the duty items that hold for a category at a moment, its own and those above it. One query."""
    rows = DutyItem.objects.on(at).filter(category__code__in=category.ancestry)
    return list(rows.select_related("place", "category"))


_helpers = (
    CoHandler.objects.filter(entry=OuterRef("pk"))
    .order_by("pk")
    .values_list(JSONArray("organisation", "kind"))
)


def entries_for(
    category: Category, *, place: Place, urgency: str, at: dt.datetime
) -> list[CatalogueEntry]:
    """Return the entries that apply to a case, the one to follow first, each with its `helpers`. One query."""
    around = codes_around(place)
    rows = (
        CatalogueEntry.objects.on(at)
        .filter(
            Q(place__isnull=True) | Q(place__code__in=around),
            category__code__in=category.ancestry,
            urgency__in=("", urgency),
        )
        .select_related("category", "place", "lead")
        .annotate(helpers=ArraySubquery(_helpers))  # type: ignore[no-redef]
    )
    return sorted(
        rows,
        key=lambda row: rules.rank(
            place=row.place.code if row.place else None,
            category=row.category.code,
            urgency=row.urgency,
            around=around,
        ),
        reverse=True,
    )


def proposal_for(
    *, category: Category | None, place: Place, urgency: str, at: dt.datetime
) -> Proposal:
    """Return who leads a case by the catalogue at a moment, and which entries were passed over and why.

    A category that has ended stands for the one that follows it. At most three queries, and one a step below
    the community.
    """
    units = serving(place, on=day_of(at))
    if category is None:
        return Proposal(None, place, at, units, ())
    category = standing_category(category, at=at)
    is_bound = any(unit.kind in DUTY_BOUND for unit in units)
    duties = duties_for(category, at=at) if is_bound else []
    passed: list[PassedOver] = []
    for entry in entries_for(category, place=place, urgency=urgency, at=at):
        leads, broken = _leads_of(entry, category, place=place, units=units, duties=duties)
        if broken is None:
            return Proposal(category, place, at, units, duties, entry, leads, tuple(passed))
        passed.append(PassedOver(entry, broken))
    return Proposal(category, place, at, units, duties, passed_over=tuple(passed))


def _leads_of(
    entry: CatalogueEntry,
    category: Category,
    *,
    place: Place,
    units: Sequence[Organisation],
    duties: Sequence[DutyItem],
) -> tuple[tuple[Organisation, ...], RuleBroken | None]:
    """Return whom an entry leads to at a place, or why it leads to nobody."""
    if entry.lead is not None:
        found = [unit for unit in units if unit.pk == entry.lead_id]
        if not found:
            return (), rules.NOT_SERVING_HERE(unit=entry.lead.label, place=place.label)
    else:
        found = _nearest(units, entry.lead_kind)
        if not found:
            kind = entry.get_lead_kind_display()
            return (), rules.NONE_OF_KIND(kind=kind, place=place.label)
    allowed = []
    broken: RuleBroken | None = None
    for unit in found:
        off = unit.kind in DUTY_BOUND and _off_list(unit, category, duties=duties, place=place)
        broken = broken or off or None
        allowed += [] if off else [unit]
    return tuple(allowed), None if allowed else broken


def entries_of(code: str, *, at: dt.datetime) -> QuerySet[CatalogueEntry]:
    """Return the entries of a category and of those below it that hold then or later."""
    return (
        CatalogueEntry.objects.not_over(at)
        .filter(category__code__startswith=code)
        .select_related("category", "place", "lead")
        .prefetch_related("co_handlers__organisation")
        .order_by("category__code", "place__code", "urgency", "valid_from")
    )


def duty_items(*, at: dt.datetime) -> QuerySet[DutyItem]:
    """Return the duty items that hold then or later."""
    return (
        DutyItem.objects.not_over(at)
        .select_related("category", "organisation", "place")
        .order_by("category__code", "kind", "organisation__code", "place__code", "valid_from")
    )


def copied_to(organisation_id: int) -> QuerySet[CopiedUnit]:
    """Return the copies that an organisation got, the newest first."""
    return (
        CopiedUnit.objects.filter(organisation=organisation_id)
        .select_related("order__lead", "order__case__place", "order__case__lead_order")
        .order_by("-at", "-pk")
    )
