"""Reads of places: how words lead to a place."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from linli.methods.language.normal import lookup_form
from linli.territory.models import Place, PlaceLevel

CANDIDATES = 8
_TAIL = re.compile(
    r"[0-9a-z一二三四五六七八九十]+(号|栋|楼|座|单元|区|门|院|期)|\d|[东西南北](门|院|侧|边|区)|小区|社区|附近|旁|对面|门口"
)


def find_places(text: str, *, within: Iterable[tuple[str, str]]) -> list[Place]:
    """Return the places that the words may mean, likeliest first, at most CANDIDATES.

    `within` are (scope column, code) pairs: only places inside one of them. A code is found exactly; words
    match a name, a short name, or a longer address that begins with names (朝阳区垡头街道双合家园).
    """
    asked = lookup_form(text)
    area = Q(pk__in=())
    for column, code in within:
        area |= Q(**{column: code})
    if not asked:
        return []
    exact = list(Place.objects.filter(area, code__iexact=asked))
    if exact:
        return exact
    # 朝阳区和平里 is not the 和平里 of another district: a district that is named bounds the rest.
    districts = Place.objects.filter(area, level=PlaceLevel.DISTRICT).only("code", "name")
    named = next((place for place in districts if place.name in asked), None)
    if named is not None:
        if asked.endswith(named.name):
            return [Place.objects.get(pk=named.pk)]
        area &= Q(district_code=named.code)
    for part in _parts(asked):
        found = (
            Place.objects.filter(area)
            .filter(Q(short_name__icontains=part) | Q(name__icontains=part))
            .annotate(
                rank=Case(
                    When(short_name__iexact=part, then=Value(0)),
                    When(name__iexact=part, then=Value(0)),
                    When(name__istartswith=part, then=Value(1)),
                    default=Value(2),
                    output_field=IntegerField(),
                )
            )
            .order_by("rank", "code")
        )
        best: list[Any] = list(found[:CANDIDATES])
        if best:
            # A name given in full is meant, even where longer names contain it.
            whole = [place for place in best if place.rank == 0]
            return whole or best
    return [Place.objects.get(pk=named.pk)] if named is not None else []


def _parts(asked: str) -> list[str]:
    """Return the whole text, then what stands behind each district, street or town in it."""
    parts = [asked]
    rest = asked
    for mark in ("市", "区", "县", "街道", "镇", "乡"):
        _head, found, behind = rest.partition(mark)
        if found and len(behind) >= 2:
            rest = behind
            parts.append(behind)
    # 双合家园4号楼2单元 -> 双合家园: cut only where a house number or a direction begins, because
    # 和平里 cut to 和平 would be another place.
    for cut in range(len(rest) - 1, 1, -1):
        if _TAIL.match(rest[cut:]) and rest[:cut] not in parts:
            parts.append(rest[:cut])
    return parts


def path_names(place: Place) -> list[str]:
    """Return the names from the root of the territory to the place, e.g. 北京市, 朝阳区, 垡头街道 …"""
    codes = [code for code in place.scope.values() if code and code != place.code]
    names = dict(Place.objects.filter(code__in=codes).values_list("code", "name"))
    return [names[code] for code in codes if code in names] + [place.name]


def with_paths(places: list[Place]) -> list[Place]:
    """Give each place `path_text`, the names around it without the root. One query."""
    codes = {code for place in places for code in place.scope.values() if code}
    names = dict(Place.objects.filter(code__in=codes).values_list("code", "name"))
    for place in places:
        chain = [code for code in list(place.scope.values())[1:] if code]
        place.path_text = " · ".join(names[code] for code in chain if code in names) or place.name  # type: ignore[attr-defined]
    return places
