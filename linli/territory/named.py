"""The places of the installation as the matcher of names reads them (linli/methods/language/gazetteer.py)."""

from typing import Any

from django.db.models import Count, Max

from linli.methods.geo import Datum
from linli.territory.choices import PlaceLevel
from linli.territory.models import Place, PlaceAlias, PlacePoint

_LEVELS = (
    *(PlaceLevel.DISTRICT, PlaceLevel.STREET, PlaceLevel.COMMUNITY),
    *(PlaceLevel.VILLAGE, PlaceLevel.COMPOUND),
)
_COLUMNS = ("code", "name", "short_name", "level", "district_code", "street_code", "community_code")


def stamp() -> str:
    """Return what changes when places or aliases do: cheap to ask, though not of every renaming. Two queries."""
    rows = Place.objects.aggregate(n=Count("pk"), newest=Max("pk"), ended=Count("valid_to"))
    said = PlaceAlias.objects.aggregate(n=Count("in_use_from"), gone=Count("removed_at"))
    return "-".join(str(value) for value in (*rows.values(), *said.values()))


def rows() -> list[list[Any]]:
    """Return each place in force as [code, name, short, level, district, street, community, point or None].

    Aliases stand first, so that a code leads to the place's own name. Points are in GCJ-02. Three queries.
    """
    points = {
        place: [float(lng), float(lat)]
        for place, lng, lat in PlacePoint.objects.filter(datum=Datum.GCJ02.value).values_list(
            "place__code", "longitude", "latitude"
        )
    }
    places = {
        code: [name, short or name, level, district or "", street or "", community or ""]
        for code, name, short, level, district, street, community in Place.objects.filter(
            valid_to=None, level__in=_LEVELS
        ).values_list(*_COLUMNS)
    }
    told: list[list[Any]] = []
    for code, words in PlaceAlias.objects.in_use().values_list("place__code", "words"):
        if code in places:
            _name, _short, _level, *around = places[code]
            told.append([code, words, words, "compound", *around, points.get(code)])
    told += [[code, *row, points.get(code)] for code, row in places.items()]
    return told
