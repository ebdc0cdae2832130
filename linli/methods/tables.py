"""Tables written as a stream: CSV, XLSX, JSON lines, row by row in constant memory, each row marked.

A spreadsheet takes a text that begins with = + - @ for a formula, also behind a tab or line end, and runs it.
`defused` puts an apostrophe before such a text, in XLSX too: the file may be saved as CSV by the next hand.
The mark (who, when, which export) stands in every row: it survives sorting, cutting and copying into another
file. Pure; no Django.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Protocol

import xlsxwriter

Cell = str | int | float | bool | dt.datetime | None
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MOMENT = "%Y-%m-%d %H:%M"


def defused(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP, "CSV injection")."""
    return f"'{text}" if text.lstrip(" \u3000\xa0\ufeff\u200b").startswith(_STARTS) else text


class Writer(Protocol):
    """A table under way. `row` takes one value a column, in the order of the columns."""

    def row(self, values: Sequence[Cell]) -> None: ...

    def finish(self) -> None: ...


class CsvWriter:
    """UTF-8 with a byte order mark, so that spreadsheets read the Chinese; lines end as RFC 4180 says."""

    def __init__(
        self, out: IO[bytes], *, columns: Sequence[str], mark: str, mark_name: str
    ) -> None:
        self._out, self._mark = out, defused(mark)
        self._line = io.StringIO(newline="")
        self._csv = csv.writer(self._line)
        out.write(b"\xef\xbb\xbf")
        self._put([*columns, mark_name])

    def row(self, values: Sequence[Cell]) -> None:
        self._put([*(_text(value) for value in values), self._mark])

    def finish(self) -> None:
        return None

    def _put(self, cells: Sequence[str]) -> None:
        self._csv.writerow(cells)
        self._out.write(self._line.getvalue().encode())
        self._line.seek(0)
        self._line.truncate()


class JsonWriter:
    """One object a line, by column name; moments in ISO 8601 with their offset. Nothing is defused."""

    def __init__(
        self, out: IO[bytes], *, columns: Sequence[str], mark: str, mark_name: str
    ) -> None:
        self._out, self._names, self._mark = out, [*columns, mark_name], mark

    def row(self, values: Sequence[Cell]) -> None:
        shown = [v.isoformat() if isinstance(v, dt.datetime) else v for v in values]
        line = dict(zip(self._names, [*shown, self._mark], strict=True))
        self._out.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def finish(self) -> None:
        return None


class XlsxWriter:
    """A workbook of one sheet and a sheet about it. Rows go to the disk at once (`folder`), as XLSX needs.

    The mark also stands on every printed page, in the sheet about it and in the file's properties.
    """

    def __init__(
        self,
        out: IO[bytes],
        *,
        columns: Sequence[str],
        mark: str,
        mark_name: str,
        folder: Path,
        sheets: tuple[str, str],
        about: Sequence[tuple[str, str]],
    ) -> None:
        options = {"constant_memory": True, "tmpdir": str(folder), "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(out, options)
        self._book.set_properties({"title": sheets[0], "author": mark, "comments": mark})
        self._mark, self._at = defused(mark), 0
        bold = self._book.add_format({"bold": True})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._sheet = self._book.add_worksheet(sheets[0])
        for sheet in (self._sheet, note := self._book.add_worksheet(sheets[1])):
            sheet.set_header(f"&L{_plain(mark)}")
            sheet.set_footer(f"&L{_plain(mark)}&R&P / &N")
        note.set_column(0, 1, 32)
        for n, (name, value) in enumerate(about):
            note.write_string(n, 0, name, bold)
            note.write_string(n, 1, defused(value))
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_column(0, len(columns), 16)
        for n, name in enumerate([*columns, mark_name]):
            self._sheet.write_string(0, n, name, bold)

    def row(self, values: Sequence[Cell]) -> None:
        self._at += 1
        for n, value in enumerate(values):
            if isinstance(value, dt.datetime):
                naive = value.replace(tzinfo=None, second=0, microsecond=0)
                self._sheet.write_datetime(self._at, n, naive, self._moment)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                self._sheet.write_number(self._at, n, value)
            elif value is not None:
                self._sheet.write_string(self._at, n, _text(value))
        self._sheet.write_string(self._at, len(values), self._mark)

    def finish(self) -> None:
        self._book.close()


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime(_MOMENT)
    return defused(value) if isinstance(value, str) else str(value)


def _plain(mark: str) -> str:
    """Return a mark for a header line, where & begins a code."""
    return mark.replace("&", "&&")[:200]


def open_writer(kind: str, out: IO[bytes], **given: Any) -> Writer:
    """Return the writer for `csv`, `jsonl` or `xlsx`. Moments must be in the time zone to be read in."""
    if kind == "xlsx":
        return XlsxWriter(out, **given)
    plain = {name: given[name] for name in ("columns", "mark", "mark_name")}
    return CsvWriter(out, **plain) if kind == "csv" else JsonWriter(out, **plain)
