"""Division files: one row a community or village, with the names of what is around it.

Columns: code (12 digits), name, short, kind (社区 or 村), streetCode (9), street, areaCode (6), district;
optional succeeds (codes of older places, by spaces). Short names of districts and streets follow from their
names. Codes of the National Bureau of Statistics: the first
digits of a code are the code of the place around it.
"""

import re
from collections.abc import Mapping
from typing import IO

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal, RuleBroken
from linli.territory.choices import PlaceLevel
from linli.territory.importing.tables import SetAside, read_table
from linli.territory.rules import DivisionRow

COLUMNS = ("code", "name", "short", "kind", "streetCode", "street", "areaCode", "district")
KINDS = {"社区": PlaceLevel.COMMUNITY, "村": PlaceLevel.VILLAGE}
CITIES = {
    "11": DivisionRow("110000", "北京市", "北京", PlaceLevel.CITY, None, name_en="Beijing"),
    "12": DivisionRow("120000", "天津市", "天津", PlaceLevel.CITY, None, name_en="Tianjin"),
    "31": DivisionRow("310000", "上海市", "上海", PlaceLevel.CITY, None, name_en="Shanghai"),
    "50": DivisionRow("500000", "重庆市", "重庆", PlaceLevel.CITY, None, name_en="Chongqing"),
}
"""The municipalities, whose districts follow the first two digits directly."""

BAD_CODE = Refusal(
    "division.bad_code",
    _(
        "The code “%(code)s” is not 12 digits. Spreadsheets round long numbers: keep the column as text."
    ),
)
NOT_UNDER = Refusal(
    "division.not_under",
    _(
        "The code %(code)s does not begin with that of its %(around)s, %(given)s. One of the two is wrong."
    ),
)
NO_NAME = Refusal(
    "division.no_name", _("The column %(column)s is empty. Every place needs its name.")
)
BAD_KIND = Refusal("division.bad_kind", _("The kind “%(kind)s” is not known. Write 社区 or 村."))
TWICE = Refusal("division.twice", _("The code %(code)s stands in line %(line)s already."))
OTHER_CITY = Refusal(
    "division.other_city",
    _(
        "The code %(code)s belongs to no municipality (11, 12, 31, 50). Load its city's divisions first."
    ),
)


def read_divisions(opened: IO[bytes]) -> tuple[list[DivisionRow], list[SetAside]]:
    """Return the places of a file, parents first, and the rows set aside. Raises RuleBroken."""
    aside: list[SetAside] = []
    cities: dict[str, DivisionRow] = {}
    districts: dict[str, DivisionRow] = {}
    streets: dict[str, DivisionRow] = {}
    communities: dict[str, tuple[int, DivisionRow]] = {}
    for line, row in read_table(opened, needed=COLUMNS, into=aside):
        try:
            place = _community(row)
            if place.code in communities:
                raise TWICE(code=place.code, line=communities[place.code][0])
            city = CITIES.get(place.code[:2])
            if city is None:
                raise OTHER_CITY(code=place.code)
        except RuleBroken as broken:
            aside.append(SetAside(line, row, broken))
            continue
        cities[city.code] = city
        districts.setdefault(
            row["areaCode"],
            DivisionRow(
                row["areaCode"],
                row["district"],
                "",
                PlaceLevel.DISTRICT,
                city.code,
            ),
        )
        streets.setdefault(
            row["streetCode"],
            DivisionRow(
                row["streetCode"],
                row["street"],
                "",
                PlaceLevel.STREET,
                row["areaCode"],
            ),
        )
        communities[place.code] = (line, place)
    found = [row for _line, row in communities.values()]
    return [*cities.values(), *districts.values(), *streets.values(), *found], aside


def _community(row: Mapping[str, str]) -> DivisionRow:
    code = row["code"]
    if not re.fullmatch(r"[0-9]{12}", code):
        raise BAD_CODE(code=code)
    for column, around, digits in (
        ("streetCode", PlaceLevel.STREET.label, 9),
        ("areaCode", PlaceLevel.DISTRICT.label, 6),
    ):
        if row[column] != code[:digits]:
            raise NOT_UNDER(code=code, around=around, given=row[column] or "—")
    for column in ("name", "street", "district"):
        if not row[column]:
            raise NO_NAME(column=column)
    if row["kind"] not in KINDS:
        raise BAD_KIND(kind=row["kind"])
    return DivisionRow(
        code=code,
        name=row["name"],
        short_name=row["short"],
        level=KINDS[row["kind"]],
        parent=row["streetCode"],
        succeeds=tuple(row.get("succeeds", "").split()),
    )
