"""Writes of the catalogue and the duty lists, one at a time. Whole files: applying.py."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.choices import DUTY_BOUND
from linli.cases.catalogue.events import DutyAdded
from linli.cases.catalogue.models import CatalogueEntry, Category, CoHandler, DutyItem
from linli.cases.catalogue.parts import (
    end_rows,
    gaps,
    lock_catalogue,
    reopen_before,
    require_area,
    require_cover,
    require_in_force,
    require_on_a_list,
    write_entries,
)
from linli.cases.catalogue.shipped import CategoryRow
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.kernel.operation import operation
from linli.territory.choices import CAN_LEAD, OrganisationKind
from linli.territory.models import Organisation, Place, day_of
from linli.territory.operations import Loaded

IN_THE_PAST = Refusal(
    "catalogue.in_the_past",
    _(
        "The day lies in the past. Orders sent since then stand on what held then: choose today or a "
        "later day."
    ),
    "valid_from",
)
ENDS_BEFORE = Refusal(
    "catalogue.ends_before_start",
    _("The end lies before the beginning. Choose a later end, or leave it open."),
    "valid_to",
)
OVERLAPS = Refusal(
    "catalogue.overlaps",
    _(
        "The same category, urgency and area has “%(lead)s” from %(start)s to %(end)s already. Choose other days, "
        "or end that entry first."
    ),
    "valid_from",
)
DUTY_OVERLAPS = Refusal(
    "catalogue.duty_overlaps",
    _(
        "“%(unit)s” has “%(category)s” on its list already from %(start)s to %(end)s. Choose other days, or end "
        "that item first."
    ),
    "valid_from",
)
CANNOT_LEAD = Refusal(
    "catalogue.cannot_lead",
    _(
        "“%(unit)s” takes part but never leads. Name a sub-district, a department or another unit that "
        "solves cases."
    ),
    "lead",
)
LEAD_IS_CLOSED = Refusal(
    "catalogue.lead_closed",
    _("“%(unit)s” is closed. Name a unit that is open."),
    "lead",
)
ONE_LEAD = Refusal(
    "catalogue.one_lead",
    _("Name one lead: an organisation, or a kind of organisation that is found by the place."),
    "lead",
)
NO_BASIS = Refusal(
    "catalogue.no_basis",
    _("Name the document that says so, with its date and article: it is shown with every choice."),
    "basis",
)
NOT_DUTY_BOUND = Refusal(
    "catalogue.not_duty_bound",
    _(
        "Only residents' committees and service stations have a duty list. “%(unit)s” needs none: name it in "
        "the catalogue."
    ),
    "whose",
)
ENDED_ALREADY = Refusal(
    "catalogue.ended_already", _("This has ended already. Nothing needs to be done.")
)


@operation(P.CATALOGUE)
def load_categories(*, actor: Actor, rows: Sequence[CategoryRow]) -> Loaded:
    """Create or correct categories by their code, parents first. A second load changes nothing."""
    standing: dict[str, Category] = Category.objects.in_bulk(
        [row.code for row in rows], field_name="code"
    )
    changed = 0
    fresh = []
    for row in rows:
        values: dict[str, Any] = {
            "parent_id": row.parent,
            "name": row.name,
            "name_en": row.name_en,
            "usual_lead": row.lead,
            "usual_class": row.clock,
            "tag": row.tag,
            "words": row.words,
        }
        known = standing.get(row.code)
        if known is None:
            fresh.append(Category(code=row.code, **values))
        elif any(getattr(known, name) != value for name, value in values.items()):
            Category.objects.filter(pk=known.pk).update(**values)
            changed += 1
    Category.objects.bulk_create(fresh)
    return Loaded(created=len(fresh), changed=changed, unchanged=len(rows) - len(fresh) - changed)


@operation(P.CATALOGUE)
def begin_catalogue(*, actor: Actor, basis: str) -> int:
    """Write an entry for each category whose usual lead is not that above it. Returns how many.

    The first levels go to the sub-district, so that nothing is without a lead; what a community usually leads
    too, until its duty list says so (article 17). Returns 0 and writes nothing where a catalogue stands.
    """
    require_area(actor, P.CATALOGUE, None)
    lock_catalogue()
    if CatalogueEntry.objects.exists():
        return 0
    made: list[tuple[CatalogueEntry, Sequence[CoHandler]]] = []
    above: dict[str, tuple[str, str]] = {}
    for category in Category.objects.on(actor.now).order_by("code"):
        kind = category.usual_lead
        if category.parent_id is None or kind in DUTY_BOUND:
            kind = OrganisationKind.STREET
        said = (kind, category.usual_class)
        if said != above.get(category.parent_id or ""):
            made.append((_entry(category, actor, lead_kind=kind, basis=basis), ()))
        above[category.code] = said
    write_entries(made, actor=actor)
    return len(made)


def _entry(category: Category, actor: Actor, *, lead_kind: str, basis: str) -> CatalogueEntry:
    return CatalogueEntry(
        category=category,
        lead_kind=lead_kind,
        clock_class=category.usual_class,
        basis=basis[:500],
        valid_from=actor.now,
        made_at=actor.now,
        user_id=actor.user_id,
    )


@operation(P.CATALOGUE)
def add_entry(
    *,
    actor: Actor,
    category: Category,
    lead: Organisation | None = None,
    lead_kind: str = "",
    urgency: str = "",
    place: Place | None = None,
    co_handlers: Sequence[Organisation | str] = (),
    clock_class: str = "",
    basis: str,
    valid_from: dt.datetime | None = None,
    valid_to: dt.datetime | None = None,
) -> CatalogueEntry:
    """Say who leads a category in an area from a moment on (now if not said), to another (itself outside).

    An open-ended entry of the same category, urgency and area ends where an open-ended one begins: so an
    entry is changed. Raises OUTSIDE_AREA, ONE_LEAD, CANNOT_LEAD, LEAD_IS_CLOSED, NO_BASIS, IN_THE_PAST,
    ENDS_BEFORE, OVERLAPS, OFF_EVERY_LIST, UNCOVERED, CATEGORY_OVER, CATEGORY_FOLLOWED.
    """
    now = actor.now
    start = valid_from or now
    require_area(actor, P.CATALOGUE, place)
    require_in_force(category, at=start)
    check_lead(lead, lead_kind)
    check_days(start, valid_to, now=now)
    if not basis.strip():
        raise NO_BASIS()
    lock_catalogue()
    require_on_a_list(category, lead=lead, kind=lead_kind, at=start)
    before = gaps(since=now)
    rows = CatalogueEntry.objects.filter(category=category, urgency=urgency, place=place)
    standing = list(_meeting(rows.select_related("lead"), start, valid_to))
    for row in standing:
        if row.valid_from < start and row.valid_to is None and valid_to is None:
            end_rows([row], at=start, actor=actor)
        else:
            raise OVERLAPS(lead=row.lead_shown, **_days(row))
    entry = CatalogueEntry(
        category=category,
        urgency=urgency,
        place=place,
        lead=lead,
        lead_kind=lead_kind,
        clock_class=clock_class,
        basis=basis.strip(),
        valid_from=start,
        valid_to=valid_to,
        made_at=actor.now,
        user_id=actor.user_id,
    )
    write_entries([(entry, helpers(co_handlers))], actor=actor)
    if category.parent_id is None and place is None and not urgency:
        require_cover(before, since=now)
    return entry


def helpers(given: Iterable[Organisation | str]) -> list[CoHandler]:
    """Return unsaved co-handlers: organisations, or kinds that are found by place."""
    return [
        CoHandler(kind=one) if isinstance(one, str) else CoHandler(organisation=one)
        for one in dict.fromkeys(given)
    ]


def check_lead(lead: Organisation | None, kind: str) -> None:
    """Raise ONE_LEAD, CANNOT_LEAD or LEAD_IS_CLOSED for what cannot lead."""
    if (lead is None) == (not kind):
        raise ONE_LEAD()
    if lead is not None and lead.kind not in CAN_LEAD:
        raise CANNOT_LEAD(unit=lead.label)
    if kind and kind not in CAN_LEAD:
        raise CANNOT_LEAD(unit=OrganisationKind(kind).label)
    if lead is not None and not lead.is_open:
        raise LEAD_IS_CLOSED(unit=lead.label)


def check_days(start: dt.datetime, end: dt.datetime | None, *, now: dt.datetime) -> None:
    """Raise IN_THE_PAST or ENDS_BEFORE."""
    if start < now:
        raise IN_THE_PAST()
    if end is not None and end <= start:
        raise ENDS_BEFORE()


def _days(row: Any) -> dict[str, str]:
    end = day_of(row.valid_to).isoformat() if row.valid_to else "…"
    return {"start": day_of(row.valid_from).isoformat(), "end": end}


def _meeting(rows: Any, start: dt.datetime, end: dt.datetime | None) -> Any:
    rows = rows.not_over(start).order_by("valid_from")
    return rows if end is None else rows.filter(valid_from__lt=end)


@operation(P.CATALOGUE)
def end_entry(*, actor: Actor, entry_id: int) -> None:
    """End an entry now, or take back one that has not begun: the one that it would have ended goes on.

    Raises CatalogueEntry.DoesNotExist, OUTSIDE_AREA, ENDED_ALREADY, UNCOVERED.
    """
    now = actor.now
    lock_catalogue()
    entry = CatalogueEntry.objects.select_related("place", "category").get(pk=entry_id)
    require_area(actor, P.CATALOGUE, entry.place)
    if entry.valid_to is not None and entry.valid_to <= now:
        raise ENDED_ALREADY()
    before = gaps(since=now)
    end_rows([entry], at=now, actor=actor)
    if entry.valid_from > now:
        reopen_before(entry, actor=actor)
    require_cover(before, since=now)


@operation(P.CATALOGUE)
def add_duty(
    *,
    actor: Actor,
    category: Category,
    organisation: Organisation | None = None,
    kind: str = "",
    place: Place | None = None,
    basis: str,
    valid_from: dt.datetime | None = None,
    valid_to: dt.datetime | None = None,
) -> DutyItem:
    """Put a category on the duty list of a community's body, or of all of a kind in an area (article 17).

    Raises OUTSIDE_AREA, NOT_DUTY_BOUND, NO_BASIS, IN_THE_PAST, ENDS_BEFORE, DUTY_OVERLAPS, CATEGORY_OVER,
    CATEGORY_FOLLOWED.
    """
    now = actor.now
    start = valid_from or now
    require_area(actor, P.CATALOGUE, organisation.place if organisation else place)
    bound = organisation.kind if organisation else kind
    if bound not in DUTY_BOUND or (organisation is None) == (not kind):
        name = (
            organisation.label
            if organisation
            else str(dict(OrganisationKind.choices).get(kind, kind))
        )
        raise NOT_DUTY_BOUND(unit=name)
    require_in_force(category, at=start)
    check_days(start, valid_to, now=now)
    if not basis.strip():
        raise NO_BASIS()
    lock_catalogue()
    rows = DutyItem.objects.filter(
        Q(organisation=organisation, kind=kind), category=category, place=place
    )
    for row in _meeting(rows.select_related("organisation"), start, valid_to):
        raise DUTY_OVERLAPS(unit=row.whose, category=category.label, **_days(row))
    item = DutyItem.objects.create(
        category=category,
        organisation=organisation,
        kind=kind,
        place=place,
        basis=basis.strip(),
        valid_from=start,
        valid_to=valid_to,
        made_at=actor.now,
        user_id=actor.user_id,
    )
    added = DutyAdded(
        item_id=item.pk,
        category=Code(category.code),
        organisation_id=item.organisation_id,
        kind=Code(kind),
        place=Code(place.code if place else ""),
        valid_from=start,
    )
    record(added, actor=actor, kind="duty_item", stream=item.pk, seq=item.version)
    return item


@operation(P.CATALOGUE)
def end_duty(*, actor: Actor, item_id: int) -> None:
    """Take an item off a duty list from now on. Open orders stay where they are.

    Raises DutyItem.DoesNotExist, OUTSIDE_AREA, ENDED_ALREADY.
    """
    now = actor.now
    lock_catalogue()
    rows = DutyItem.objects.select_related("place", "organisation__place")
    item = rows.get(pk=item_id)
    require_area(actor, P.CATALOGUE, item.organisation.place if item.organisation else item.place)
    if item.valid_to is not None and item.valid_to <= now:
        raise ENDED_ALREADY()
    end_rows([item], at=now, actor=actor)
