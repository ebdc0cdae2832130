"""Loading compounds: where they lie, in which datum, and which community they belong to, if we know."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from linli.kernel.actor import Actor
from linli.kernel.operation import operation
from linli.methods.geo import Datum, to_gcj02
from linli.territory import door_codes, english
from linli.territory.choices import Known, PlaceLevel
from linli.territory.models import Place, PlacePoint
from linli.territory.operations.places import PREFIX, Loaded, next_counters, rehang
from linli.territory.permissions import TerritoryPermission

_DIGITS = Decimal("0.000001")


@dataclass(frozen=True)
class CompoundRow:
    """A compound to load: its point in the datum of its source; `district` is a code."""

    source_key: str
    name: str
    district: str
    longitude: Decimal
    latitude: Decimal
    datum: Datum

    @property
    def points(self) -> dict[Datum, tuple[Decimal, Decimal]]:
        """Return the point as given, and in GCJ-02, the datum of our boundaries."""
        given = (self.longitude.quantize(_DIGITS), self.latitude.quantize(_DIGITS))
        lng, lat = to_gcj02((float(given[0]), float(given[1])), self.datum)
        shifted = (Decimal(lng).quantize(_DIGITS), Decimal(lat).quantize(_DIGITS))
        return {Datum.GCJ02: shifted, self.datum: given}


@operation(TerritoryPermission.LOAD)
def load_compounds(*, actor: Actor, source: str, rows: Sequence[CompoundRow]) -> Loaded:
    """Create or correct compounds by (source, source_key). A second load changes nothing.

    A compound hangs under its district; under a community where exactly one community of the district has
    its name (known_by "by name"). One that was placed by hand, or moved with its re-drawn area, stays where
    it is. Raises KeyError for a district (its code) that is not there.
    """
    districts = {place.code: place for place in Place.objects.filter(level=PlaceLevel.DISTRICT)}
    namesakes: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in Place.objects.filter(level=PlaceLevel.COMMUNITY, valid_to=None):
        namesakes[place.district_code or "", place.short_name].append(place)
    known = {
        place.source_key: place
        for place in Place.objects.filter(source=source, level=PlaceLevel.COMPOUND)
    }
    created: list[Place] = []
    touched: set[str] = set()
    for row in rows:
        same = namesakes[row.district, row.name]
        parent = same[0] if len(same) == 1 else districts[row.district]
        how = Known.BY_NAME if len(same) == 1 else Known.STATED
        standing = known.get(row.source_key)
        if standing is None:
            place = Place(
                code=f"{PREFIX[PlaceLevel.COMPOUND]}-{row.source_key}",
                name=row.name,
                short_name=row.name,
                level=PlaceLevel.COMPOUND,
                parent=parent,
                source=source,
                source_key=row.source_key,
                known_by=how,
                **english.of_place(row.name, PlaceLevel.COMPOUND),
                **parent.scope,
            )
            known[row.source_key] = place
            created.append(place)
            continue
        if _corrected(standing, row, parent=parent, how=how):
            touched.add(row.source_key)
    for place, counter in zip(created, next_counters(len(created)), strict=True):
        place.door_code = door_codes.make(counter)
    Place.objects.bulk_create(created, batch_size=2000)
    touched |= _points(rows, known=known, new={place.source_key for place in created})
    return Loaded(
        created=len(created),
        changed=len(touched),
        unchanged=len(rows) - len(created) - len(touched),
    )


def _corrected(place: Place, row: CompoundRow, *, parent: Place, how: str) -> bool:
    """Bring a standing compound to what the file says. Returns whether anything changed."""
    is_changed = False
    if place.name != row.name:
        place.name = place.short_name = row.name
        spelled = english.of_place(row.name, PlaceLevel.COMPOUND)
        place.name_en, place.is_english_derived = spelled.values()
        place.save(update_fields=["name", "short_name", "name_en", "is_english_derived"])
        is_changed = True
    is_ours_to_move = place.known_by in (Known.BY_NAME, Known.STATED)
    if is_ours_to_move and place.parent_id != parent.pk:
        rehang(place, parent, known_by=how)
        is_changed = True
    return is_changed


def _points(rows: Sequence[CompoundRow], *, known: dict[str, Place], new: set[str]) -> set[str]:
    """Write the points that are missing or differ. Returns the keys of standing compounds touched."""
    places = [known[row.source_key].pk for row in rows]
    standing = {
        (point.place_id, point.datum): point
        for point in PlacePoint.objects.filter(place__in=places)
    }
    fresh: list[PlacePoint] = []
    changed: list[PlacePoint] = []
    touched: set[str] = set()
    for row in rows:
        place = known[row.source_key]
        for datum, where in row.points.items():
            point = standing.get((place.pk, datum))
            if point is None:
                point = PlacePoint(
                    place=place,
                    datum=datum,
                    longitude=where[0],
                    latitude=where[1],
                    is_given=datum == row.datum,
                )
                standing[place.pk, datum] = point
                fresh.append(point)
            elif (point.longitude, point.latitude) != where:
                point.longitude, point.latitude = where
                changed.append(point)
            else:
                continue
            if row.source_key not in new:
                touched.add(row.source_key)
    PlacePoint.objects.bulk_create(fresh, batch_size=2000)
    PlacePoint.objects.bulk_update(
        [point for point in changed if point.pk is not None],
        ["longitude", "latitude"],
        batch_size=1000,
    )
    return touched
