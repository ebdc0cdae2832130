"""The gazetteer of Beijing from the files that are shipped, without a database. See data/SOURCES.md."""

import csv
import gzip
import io
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from linli.methods.geo import Datum, to_gcj02
from linli.methods.language.gazetteer import Entry, Gazetteer, gazetteer

_LEVEL = {"社区": "community", "村": "village"}
_ENDINGS = ("街道", "地区", "镇", "回族乡", "满族乡", "乡")


@cache
def beijing() -> Gazetteer:
    """Return districts, streets, communities, villages and compounds of Beijing."""
    return gazetteer(_entries())


def _entries() -> Iterator[Entry]:
    districts = {}
    for row in _rows("districts.csv"):
        code, name = row["code"], row["name"]
        districts[name] = code
        yield Entry(code, name, name.removesuffix("区"), "district", code)
    for row in _rows("streets.csv"):
        code, name = row["code"], row["name"]
        yield Entry(code, name, _short(name), "street", row["areaCode"], code)
    for row in _rows("communities.csv.gz"):
        code = row["code"]
        level = _LEVEL[row["kind"]]
        yield Entry(
            code, row["name"], row["short"], level, row["areaCode"], row["streetCode"], code
        )
    for row in _rows("compounds.csv.gz"):
        point = to_gcj02((float(row["bd09_lng"]), float(row["bd09_lat"])), Datum.BD09)
        district = districts[row["district"]]
        name = row["name"]
        yield Entry(f"x{row['lianjia_id']}", name, name, "compound", district, point=point)


def _rows(name: str) -> Iterator[dict[str, str]]:
    data = files("linli.territory").joinpath("data", name).read_bytes()
    text = gzip.decompress(data) if name.endswith(".gz") else data
    yield from csv.DictReader(io.StringIO(text.decode("utf-8-sig")))


def _short(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name
