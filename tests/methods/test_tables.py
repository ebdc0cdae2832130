"""Tables as files: read back by readers of others, hostile cells, constant memory."""

import csv
import datetime as dt
import io
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.tables import defused, open_writer

MARK = "李社工 (li) 2026-11-18 14:10 260-0000-012"
AT = dt.datetime(2026, 11, 18, 14, 10, 33, tzinfo=dt.timezone(dt.timedelta(hours=8)))
FORMULAS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1+1",
    '=HYPERLINK("http://x","y")',
)


def written(
    kind: str, rows: list[list[Any]], tmp_path: Path, columns: Any = ("编号", "内容")
) -> bytes:
    out = io.BytesIO()
    table = open_writer(
        kind,
        out,
        columns=columns,
        mark=MARK,
        mark_name="导出人",
        folder=tmp_path,
        sheets=("诉求", "关于"),
        about=[("行数", "2"), ("地点", "=1")],
    )
    for row in rows:
        table.row(row)
    table.finish()
    return out.getvalue()


def cells(data: bytes) -> list[list[str]]:
    """Return the texts and numbers of the first sheet, read without any library of spreadsheets."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not list(sheet.iter(f"{space}f")), "a formula"
    return [
        [
            "".join(
                part.text or "" for part in cell.iter() if part.tag in (f"{space}t", f"{space}v")
            )
            for cell in row
        ]
        for row in sheet.iter(f"{space}row")
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_defused(text: str, tmp_path: Path) -> None:
    data = written("csv", [["1", text]], tmp_path)
    row = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1]
    assert row[1] == f"'{text}"
    assert cells(written("xlsx", [["1", text]], tmp_path))[1][1].startswith("'")


@pytest.mark.parametrize("text", ["", "电梯坏了", "1=1", "a-b", "19900001234", "'已有", "（-）"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert defused(text) == text


@given(st.text())
def test_no_text_begins_a_formula(text: str) -> None:
    assert defused(text).lstrip(" ")[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2))
)
def test_csv_comes_back_as_it_went_in(rows: list[list[str]]) -> None:
    data = written("csv", rows, Path())
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert read[0] == ["编号", "内容", "导出人"]
    assert [row[:2] for row in read[1:]] == [[defused(cell) for cell in row] for row in rows]


def test_every_row_of_every_format_carries_the_mark(tmp_path: Path) -> None:
    rows = [["1", "a"], ["2", "b"]]
    text = written("csv", rows, tmp_path).decode("utf-8-sig").splitlines()
    assert [line.endswith(MARK) for line in text[1:]] == [True, True]
    lines = written("jsonl", rows, tmp_path).decode().splitlines()
    assert [json.loads(line)["导出人"] for line in lines] == [MARK, MARK]
    assert [row[-1] for row in cells(written("xlsx", rows, tmp_path))[1:]] == [MARK, MARK]


def test_the_mark_of_a_workbook_is_printed_and_stands_in_its_properties(tmp_path: Path) -> None:
    data = written("xlsx", [["1", "a"]], tmp_path)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        about = book.read("docProps/core.xml").decode()
    assert f"<oddHeader>&amp;L{MARK}</oddHeader>" in sheet
    assert sheet.count(MARK) == 3
    assert about.count(MARK) == 3


def test_moments_and_numbers_are_such_in_a_workbook(tmp_path: Path) -> None:
    data = written("xlsx", [[12, AT]], tmp_path)
    number, moment = cells(data)[1][:2]
    assert (number, round(float(moment), 6)) == ("12", 46344.590278)
    assert b"2026-11-18 14:10" in written("csv", [[12, AT]], tmp_path)
    line = json.loads(written("jsonl", [[None, AT]], tmp_path))
    assert (line["编号"], line["内容"]) == (None, "2026-11-18T14:10:33+08:00")


def test_json_lines_keep_what_was_typed(tmp_path: Path) -> None:
    assert json.loads(written("jsonl", [["1", "=1\n2"]], tmp_path))["内容"] == "=1\n2"


class Sink(io.RawIOBase):
    """A stream that keeps nothing, and cannot go back."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx"])
def test_memory_does_not_grow_with_the_rows(kind: str, tmp_path: Path) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        table = open_writer(
            kind,
            Sink(),
            columns=["a", "b"],
            mark=MARK,
            mark_name="m",
            folder=tmp_path,
            sheets=("a", "b"),
            about=[],
        )
        for n in range(count):
            table.row([n, "字" * 200])
        table.finish()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak(4_000) < peak(400) + 300_000
