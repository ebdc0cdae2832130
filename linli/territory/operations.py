"""Writes of places: loading the division codes, opening a territory of coded places."""

from collections.abc import Iterable
from dataclasses import dataclass

from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.kernel.operation import operation
from linli.territory.models import Organisation, OrganisationKind, Place
from linli.territory.permissions import TerritoryPermission


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

    Raises KeyError for a parent that neither stands in the table nor came before.
    """
    known = {place.code: place for place in Place.objects.all()}
    created: list[Place] = []
    changed: list[Place] = []
    unchanged = 0
    fields = ("name", "short_name", "name_en", "level")
    by_depth: dict[int, list[Place]] = {}
    for row in rows:
        parent = known[row.parent] if row.parent else None
        if row.code in known:
            place = known[row.code]
            before = tuple(getattr(place, field) for field in fields)
            after = tuple(getattr(row, field) for field in fields)
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
            name_en=row.name_en,
            level=row.level,
            parent=parent,
            **_scope_below(parent, row.code),
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


def _height(place: Place) -> int:
    return 0 if place.parent is None else 1 + _height(place.parent)


def _scope_below(parent: Place | None, code: str) -> dict[str, str | None]:
    """Return the scope copies of a new place under `parent`: the parent's, and itself one column on."""
    scope = parent.scope if parent else dict.fromkeys(SCOPE_COLUMNS)
    for column in SCOPE_COLUMNS:
        if scope[column] is None:
            return {**scope, column: code}
    return scope


@operation(TerritoryPermission.LOAD)
def open_organisation(
    *, actor: Actor, code: str, name: str, kind: str, place_code: str, name_en: str = ""
) -> Organisation:
    """Return the organisation with this code, created if it does not stand yet."""
    place = Place.objects.get(code=place_code)
    organisation, _created = Organisation.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "name_en": name_en,
            "kind": OrganisationKind(kind).value,
            "place": place,
        },
    )
    return organisation
