"""Steps that writes of the catalogue and the dispatch share, inside their transaction."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.choices import DUTY_BOUND
from linli.cases.catalogue.events import (
    DutyEnded,
    EntryAdded,
    EntryEnded,
    EntryReopened,
)
from linli.cases.catalogue.models import (
    CatalogueEntry,
    Category,
    CoHandler,
    CopiedUnit,
    DutyItem,
)
from linli.cases.catalogue.queries import Proposal, standing_category
from linli.cases.catalogue.rules import Span, first_gap
from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record_many
from linli.territory.models import Organisation, Place, day_of

OUTSIDE_AREA = Refusal(
    "catalogue.outside_area",
    _(
        "This area is not yours to say who leads. Choose a place within your own area, or ask the "
        "administrator of the wider one."
    ),
    "place",
)
UNCOVERED = Refusal(
    "catalogue.uncovered",
    _(
        "From %(day)s on nobody would lead “%(category)s” where no other entry helps. A first-level category keeps an "
        "entry for the whole installation and every urgency: write the new one first; it ends this one."
    ),
)
CATEGORY_OVER = Refusal(
    "catalogue.category_over",
    _("The category “%(category)s” has ended. Choose one that is in force."),
    "category",
)
CATEGORY_FOLLOWED = Refusal(
    "catalogue.category_followed",
    _("The category “%(category)s” has ended. “%(successor)s” follows it: choose that."),
    "category",
)
OFF_EVERY_LIST = Refusal(
    "catalogue.off_every_list",
    _(
        "“%(unit)s” may lead only what is on its duty list (Beijing's regulation of 2021-09-24, article 17), and "
        "“%(category)s” is not on %(day)s. Enter it in the duty list first, or name another lead."
    ),
    "lead",
)


def holds_all(actor: Actor, permission: str) -> bool:
    """Return whether the permission is held over the whole installation: the city's, or a command's."""
    held = [grant for grant in actor.grants if permission in grant.permissions]
    return any(grant.column in (None, SCOPE_COLUMNS[0]) for grant in held)


def holds_area(actor: Actor, permission: str, place: Place | None) -> bool:
    """Return whether the permission is held over an area; None: over the whole installation."""
    if place is None:
        return holds_all(actor, permission)
    held = [grant for grant in actor.grants if permission in grant.permissions]
    return any(grant.column is None or getattr(place, grant.column) == grant.code for grant in held)


def require_area(actor: Actor, permission: str, place: Place | None) -> None:
    """Raise OUTSIDE_AREA unless the permission is held over the area."""
    if not holds_area(actor, permission, place):
        raise OUTSIDE_AREA()


def lock_catalogue() -> None:
    """Wait for any other write of the catalogue: what it leaves uncovered is judged as a whole."""
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('linli.catalogue'))")


def gaps(*, since: dt.datetime) -> dict[str, dt.datetime]:
    """Return the first-level categories without an entry for all, with since when. Two queries."""
    rows = (
        CatalogueEntry.objects.not_over(since)
        .filter(place=None, urgency="", category__parent=None)
        .values_list("category__code", "valid_from", "valid_to")
    )
    spans: dict[str, list[Span]] = {}
    for code, start, end in rows:
        spans.setdefault(code, []).append(Span(start, end))
    found: dict[str, dt.datetime] = {}
    for one in Category.objects.not_over(since).filter(parent=None):
        gap = first_gap(spans.get(one.code, ()), since=max(since, one.valid_from or since))
        if gap is not None and not one.is_over(gap):
            found[one.code] = gap
    return found


def require_cover(before: dict[str, dt.datetime], *, since: dt.datetime) -> None:
    """Raise UNCOVERED if a first-level category is without a lead that was not, or sooner than before."""
    for code, at in gaps(since=since).items():
        if code not in before or at < before[code]:
            category = Category.objects.get(code=code)
            raise UNCOVERED(category=category.label, day=day_of(at).isoformat())


def require_in_force(category: Category, *, at: dt.datetime) -> None:
    """Raise CATEGORY_OVER for a category that has ended at a moment."""
    if category.is_over(at):
        follows = standing_category(category, at=at)
        if follows == category:
            raise CATEGORY_OVER(category=category.label)
        raise CATEGORY_FOLLOWED(category=category.label, successor=follows.shown)


def require_on_a_list(
    category: Category, *, lead: Organisation | None, kind: str, at: dt.datetime
) -> None:
    """Raise OFF_EVERY_LIST for a lead of the community whose duty list does not hold the category."""
    bound = lead.kind if lead else kind
    if bound not in DUTY_BOUND:
        return
    items = DutyItem.objects.on(at).filter(category__code__in=category.ancestry)
    for item in items.select_related("organisation"):
        whose = item.organisation.kind if item.organisation else item.kind
        if whose == bound and (lead is None or item.organisation_id in (None, lead.pk)):
            return
    unit = lead.label if lead else dict(DutyItem._meta.get_field("kind").choices or ())[kind]
    raise OFF_EVERY_LIST(unit=unit, category=category.label, day=day_of(at).isoformat())


def write_entries(
    made: Sequence[tuple[CatalogueEntry, Sequence[CoHandler]]], *, actor: Actor
) -> list[CatalogueEntry]:
    """Write new entries with their co-handlers, one event an entry. Three statements and two for events."""
    entries = CatalogueEntry.objects.bulk_create([entry for entry, _helpers in made])
    helpers: list[CoHandler] = []
    for entry, own in made:
        for helper in own:
            helper.entry = entry
            helpers.append(helper)
    CoHandler.objects.bulk_create(helpers)
    happened = [(_added(entry), entry.pk, entry.version) for entry in entries]
    record_many(happened, actor=actor, kind="catalogue")
    return entries


def _added(entry: CatalogueEntry) -> EntryAdded:
    return EntryAdded(
        entry_id=entry.pk,
        category=Code(entry.category.code),
        urgency=Code(entry.urgency),
        place=Code(entry.place.code if entry.place else ""),
        lead_id=entry.lead_id,
        lead_kind=Code(entry.lead_kind),
        valid_from=entry.valid_from,
    )


def end_rows(rows: Iterable[Any], *, at: dt.datetime, actor: Actor) -> None:
    """End entries or duty items at a moment; those that would only begin then or later are taken back."""
    happened: list[tuple[Any, int, int]] = []
    kind = "catalogue"
    for row in rows:
        table = type(row)
        back = row.valid_from >= at
        row.version += 1
        if back:
            table.objects.filter(pk=row.pk).delete()
        else:
            table.objects.filter(pk=row.pk).update(valid_to=at, version=row.version)
        end = None if back else at
        if isinstance(row, DutyItem):
            kind = "duty_item"
            happened.append((DutyEnded(item_id=row.pk, valid_to=end), row.pk, row.version))
        else:
            happened.append((EntryEnded(entry_id=row.pk, valid_to=end), row.pk, row.version))
    if happened:
        record_many(happened, actor=actor, kind=kind)


def reopen_before(entry: CatalogueEntry, *, actor: Actor) -> None:
    """Let the entry that ended where this one would have begun go on in its place."""
    rows = CatalogueEntry.objects.filter(
        category=entry.category, urgency=entry.urgency, place=entry.place, valid_to=entry.valid_from
    )
    for row in rows:
        row.version += 1
        CatalogueEntry.objects.filter(pk=row.pk).update(
            valid_to=entry.valid_to, version=row.version
        )
        reopened = EntryReopened(entry_id=row.pk, valid_to=entry.valid_to)
        record_many([(reopened, row.pk, row.version)], actor=actor, kind="catalogue")


def send_copies(order: Any, proposal: Proposal, *, actor: Actor) -> int:
    """Write who gets a copy of a new order. Returns how many. One statement, none where nobody does."""
    units = proposal.copies(order.lead)
    if units:
        CopiedUnit.objects.bulk_create(
            (CopiedUnit(order=order, organisation=unit, at=actor.now) for unit in units),
            ignore_conflicts=True,  # an order that was ruled elsewhere has sent its copy already
        )
    return len(units)


def off_list(orders: Iterable[Any], *, by: Organisation, at: dt.datetime) -> list[Any]:
    """Return the orders that a community's body may not lead at a moment (article 17); none for another unit.

    `orders` with their case, its category and place. One query.
    """
    if by.kind not in DUTY_BOUND:
        return []
    rows = DutyItem.objects.on(at).filter(Q(organisation=by) | Q(kind=by.kind))
    items = [
        (row.category.code, row.place.code if row.place else None)
        for row in rows.select_related("category", "place")
    ]

    def is_on(order: Any) -> bool:
        case = order.case
        about = case.category.ancestry if case.category else ()
        here = {None, case.place.code, *case.place.scope.values()}
        return any(category in about and place in here for category, place in items)

    return [order for order in orders if not is_on(order)]
