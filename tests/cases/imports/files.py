"""Files as people send them, and who imports them."""

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from linli.accounts.operations import installer
from linli.cases.imports.maps import CaseMap
from linli.cases.imports.models import ImportRun
from linli.cases.imports.running import begin, load_territory, survey, take
from linli.cases.imports.tables import TableFile
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor, Grant
from tests.conftest import NOW

SHARED = Path(__file__).parents[4] / "shared/data"
STREAM = SHARED / "citizen-messages/stream_4326.csv.gz"
NEW_YORK = SHARED / "us-311/nyc_mixed_1000.csv.gz"
MESSAGES = ("msg_id", "user", "title", "time", "body", "likes", "dislikes")
GOOD = (
    "1",
    "A1",
    "反映A3区路灯不亮",
    "2019-07-19 18:19:54",
    "A市A3区某路的路灯坏了一个月",
    "0",
    "0",
)


CITY = (
    "REC_ID", "REPORT_NUM", "CREATE_TIME", "DISTRICT_NAME", "STREET_NAME", "COMMUNITY_NAME",
    "EVENT_SRC_NAME", "EVENT_TYPE_NAME", "MAIN_TYPE_NAME", "SUB_TYPE_NAME", "EVENT_PROPERTY_NAME",
    "DISPOSE_UNIT_NAME", "OCCUR_PLACE", "STATE_NAME", "DEADLINE_TIME", "ARCHIVE_TIME",
)  # fmt: skip


def message(number: object, **given: str) -> list[str]:
    """Return a row of the message board that is good, but for what is given."""
    row = dict(zip(MESSAGES, GOOD, strict=True)) | {"msg_id": str(number), "user": f"A{number}"}
    return list({**row, **given}.values())


def written(rows: Sequence[Sequence[str]], header: Sequence[str] = MESSAGES, **form: Any) -> str:
    """Return rows as CSV, header first."""
    text = io.StringIO()
    csv.writer(text, **form).writerows([header, *rows])
    return text.getvalue()


def a_table(data: bytes, name: str = "file.csv") -> TableFile:
    """Return a file that came by the browser."""
    return TableFile(name, lambda: io.BytesIO(data))


def a_workbook(rows: Sequence[Sequence[Any]], header: Sequence[str] = MESSAGES) -> bytes:
    """Return an XLSX workbook whose second sheet holds the table, below an empty row."""
    into = io.BytesIO()
    with xlsxwriter.Workbook(into, {"in_memory": True}) as book:
        book.add_worksheet("空")
        sheet = book.add_worksheet("表")
        for place, row in enumerate([header, *rows], start=1):
            sheet.write_row(place, 0, row)
    return into.getvalue()


def packed(data: bytes) -> bytes:
    return gzip.compress(data)


def importer(code: str = "xd") -> Actor:
    """Return who may import into the territory with this code, and load it."""
    permissions = frozenset({P.IMPORT, "territory.load"})
    into = Grant("installer", frozenset({P.IMPORT}), "city_code", code)
    return installer(now=NOW, permissions=permissions, over=(into,))


def imported(
    file: TableFile, *, actor: Actor | None = None, case_map: CaseMap | None = None
) -> ImportRun:
    """Import a file as the command does."""
    found = survey(file, case_map)
    actor = actor or importer()
    load_territory(found, loader=actor)
    return take(found, begin(found, actor=actor), actor=actor)


def text_file(*rows: Sequence[str]) -> TableFile:
    """Return a file of message rows in UTF-8."""
    return a_table(written(rows).encode())


def an_order(number: int, **given: str) -> list[str]:
    """Return a row of the city's platform: an order of yesterday to the committee of 双合家园."""
    row = dict.fromkeys(CITY, "") | {
        "REC_ID": str(number),
        "REPORT_NUM": f"BJ{number:06d}",
        "CREATE_TIME": "2026-11-17 09:00:00",
        "DISTRICT_NAME": "朝阳区",
        "STREET_NAME": "垡头街道",
        "COMMUNITY_NAME": "双合家园社区",
        "EVENT_SRC_NAME": "12345热线",
        "MAIN_TYPE_NAME": "市容环卫",
        "SUB_TYPE_NAME": "暴露垃圾",
        "EVENT_PROPERTY_NAME": "求决",
        "DISPOSE_UNIT_NAME": "双合家园社区居委会",
        "OCCUR_PLACE": "6号楼北侧",
        "STATE_NAME": "待处置",
    }
    return list({**row, **given}.values())


def city(*rows: list[str]) -> TableFile:
    return a_table(written(rows, header=CITY).encode("gb18030"))
