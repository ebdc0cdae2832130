"""The catalogue follows when the city changes: places are re-drawn, an organisation closes."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.events import DutyAdded
from linli.cases.catalogue.models import CatalogueEntry, CoHandler, DutyItem
from linli.cases.catalogue.parts import (
    end_rows,
    lock_catalogue,
    require_on_a_list,
    write_entries,
)
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.kernel.operation import operation
from linli.territory.models import Organisation, Place
from linli.territory.permissions import TerritoryPermission
from linli.territory.serving import successor_of
from linli.territory.wording import listed

STILL_NAMED = Refusal(
    "organisation.still_named",
    _(
        "The dispatch catalogue names “%(unit)s” as lead for %(categories)s. Name a successor, who then leads these "
        "too, or another lead in the catalogue; nothing was changed."
    ),
    "successor",
)
SHOWN = 5


@operation(TerritoryPermission.MANAGE)
def follow_redrawn_catalogue(*, actor: Actor) -> int:
    """Let entries and duty items of re-drawn places go on for the place that follows. Returns how many.

    Where the successor has an entry of its own for the same category and urgency, that one stands. A second
    call returns 0.
    """
    lock_catalogue()
    moved = 0
    entry: CatalogueEntry
    for entry in _redrawn(CatalogueEntry, actor=actor):
        if (target := _ended(entry, actor=actor)) is not None:
            write_entries([_again(entry, actor=actor, place=target)], actor=actor)
        moved += 1
    item: DutyItem
    for item in _redrawn(DutyItem, actor=actor):
        if (target := _ended(item, actor=actor)) is not None:
            _carry_item(item, target, actor=actor)
        moved += 1
    return moved


def _redrawn(table: Any, *, actor: Actor) -> list[Any]:
    """Return the rows, in force or to come, of places that another place follows."""
    rows = table.objects.not_over(actor.now).filter(
        place__valid_to__isnull=False, place__successions__is_main=True
    )
    return list(rows.select_related("place", "category"))


def _ended(row: Any, *, actor: Actor) -> Place | None:
    """End a row of a re-drawn place; return where it goes on, None where a row of its own stands there."""
    target = successor_of(row.place)
    end_rows([row], at=actor.now, actor=actor)
    same: dict[str, Any] = {"category": row.category, "place": target}
    if isinstance(row, CatalogueEntry):
        same["urgency"] = row.urgency
    else:
        same |= {"organisation": row.organisation_id, "kind": row.kind}
    return None if type(row).objects.not_over(actor.now).filter(**same).exists() else target


def _copied(row: Any, *, actor: Actor, **changes: Any) -> dict[str, Any]:
    """Return what a new row says that goes on where another ended."""
    return {
        "category": row.category,
        "place": row.place,
        "basis": row.basis,
        "valid_from": max(row.valid_from, actor.now),
        "valid_to": row.valid_to if row.valid_to and row.valid_to > actor.now else None,
        "made_at": actor.now,
        "user_id": actor.user_id,
        **changes,
    }


def _again(
    row: CatalogueEntry, *, actor: Actor, **changes: Any
) -> tuple[CatalogueEntry, Sequence[CoHandler]]:
    entry = CatalogueEntry(
        **{
            "urgency": row.urgency,
            "lead": row.lead,
            "lead_kind": row.lead_kind,
            "clock_class": row.clock_class,
            **_copied(row, actor=actor, **changes),
        }
    )
    beside = [
        CoHandler(organisation=one.organisation, kind=one.kind)
        for one in CoHandler.objects.filter(entry=row.pk).select_related("organisation")
    ]
    return entry, beside


def _carry_item(row: DutyItem, target: Place, *, actor: Actor) -> None:
    item = DutyItem.objects.create(
        organisation=row.organisation, kind=row.kind, **_copied(row, actor=actor, place=target)
    )
    added = DutyAdded(
        item_id=item.pk,
        category=Code(item.category.code),
        organisation_id=item.organisation_id,
        kind=Code(item.kind),
        place=Code(target.code),
        valid_from=item.valid_from,
    )
    record(added, actor=actor, kind="duty_item", stream=item.pk, seq=item.version)


def hand_entries_over(unit: Organisation, *, successor: Organisation | None, actor: Actor) -> None:
    """Let the successor lead what the catalogue names a closing organisation for.

    Raises STILL_NAMED without a successor, OFF_EVERY_LIST for one that may not lead it (article 17).
    """
    lock_catalogue()
    rows = CatalogueEntry.objects.not_over(actor.now).filter(lead=unit)
    named = list(rows.select_related("category", "place").order_by("category__code"))
    if not named:
        return
    if successor is None:
        shown = listed(dict.fromkeys(row.category.label for row in named[:SHOWN]))
        raise STILL_NAMED(unit=unit.label, categories=shown + ("…" if len(named) > SHOWN else ""))
    for row in named:
        require_on_a_list(row.category, lead=successor, kind="", at=actor.now)
        fresh = _again(row, actor=actor, lead=successor)
        end_rows([row], at=actor.now, actor=actor)
        write_entries([fresh], actor=actor)
