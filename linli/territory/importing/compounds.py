"""Compound files: columns lianjia_id,name,district,bd09_lng,bd09_lat; other columns are left aside.

`district` is a name; the point is in BD-09, the datum of that source.
"""

import io
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from importlib import resources
from typing import IO

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal, RuleBroken
from linli.methods.geo import Datum, in_china
from linli.territory.choices import PlaceLevel
from linli.territory.importing.tables import SetAside, read_table
from linli.territory.models import Place
from linli.territory.operations import CompoundRow

COLUMNS = ("lianjia_id", "name", "district", "bd09_lng", "bd09_lat")
SOURCE = "lianjia"

NO_KEY = Refusal(
    "compound.no_key", _("The row has no lianjia_id of its own. Give each compound its number.")
)
NO_NAME = Refusal(
    "compound.no_name", _("The row has no name. Write what people call the compound.")
)
NO_DISTRICT = Refusal(
    "compound.no_district",
    _("No district is called “%(district)s”. Load the divisions first, or mend the name."),
)
BAD_POINT = Refusal(
    "compound.bad_point",
    _("“%(point)s” is no longitude and latitude within China. Check that the two are not swapped."),
)


def read_compounds(opened: IO[bytes]) -> tuple[list[CompoundRow], list[SetAside]]:
    """Return the compounds of a file and the rows set aside. Raises RuleBroken for an unusable file."""
    aside: list[SetAside] = []
    districts = {
        name: code
        for code, name in Place.objects.filter(
            level=PlaceLevel.DISTRICT, valid_to=None
        ).values_list("code", "name")
    }
    found: dict[str, CompoundRow] = {}
    for line, row in read_table(opened, needed=COLUMNS, into=aside):
        try:
            compound = _compound(row, districts=districts)
            if compound.source_key in found:
                raise NO_KEY()
        except RuleBroken as broken:
            aside.append(SetAside(line, row, broken))
            continue
        found[compound.source_key] = compound
    return list(found.values()), aside


def shipped() -> list[CompoundRow]:
    """Return the compounds of Beijing that are shipped; see data/SOURCES.md. The districts must stand."""
    data = resources.files("linli.territory").joinpath("data/compounds.csv.gz").read_bytes()
    found, aside = read_compounds(io.BytesIO(data))
    assert not aside, "the shipped file is whole where its districts stand"
    return found


def _compound(row: Mapping[str, str], *, districts: Mapping[str, str]) -> CompoundRow:
    if not row["lianjia_id"] or len(row["lianjia_id"]) > 24 or not row["lianjia_id"].isalnum():
        raise NO_KEY()
    if not row["name"]:
        raise NO_NAME()
    if row["district"] not in districts:
        raise NO_DISTRICT(district=row["district"])
    point = f"{row['bd09_lng']}, {row['bd09_lat']}"
    try:
        longitude, latitude = Decimal(row["bd09_lng"]), Decimal(row["bd09_lat"])
    except InvalidOperation as wrong:
        raise BAD_POINT(point=point) from wrong
    if not (longitude.is_finite() and latitude.is_finite()) or not in_china(
        (float(longitude), float(latitude))
    ):
        raise BAD_POINT(point=point)
    return CompoundRow(
        source_key=row["lianjia_id"],
        name=row["name"][:100],
        district=districts[row["district"]],
        longitude=longitude,
        latitude=latitude,
        datum=Datum.BD09,
    )
