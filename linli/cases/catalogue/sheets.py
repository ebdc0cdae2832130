"""Spreadsheets that are changed by hand and read back: one sheet of rows, then lists to copy from."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from python_calamine import CalamineError, CalamineWorkbook

from linli.kernel.errors import Refusal

LARGEST = 5_000_000
MOST = 20_000

NOT_A_SHEET = Refusal(
    "catalogue.not_a_sheet",
    gettext_lazy("This is no spreadsheet that can be read. Save it as .xlsx and choose it again."),
    "file",
)
WRONG_HEADER = Refusal(
    "catalogue.wrong_header",
    gettext_lazy(
        "The first line lacks the columns %(missing)s. Download what stands at present and change that."
    ),
    "file",
)
NO_ROWS = Refusal(
    "catalogue.no_rows",
    gettext_lazy(
        "The file has a first line and no rows. Applied, it would end everything that stands."
    ),
    "file",
)
TOO_MANY = Refusal(
    "catalogue.too_many_rows",
    gettext_lazy("The file has more than %(most)s rows. Is it the right file?"),
    "file",
)


@dataclass(frozen=True)
class Sheet:
    """What a sheet holds: each column by its heading in Chinese and in English, and its width in characters."""

    columns: dict[str, tuple[str, str]]
    widths: tuple[int, ...]
    needed: tuple[str, ...]

    def read(self, opened: IO[bytes]) -> list[dict[str, Any]]:
        """Return the rows of the first sheet as text, each with its `line`. Raises RuleBroken.

        Dates are ISO days; numbers lose a spreadsheet's “.0”.
        """
        try:
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(opened.read())).get_sheet_by_index(0)
            cells = sheet.to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError, IndexError) as wrong:
            raise NOT_A_SHEET() from wrong
        header = [_text(cell).casefold() for cell in cells[0]] if cells else []
        names = {word.casefold(): name for name, words in self.columns.items() for word in words}
        at = {names[word]: index for index, word in enumerate(header) if word in names}
        missing = ["/".join(self.columns[name]) for name in self.needed if name not in at]
        if missing:
            raise WRONG_HEADER(missing=", ".join(missing))
        rows: list[dict[str, Any]] = []
        for line, row in enumerate(cells[1:], start=2):
            found = {name: _text(row[index]) for name, index in at.items() if index < len(row)}
            if any(found.values()):
                rows.append({"line": line, **dict.fromkeys(self.columns, ""), **found})
        if not rows:
            raise NO_ROWS()
        if len(rows) > MOST:
            raise TOO_MANY(most=MOST)
        return rows

    def write(
        self,
        title: str,
        rows: Iterable[Sequence[str | dt.date]],
        *,
        lists: Iterable[tuple[str, Iterable[Sequence[str]]]] = (),
        english: bool,
    ) -> bytes:
        """Return a workbook of the rows, and of `lists` of (title, rows of code and name) to copy from.

        Every cell is text or a date; nothing is read as a formula.
        """
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
            bold = book.add_format({"bold": True, "bg_color": "#DBE8E2", "border": 1})
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            sheet = book.add_worksheet(title[:31])
            sheet.freeze_panes(1, 0)
            for index, words in enumerate(self.columns.values()):
                sheet.set_column(index, index, self.widths[index])
                sheet.write_string(0, index, words[english], bold)
            for line, row in enumerate(rows, start=1):
                _write(sheet, line, row, day)
            for heading, listed in lists:
                _list(book, heading, listed, bold)
        return out.getvalue()


def _text(cell: Any) -> str:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\0", "").strip()[:500]


def _write(sheet: Any, line: int, cells: Sequence[str | dt.date], day: Any) -> None:
    for index, cell in enumerate(cells):
        if isinstance(cell, dt.date):
            midnight = dt.datetime.combine(cell, dt.time(), tzinfo=None)
            sheet.write_datetime(line, index, midnight, day)
        else:
            sheet.write_string(line, index, cell)


def _list(book: Any, title: str, rows: Iterable[Sequence[str]], bold: Any) -> None:
    sheet = book.add_worksheet(title[:31])
    sheet.freeze_panes(1, 0)
    for index, words in enumerate((_("Code"), _("Name"))):
        sheet.set_column(index, index, 30)
        sheet.write_string(0, index, words, bold)
    for line, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            sheet.write_string(line, index, cell)
