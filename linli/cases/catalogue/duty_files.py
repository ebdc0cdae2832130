"""A file of duty lists: judged row by row, compared with what stands, applied when somebody has seen the difference.

It states the whole of the reader's area: an item that it leaves out ends, as with the catalogue's own file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.applying import (
    CHANGED_MEANWHILE,
    ENDS_BEFORE,
    KIND,
    STILL_REFUSED,
    moment_of,
)
from linli.cases.catalogue.choices import DUTY_BOUND, DraftKind
from linli.cases.catalogue.comparing import Difference, DutyKey, Row, Standing, compare
from linli.cases.catalogue.events import DutiesApplied, DutyAdded, DutyReopened
from linli.cases.catalogue.models import CatalogueDraft, DutyItem
from linli.cases.catalogue.naming import Names
from linli.cases.catalogue.operations import NO_BASIS, NOT_DUTY_BOUND
from linli.cases.catalogue.parts import (
    OUTSIDE_AREA,
    end_rows,
    holds_area,
    lock_catalogue,
    require_in_force,
)
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.events import Code, record, record_many
from linli.kernel.operation import operation
from linli.territory.choices import OrganisationKind
from linli.territory.models import Organisation

DOUBLE = Refusal(
    "catalogue.duty_file_double",
    _(
        "Line %(line)s puts the same category on the same list for the same days. Remove one, or let one end "
        "where the other begins."
    ),
)


@dataclass
class JudgedDuties:
    """A file of duty lists as it stands against those in force now."""

    difference: Difference[DutyKey, str]
    refused: list[tuple[int, RuleBroken]]
    units: dict[str, Organisation]
    names: Names


@operation(P.CATALOGUE)
def apply_duties(*, actor: Actor, draft_id: int, shown: str) -> Difference[DutyKey, str]:
    """Apply a kept file of duty lists. `shown`: the digest of the difference that the person looked at.

    Open orders stay where they are. Raises CatalogueDraft.DoesNotExist for another's file, CHANGED_MEANWHILE,
    STILL_REFUSED.
    """
    lock_catalogue()
    draft = CatalogueDraft.objects.select_for_update().get(
        pk=draft_id, user_id=actor.user_id, applied_at=None, what=DraftKind.DUTIES
    )
    judged = judge_duties(draft.rows, actor=actor)
    if judged.refused:
        raise STILL_REFUSED(count=len(judged.refused))
    found = judged.difference
    if found.digest != shown:
        raise CHANGED_MEANWHILE()
    keys = [one.entry.pk for one in found.ended] + [one.entry.pk for one in found.moved]
    stands = DutyItem.objects.in_bulk(keys)
    for ending in found.ended:
        end_rows([stands[ending.entry.pk]], at=ending.at, actor=actor)
    _move(found, stands, actor=actor)
    _add(found, judged, actor=actor)
    CatalogueDraft.objects.filter(pk=draft.pk).update(applied_at=actor.now)
    applied = DutiesApplied(
        draft_id=draft.pk, added_count=len(found.added), ended_count=len(found.ended)
    )
    record(applied, actor=actor, kind="catalogue_file", stream=draft.pk, seq=1)
    return found


def _move(found: Difference[DutyKey, str], stands: Mapping[int, DutyItem], *, actor: Actor) -> None:
    """Let items that stay end on another day."""
    happened = []
    for moved in found.moved:
        item = stands[moved.entry.pk]
        item.version += 1
        DutyItem.objects.filter(pk=item.pk).update(valid_to=moved.end, version=item.version)
        event = DutyReopened(item_id=item.pk, valid_to=moved.end)
        happened.append((event, item.pk, item.version))
    if happened:
        record_many(happened, actor=actor, kind="duty_item")


def _add(found: Difference[DutyKey, str], judged: JudgedDuties, *, actor: Actor) -> None:
    items = []
    for row in found.added:
        unit = judged.units.get(row.key.whose)
        items.append(
            DutyItem(
                category=judged.names.categories[row.key.category],
                organisation=unit,
                kind="" if unit else row.key.whose.removeprefix(KIND),
                place=judged.names.area(row.key.place or ""),
                basis=row.content,
                valid_from=row.start or actor.now,
                valid_to=row.end,
                made_at=actor.now,
                user_id=actor.user_id,
            )
        )
    happened = [
        (
            DutyAdded(
                item_id=item.pk,
                category=Code(item.category.code),
                organisation_id=item.organisation_id,
                kind=Code(item.kind),
                place=Code(item.place.code if item.place else ""),
                valid_from=item.valid_from,
            ),
            item.pk,
            item.version,
        )
        for item in DutyItem.objects.bulk_create(items)
    ]
    if happened:
        record_many(happened, actor=actor, kind="duty_item")


def judge_duties(rows: Sequence[Mapping[str, Any]], *, actor: Actor) -> JudgedDuties:
    """Return what a file would change now, and the rows that cannot be taken with the reason.

    Items outside the actor's area are neither changed nor ended.
    """
    said = {str(row["place"]).strip() for row in rows}
    names = Names(codes=said, names=said)
    units: dict[str, Organisation] = {}
    taken: list[Row[DutyKey, str]] = []
    refused: list[tuple[int, RuleBroken]] = []
    for row in rows:
        try:
            taken.append(_row(row, names=names, units=units, actor=actor))
        except RuleBroken as broken:
            refused.append((row["line"], broken))
    found = compare(taken, _standing(actor), now=actor.now, double=DOUBLE)
    refused += found.refused
    return JudgedDuties(found, sorted(refused, key=lambda one: one[0]), units, names)


def _row(
    row: Mapping[str, Any], *, names: Names, units: dict[str, Organisation], actor: Actor
) -> Row[DutyKey, str]:
    category = names.category(row["category"])
    place = names.area(row["place"])
    whose = names.unit(row["whose"])
    area = place
    if isinstance(whose, Organisation):
        units[whose.code] = whose
        kind, area, key = whose.kind, whose.place, whose.code
    else:
        kind, key = whose, f"{KIND}{whose}"
    if kind not in DUTY_BOUND:
        label = whose.label if isinstance(whose, Organisation) else OrganisationKind(whose).label
        raise NOT_DUTY_BOUND(unit=label)
    if not holds_area(actor, P.CATALOGUE, area):
        raise OUTSIDE_AREA()
    if not row["basis"].strip():
        raise NO_BASIS()
    start, end = moment_of(row["start"]), moment_of(row["end"])
    if end is not None and start is not None and end <= start:
        raise ENDS_BEFORE()
    require_in_force(category, at=max(start or actor.now, actor.now))
    about = DutyKey(category.code, key, place.code if place else None)
    return Row(row["line"], about, row["basis"].strip(), start, end)


def _standing(actor: Actor) -> list[Standing[DutyKey, str]]:
    rows = DutyItem.objects.not_over(actor.now).select_related(
        "category", "place", "organisation__place"
    )
    return [
        Standing(item.pk, _key(item), item.basis, item.valid_from, item.valid_to)
        for item in rows
        if holds_area(
            actor, P.CATALOGUE, item.organisation.place if item.organisation else item.place
        )
    ]


def _key(item: DutyItem) -> DutyKey:
    whose = item.organisation.code if item.organisation else f"{KIND}{item.kind}"
    return DutyKey(item.category.code, whose, item.place.code if item.place else None)
