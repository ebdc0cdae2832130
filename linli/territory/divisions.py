"""The official division codes of Beijing, as shipped. See data/SOURCES.md for origin and licence."""

import csv
import gzip
import io
from collections.abc import Iterator
from importlib.resources import files

from linli.territory.models import PlaceLevel
from linli.territory.operations import PlaceRow

CITY = "110000"
ENGLISH = {
    "110000": "Beijing",
    "110101": "Dongcheng District",
    "110102": "Xicheng District",
    "110105": "Chaoyang District",
    "110106": "Fengtai District",
    "110107": "Shijingshan District",
    "110108": "Haidian District",
    "110109": "Mentougou District",
    "110111": "Fangshan District",
    "110112": "Tongzhou District",
    "110113": "Shunyi District",
    "110114": "Changping District",
    "110115": "Daxing District",
    "110116": "Huairou District",
    "110117": "Pinggu District",
    "110118": "Miyun District",
    "110119": "Yanqing District",
}
_KIND = {"社区": PlaceLevel.COMMUNITY, "村": PlaceLevel.VILLAGE}


def _rows(name: str) -> Iterator[dict[str, str]]:
    data = files("linli.territory").joinpath("data", name).read_bytes()
    text = gzip.decompress(data) if name.endswith(".gz") else data
    yield from csv.DictReader(io.StringIO(text.decode("utf-8-sig")))


def beijing() -> Iterator[PlaceRow]:
    """Yield the city, 16 districts, 349 streets and towns, 7,535 communities and villages, parents first."""
    yield PlaceRow(CITY, "北京市", "北京", PlaceLevel.CITY, None, ENGLISH[CITY])
    for row in _rows("districts.csv"):
        code, name = row["code"], row["name"]
        yield PlaceRow(
            code, name, name.removesuffix("区"), PlaceLevel.DISTRICT, CITY, ENGLISH[code]
        )
    for row in _rows("streets.csv"):
        short = _short(row["name"])
        yield PlaceRow(row["code"], row["name"], short, PlaceLevel.STREET, row["areaCode"])
    for row in _rows("communities.csv.gz"):
        level = _KIND[row["kind"]]
        yield PlaceRow(row["code"], row["name"], row["short"], level, row["streetCode"])


def _short(name: str) -> str:
    """Return what people say: 垡头街道 -> 垡头, 于家务回族乡 -> 于家务; 张镇 stays, for 张 is no name."""
    for suffix in ("街道", "地区", "镇", "回族乡", "满族乡", "乡"):
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name
