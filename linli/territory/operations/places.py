"""Writes of places: loading the division codes, opening and moving what lies below a community."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.kernel.operation import operation
from linli.territory import door_codes, english
from linli.territory.choices import BELOW_COMMUNITY, Known, PlaceLevel
from linli.territory.events import AliasRemoved, PlaceMoved, PlaceOpened
from linli.territory.models import Place, PlaceAlias
from linli.territory.parts import require_within
from linli.territory.permissions import TerritoryPermission
from linli.territory.serving import below, held_by

PREFIX = {PlaceLevel.COMPOUND: "cp", PlaceLevel.BUILDING: "bd", PlaceLevel.ENTRANCE: "en"}
"""What the codes of ours begin with, so that they never look like a national code."""

WRONG_PARENT = Refusal(
    "place.wrong_parent",
    _(
        "“%(parent)s” cannot hold a place of this level. Compounds lie in a district, a sub-district or "
        "a community, buildings in a compound or community, entrances in a building."
    ),
    "level",
)
SAME_NAME = Refusal(
    "place.same_name",
    _("“%(parent)s” has a place of this name already. Give the new one a name of its own."),
    "name",
)
IS_REDRAWN = Refusal(
    "place.redrawn",
    _("“%(place)s” was re-drawn and is no longer in force. Choose the place that follows it."),
)
HOLDERS = {
    PlaceLevel.COMPOUND: {"district", "street", "community", "village"},
    PlaceLevel.BUILDING: {"compound", "community", "village"},
    PlaceLevel.ENTRANCE: {"building"},
}


@dataclass(frozen=True)
class PlaceRow:
    """A place to load. `parent` is a code loaded before it, or None for the root of a territory."""

    code: str
    name: str
    short_name: str
    level: str
    parent: str | None
    name_en: str = ""


@dataclass(frozen=True)
class Loaded:
    """What a load changed."""

    created: int
    changed: int
    unchanged: int


@operation(TerritoryPermission.LOAD)
def load_places(*, actor: Actor, rows: Iterable[PlaceRow]) -> Loaded:
    """Create or correct places by code; parents before children. A second load changes nothing.

    A row without an English name gets one spelled by rule; one that stands stays while the name does.
    Raises KeyError for a parent that neither stands in the table nor came before.
    """
    known = {place.code: place for place in Place.objects.all()}
    created: list[Place] = []
    changed: list[Place] = []
    unchanged = 0
    fields = ("name", "short_name", "level", "name_en", "is_english_derived")
    by_depth: dict[int, list[Place]] = {}
    for row in rows:
        parent = known[row.parent] if row.parent else None
        if row.code in known:
            place = known[row.code]
            before = tuple(getattr(place, field) for field in fields)
            spelled = _english(row, standing=place)
            after = (row.name, row.short_name, row.level, *spelled.values())
            if before == after:
                unchanged += 1
            else:
                for field, value in zip(fields, after, strict=True):
                    setattr(place, field, value)
                changed.append(place)
            continue
        place = Place(
            code=row.code,
            name=row.name,
            short_name=row.short_name,
            level=row.level,
            parent=parent,
            **english.of_place(row.name, row.level, given=row.name_en),
            **scope_below(parent, row.code, level=row.level),
        )
        known[row.code] = place
        created.append(place)
        by_depth.setdefault(_height(place), []).append(place)
    for height in sorted(by_depth):
        for place in by_depth[height]:
            place.parent = place.parent  # takes the key that the layer above has just been given
        Place.objects.bulk_create(by_depth[height], batch_size=2000)
    Place.objects.bulk_update(changed, fields, batch_size=1000)
    return Loaded(created=len(created), changed=len(changed), unchanged=unchanged)


def _english(row: PlaceRow, *, standing: Place) -> dict[str, Any]:
    if not row.name_en and standing.name_en and standing.name == row.name:
        return {"name_en": standing.name_en, "is_english_derived": standing.is_english_derived}
    return english.of_place(row.name, row.level, given=row.name_en)


def _height(place: Place) -> int:
    return 0 if place.parent is None else 1 + _height(place.parent)


def scope_below(parent: Place | None, code: str, *, level: str) -> dict[str, str | None]:
    """Return the scope copies of a place under `parent`: the parent's, and itself one column on.

    What lies below the community takes no column: it carries the parent's as they are.
    """
    scope = parent.scope if parent else dict.fromkeys(SCOPE_COLUMNS)
    if level in BELOW_COMMUNITY:
        return scope
    for column in SCOPE_COLUMNS:
        if scope[column] is None:
            return {**scope, column: code}
    return scope


def next_counters(count: int) -> list[int]:
    """Return fresh counters for door codes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('door_code') FROM generate_series(1, %s)", [count])
        return [counter for (counter,) in cursor.fetchall()]


@operation(TerritoryPermission.MANAGE)
def open_place(*, actor: Actor, parent_code: str, level: str, name: str) -> Place:
    """Open a compound, building or entrance with a code of ours and a door code.

    Raises Place.DoesNotExist for an unknown parent; RuleBroken: outside the actor's area, a level that
    cannot lie there, a name given twice, a parent that was re-drawn.
    """
    parent = Place.objects.select_for_update().get(code=parent_code)
    require_within(parent, actor=actor, permission=TerritoryPermission.MANAGE)
    if parent.valid_to is not None:
        raise IS_REDRAWN(place=parent.label)
    if parent.level not in HOLDERS.get(PlaceLevel(level), ()):
        raise WRONG_PARENT(parent=parent.label)
    name = name.strip()
    if parent.children.filter(name=name, valid_to=None).exists():
        raise SAME_NAME(parent=parent.label)
    (counter,) = next_counters(1)
    door = door_codes.make(counter)
    place = Place.objects.create(
        code=f"{PREFIX[PlaceLevel(level)]}-{door}",
        name=name,
        short_name=name,
        level=level,
        parent=parent,
        door_code=door,
        known_by=Known.BY_HAND,
        **english.of_place(name, level),
        **parent.scope,
    )
    _happened(place, PlaceOpened(place_id=place.pk, code=Code(place.code)), actor=actor)
    return place


@operation(TerritoryPermission.MANAGE)
def move_place(*, actor: Actor, code: str, to_code: str) -> Place:
    """Hang a compound, with its buildings and entrances, under another area; scope copies follow.

    Rows on higher floors that lie there follow by their own operation. Raises Place.DoesNotExist,
    RuleBroken.
    """
    place = Place.objects.select_for_update(of=("self",)).select_related("parent").get(code=code)
    parent = Place.objects.get(code=to_code)
    for one in (place, parent):
        require_within(one, actor=actor, permission=TerritoryPermission.MANAGE)
        if one.valid_to is not None:
            raise IS_REDRAWN(place=one.label)
    if place.is_area or parent.level not in HOLDERS[PlaceLevel(place.level)]:
        raise WRONG_PARENT(parent=parent.label)
    before = place.parent
    rehang(place, parent, known_by=Known.BY_HAND)
    _happened(
        place,
        PlaceMoved(
            place_id=place.pk,
            from_code=Code(before.code if before else ""),
            to_code=Code(parent.code),
        ),
        actor=actor,
    )
    return place


@operation(TerritoryPermission.MANAGE)
def remove_alias(*, actor: Actor, alias_id: int) -> PlaceAlias:
    """Let words lead to a place no longer. Raises PlaceAlias.DoesNotExist, also outside the actor's area."""
    rows = PlaceAlias.objects.in_use().select_for_update(of=("self",)).select_related("place")
    alias = rows.filter(held_by(actor, TerritoryPermission.MANAGE, through="place__")).get(
        pk=alias_id
    )
    alias.removed_at, alias.removed_by = actor.now, actor.user_id
    alias.version += 1
    alias.save(update_fields=["removed_at", "removed_by", "version"])
    removed = AliasRemoved(alias_id=alias.pk, place=Code(alias.place.code))
    record(removed, actor=actor, kind="alias", stream=alias.pk, seq=alias.version)
    return alias


def rehang(place: Place, parent: Place, *, known_by: str) -> None:
    """Put a place below the community under another parent; the scope copies of all on it follow."""
    place.parent, place.known_by = parent, known_by
    place.save(update_fields=["parent", "known_by"])
    Place.objects.filter(pk__in=below(place)).update(**parent.scope)


def _happened(place: Place, event: object, *, actor: Actor) -> None:
    place.version += 1
    Place.objects.filter(pk=place.pk).update(version=place.version)
    record(event, actor=actor, kind="place", stream=place.pk, seq=place.version)
