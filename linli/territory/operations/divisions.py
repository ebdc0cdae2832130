"""A new division file takes effect: places are added, renamed, and re-drawn with a succession."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import connection
from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.kernel.operation import operation
from linli.territory import english
from linli.territory.choices import BELOW_COMMUNITY, Known
from linli.territory.differences import difference
from linli.territory.events import PlaceRedrawn
from linli.territory.models import (
    DivisionDraft,
    Organisation,
    Place,
    PlaceSuccession,
    Serving,
    day_of,
)
from linli.territory.operations.places import rehang, scope_below
from linli.territory.parts import OUTSIDE
from linli.territory.permissions import TerritoryPermission
from linli.territory.rules import Difference, DivisionRow, Follows, short_of
from linli.territory.serving import held_by

CHANGED_MEANWHILE = Refusal(
    "division.changed_meanwhile",
    _("The places have changed since the difference was shown. Look at it again, then apply it."),
)
APPLIED_ALREADY = Refusal(
    "division.applied_already", _("This file has been applied already. Nothing was done twice.")
)
TWICE_A_DAY = Refusal(
    "division.twice_a_day",
    _(
        "“%(place)s” was itself drawn today. Apply this file tomorrow, so that each place has had a day."
    ),
)
LOCK = 811_349
"""Key of the advisory lock: one division file at a time."""


@dataclass(frozen=True)
class Redrawn:
    """What applying a file did."""

    added: int
    renamed: int
    ended: int
    unchanged: int


@operation(TerritoryPermission.MANAGE)
def keep_draft(
    *, actor: Actor, name: str, rows: Sequence[DivisionRow], refused: Sequence[str] = ()
) -> DivisionDraft:
    """Keep the rows of a file, and what was set aside, while an administrator looks at the difference."""
    return DivisionDraft.objects.create(
        name=name[:200],
        rows=[asdict(row) for row in rows],
        refused=list(refused),
        made_at=actor.now,
        user_id=actor.user_id,
    )


@operation(TerritoryPermission.MANAGE)
def redraw(
    *,
    actor: Actor,
    rows: Sequence[DivisionRow],
    shown: str,
    draft_id: int | None = None,
) -> Redrawn:
    """Apply a division file from today on. `shown` is the digest of the difference that was looked at.

    What lies on an ended place (compounds, servings, the seat of organisations) goes to its main successor;
    servings to every successor. Rows of higher floors follow by their own operations. Doubtful rows change
    nothing. Raises RuleBroken.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if draft_id is not None:
        draft = DivisionDraft.objects.select_for_update().get(pk=draft_id)
        if draft.applied_at is not None:
            raise APPLIED_ALREADY()
        draft.applied_at = actor.now
        draft.save(update_fields=["applied_at"])
    found = difference(rows)
    if found.digest != shown:
        raise CHANGED_MEANWHILE()
    held = {code for _column, code in actor.scopes(TerritoryPermission.MANAGE)}
    _require_within(found, actor=actor)
    is_first = not Place.objects.filter(parent=None, code__in=held).exists()
    _add(found, actor=actor, is_first=is_first, held=held)
    for pair in found.renamed:
        fields = {"name": pair.row.name, "level": pair.row.level}
        if pair.row.name != pair.before.name:
            fields |= english.of_place(pair.row.name, pair.row.level, given=pair.row.name_en)
        if pair.row.short_name:
            fields["short_name"] = pair.row.short_name
        Place.objects.filter(code=pair.row.code).update(**fields)
    _end(found, actor=actor)
    return Redrawn(len(found.added), len(found.renamed), len(found.ended), found.unchanged)


def _require_within(found: Difference, *, actor: Actor) -> None:
    """Raise OUTSIDE if a place that the file changes lies outside the actor's areas."""
    names = {pair.before.code: pair.before.name for pair in found.renamed}
    names |= {place.code: place.name for place in found.ended}
    own = Place.objects.filter(held_by(actor, TerritoryPermission.MANAGE), code__in=names)
    for code in set(names) - set(own.values_list("code", flat=True)):
        raise OUTSIDE(place=names[code])


def _add(found: Difference, *, actor: Actor, is_first: bool, held: set[str]) -> None:
    """Create the new places, parents first; valid from today unless it is the first file."""
    codes = {row.parent for row in found.added if row.parent}
    known: dict[str, Place] = Place.objects.in_bulk(codes, field_name="code")
    since = None if is_first else day_of(actor.now)
    layers: dict[int, list[Place]] = {}
    for row in found.added:
        parent = known[row.parent] if row.parent else None
        place = Place(
            code=row.code,
            name=row.name,
            short_name=row.short_name or short_of(row.name),
            level=row.level,
            parent=parent,
            valid_from=since,
            **english.of_place(row.name, row.level, given=row.name_en),
            **scope_below(parent, row.code, level=row.level),
        )
        if not held & set(filter(None, place.scope.values())):
            raise OUTSIDE(place=row.name)
        known[row.code] = place
        layers.setdefault(place.depth, []).append(place)
    for depth in sorted(layers):
        for place in layers[depth]:
            place.parent = place.parent  # takes the key that the layer above has just been given
        Place.objects.bulk_create(layers[depth], batch_size=2000)


def _end(found: Difference, *, actor: Actor) -> None:
    """End the re-drawn places, note who follows them, and hand on what lay there."""
    today = day_of(actor.now)
    codes = {pair.code for pair in found.follows} | {pair.successor for pair in found.follows}
    places = Place.objects.select_for_update().in_bulk(codes, field_name="code")
    ends = {place.code for place in found.ended}
    for code in ends:
        begun = places[code].valid_from
        if begun is not None and begun >= today:
            raise TWICE_A_DAY(place=places[code].name)
    for pair in found.follows:
        _follow(pair, places=places, actor=actor)
    for code in ends:
        followers = [pair for pair in found.follows if pair.code == code]
        main = next(places[pair.successor] for pair in followers if pair.is_main)
        others = [places[pair.successor] for pair in followers]
        _hand_on(places[code], main=main, to=others, today=today)
    Place.objects.filter(code__in=ends).update(valid_to=today)


def _follow(pair: Follows, *, places: dict[str, Place], actor: Actor) -> None:
    old, new = places[pair.code], places[pair.successor]
    PlaceSuccession.objects.create(
        place=old, successor=new, kind=pair.kind, at=day_of(actor.now), is_main=pair.is_main
    )
    old.version += 1
    Place.objects.filter(pk=old.pk).update(version=old.version)
    happened = PlaceRedrawn(
        place_id=old.pk, successor_id=new.pk, kind=Code(pair.kind.value), is_main=pair.is_main
    )
    record(happened, actor=actor, kind="place", stream=old.pk, seq=old.version)


def _hand_on(old: Place, *, main: Place, to: list[Place], today: dt.date) -> None:
    """Give what lay on a re-drawn place to its successors."""
    for child in old.children.filter(level__in=BELOW_COMMUNITY):
        rehang(child, main, known_by=Known.SUCCESSION)
    Organisation.objects.filter(place=old).update(place=main)
    for row in Serving.objects.filter(place=old).not_over(today):
        begins = max(row.valid_from or today, today)
        for successor in to:
            served = Serving.objects.filter(
                organisation_id=row.organisation_id, place=successor
            ).not_over(today)
            if not served.exists():
                Serving.objects.create(
                    organisation_id=row.organisation_id,
                    place=successor,
                    valid_from=begins,
                    valid_to=row.valid_to,
                )
        if row.valid_from is not None and row.valid_from >= today:
            row.delete()
        else:
            row.valid_to = today
            row.save(update_fields=["valid_to"])
