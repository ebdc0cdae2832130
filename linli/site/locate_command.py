"""`linli locate`: which place each row's words and point mean, how sure, and why."""

import csv
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal, RuleBroken
from linli.methods.geo import Datum, Point, in_china, to_gcj02
from linli.methods.language.gazetteer import Gazetteer
from linli.methods.language.locating import Located, locate
from linli.site.analyst_command import (
    UNUSABLE,
    USABLE,
    Aside,
    Table,
    fault_of,
    progress,
    said,
    speak,
    written,
)
from linli.territory.gazetteer import beijing
from linli.territory.geography import district_at

COLUMNS = ("id", "district", "street_code", "community_code", "compound", "confidence", "why")
NOTHING = Refusal(
    "locate.nothing",
    _("The row holds neither words in the column “text” nor a point. Fill in one of them."),
)
BAD_POINT = Refusal(
    "locate.bad_point",
    _(
        "“%(point)s” is no longitude and latitude within China. Check that the two are not swapped, or leave both "
        "empty."
    ),
)


def run(source: Path, output: Path, *, datum: str) -> int:
    """Locate every row; return the exit status. `datum` is that of the columns lng and lat."""
    speak()
    try:
        table = Table(source)
        key = table.first_of("id", "msg_id")
        table.needs("text")
        return _locate(table, output, key=key, datum=Datum(datum))
    except RuleBroken as broken:
        print(said(broken), file=sys.stderr)
        return UNUSABLE


def _locate(table: Table, output: Path, *, key: str, datum: Datum) -> int:
    aside = Aside(output, table.shape.header)
    places = beijing()
    total, communities, larger = table.count(), 0, 0
    started = time.perf_counter()
    with written(output) as into, progress(table.path.name, total=total) as show:
        rows = csv.writer(into)
        rows.writerow(COLUMNS)
        for done, record in enumerate(table.records(), start=1):
            if fault := fault_of(record, key=key):
                aside.add(record, fault)
            else:
                try:
                    found = _found(record.row, places, datum)
                except RuleBroken as broken:
                    aside.add(record, broken)
                else:
                    communities += bool(found.community)
                    larger += bool(found.district and not found.community)
                    rows.writerow([record.row[key], *_cells(found, places)])
            show(done)
    spent = max(time.perf_counter() - started, 0.001)
    unknown = total - aside.count - communities - larger
    print(
        f"{total} rows read: {communities} in a community, {larger} in a larger area or a compound alone, "
        f"{unknown} not known, {aside.count} handed back; {total / spent:.0f} rows a second{aside.finish()}"
    )
    return USABLE


def _found(row: Mapping[str, str], places: Gazetteer, datum: Datum) -> Located:
    text, point = row.get("text", ""), _point(row, datum)
    if not text.strip() and point is None:
        raise NOTHING()
    return locate(
        text, places, point=point, district_at=lambda at: district_at(at, datum=Datum.GCJ02) or ""
    )


def _point(row: Mapping[str, str], datum: Datum) -> Point | None:
    """Return the row's point in GCJ-02, None where it has none. Raises BAD_POINT."""
    lng, lat = row.get("lng", "").strip(), row.get("lat", "").strip()
    if not lng and not lat:
        return None
    try:
        point = (float(lng), float(lat))
    except ValueError as wrong:
        raise BAD_POINT(point=f"{lng}, {lat}") from wrong
    if not in_china(point):
        raise BAD_POINT(point=f"{lng}, {lat}")
    return to_gcj02(point, datum)


def _cells(found: Located, places: Gazetteer) -> list[str]:
    district = places.by_code.get(found.district)
    return [
        district.name if district else "",
        found.street,
        found.community,
        found.compound,
        f"{found.confidence:.2f}",
        found.why,
    ]
