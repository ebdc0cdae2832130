"""Reads of places: who looks after one, what lies around and inside it, who serves it."""

import datetime as dt

from django.db import connection
from django.db.models import Q

from linli.kernel.actor import Actor
from linli.territory.models import Organisation, Place, Serving


def held_by(actor: Actor, permission: str, *, through: str = "") -> Q:
    """Return the condition "within an area over which the actor holds the permission".

    `through` leads from the table asked to the place, e.g. `place__`.
    """
    held = Q(pk__in=())
    for column, code in actor.scopes(permission):
        held |= Q(**{f"{through}{column}": code})
    return held


def below(place: Place) -> list[int]:
    """Return the keys of the place and all that hangs on it. One query; for compounds and smaller."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE tree AS (
                SELECT %s::bigint AS id
                UNION ALL
                SELECT child.id FROM territory_place child JOIN tree ON child.parent_id = tree.id
            )
            SELECT id FROM tree
            """,
            [place.pk],
        )
        return [key for (key,) in cursor.fetchall()]


def inside(place: Place) -> Q:
    """Return the condition "in this place" for rows with scope copies and a `place`."""
    if place.is_area:
        return Q(**{place.scope_column: place.code})
    return Q(place__in=below(place))


def around(place: Place) -> list[Place]:
    """Return the places from the root down to this one, itself last; with compound and building.

    No query for a place that was read with `WITH_PARENTS`; else one, and one a step below the community.
    """
    steps = [place]
    while Place.parent.is_cached(steps[0]) and steps[0].parent is not None:
        steps.insert(0, steps[0].parent)
    while not steps[0].is_area and steps[0].parent is not None:
        steps.insert(0, steps[0].parent)
    if steps[0].parent_id is None:
        return steps
    standing = {step.code for step in steps}
    codes = [code for code in place.scope.values() if code and code not in standing]
    areas = {area.code: area for area in Place.objects.filter(code__in=codes)}
    return [areas[code] for code in codes if code in areas] + steps


WITH_PARENTS = "parent__parent__parent__parent__parent__parent"
"""For `select_related`: an entrance lies six steps below the city."""


def codes_around(place: Place) -> list[str]:
    """Return the codes from the root down to this place, its own last; with compound and building.

    No query for an area; one a step below the community unless the place was read with `WITH_PARENTS`.
    """
    inner: list[str] = []
    step: Place | None = place
    while step is not None and not step.is_area:
        inner.insert(0, step.code)
        step = step.parent
    return [code for code in place.scope.values() if code] + inner


def serving(place: Place, *, on: dt.date) -> list[Organisation]:
    """Return the open organisations that serve a place on a day, the nearest first.

    Each has `serves`, the smallest place around this one that it serves. One query beside those of
    `codes_around`.
    """
    nearness = {code: index for index, code in enumerate(codes_around(place))}
    rows = (
        Serving.objects.on(on)
        .filter(place__code__in=nearness, organisation__is_open=True)
        .select_related("organisation__place", "place")
    )
    nearest: dict[int, Organisation] = {}
    for row in sorted(rows, key=lambda row: nearness[row.place.code]):
        row.organisation.serves = row.place
        nearest[row.organisation_id] = row.organisation
    return sorted(nearest.values(), key=lambda unit: (-nearness[unit.serves.code], unit.code))


def holds(actor: Actor, permission: str, place: Place) -> bool:
    """Return whether the actor holds the permission over an area around the place. No query."""
    return any(getattr(place, column) == code for column, code in actor.scopes(permission))


def own_areas(actor: Actor, permission: str) -> list[Place]:
    """Return the places over which the actor holds the permission, in the order of the grants."""
    codes = [code for _column, code in actor.scopes(permission)]
    places = Place.objects.in_bulk(codes, field_name="code")
    return [places[code] for code in dict.fromkeys(codes) if code in places]


def successor_of(place: Place) -> Place:
    """Return the place that stands where a re-drawn one stood; the place itself if it stands yet."""
    seen = {place.pk}
    while place.valid_to is not None:
        step = place.successions.filter(is_main=True).select_related("successor").first()
        if step is None or step.successor_id in seen:
            break
        place = step.successor
        seen.add(place.pk)
    return place
