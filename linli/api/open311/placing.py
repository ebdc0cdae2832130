"""Where a request lies: by a point (WGS-84), by words, or by a code; the smaller of two that agree."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal
from linli.methods.geo import Datum, metres_between
from linli.territory.geography import district_at
from linli.territory.models import Place, PlacePoint
from linli.territory.queries import find_places

NEAR = 500
"""Metres within which a compound's point stands for where somebody stands."""
_BOX = 0.01

NOWHERE = Refusal(
    "open311.nowhere",
    _(
        "One of these is required: lat and long, address_string, or address_id of a place in this area."
    ),
)
NO_SUCH_PLACE = Refusal(
    "open311.no_such_place",
    _("No one place of this area is meant by that. Name the community too."),
)


@dataclass(frozen=True)
class Where:
    """What was sent of the place. `point` is (longitude, latitude)."""

    point: tuple[float, float] | None
    words: str
    code: str


def place_of(where: Where, *, within: Iterable[tuple[str, str]]) -> Place:
    """Return the place meant, inside one of the areas. Raises NOWHERE, NO_SUCH_PLACE."""
    held = list(within)
    if where.point is None and not where.words and not where.code:
        raise NOWHERE()
    area = Q(pk__in=())
    for column, code in held:
        area |= Q(**{column: code})
    if where.code:
        named = Place.objects.filter(area, code=where.code, valid_to=None).first()
        if named is not None:
            return named
    said = find_places(where.words, within=held) if where.words else []
    by_words = said[0] if len(said) == 1 else None
    by_point = _at(where.point, area=area) if where.point else None
    found = by_words if by_point is None else by_point
    if by_words is not None and by_point is not None and _lies_in(by_words, by_point):
        found = by_words
    if found is None:
        raise NO_SUCH_PLACE()
    return found


def _lies_in(inner: Place, outer: Place) -> bool:
    return outer.is_area and outer.code in inner.scope.values()


def _at(point: tuple[float, float], *, area: Q) -> Place | None:
    """Return the nearest compound, else the district by its boundary."""
    lng, lat = point
    near = PlacePoint.objects.filter(
        place__in=Place.objects.filter(area, valid_to=None),
        datum=Datum.WGS84.value,
        longitude__range=(lng - _BOX, lng + _BOX),
        latitude__range=(lat - _BOX, lat + _BOX),
    ).select_related("place")
    away = [(metres_between(point, (float(p.longitude), float(p.latitude))), p.place) for p in near]
    nearest = min(away, key=lambda one: one[0], default=None)
    if nearest is not None and nearest[0] <= NEAR:
        return nearest[1]
    code = district_at(point, datum=Datum.WGS84)
    found: Place | None = Place.objects.filter(area, code=code or "-", valid_to=None).first()
    return found
