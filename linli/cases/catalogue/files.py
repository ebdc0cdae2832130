"""The catalogue as a spreadsheet: read with its lines, written to be changed and read back."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from python_calamine import CalamineError, CalamineWorkbook

from linli.cases.catalogue.models import CatalogueEntry, Category
from linli.kernel.errors import Refusal
from linli.territory.choices import OrganisationKind
from linli.territory.models import Organisation, day_of

COLUMNS: dict[str, tuple[str, str]] = {
    "category": ("类别编码", "category"),
    "category_name": ("类别名称", "category name"),
    "urgency": ("紧急程度", "urgency"),
    "place": ("地点编码", "area"),
    "place_name": ("地点名称", "area name"),
    "lead": ("主办", "lead"),
    "helpers": ("协办", "co-handlers"),
    "clock_class": ("时限类别", "limit"),
    "basis": ("依据", "legal basis"),
    "start": ("生效日期", "from"),
    "end": ("失效日期", "to"),
}
"""Each column by its heading in Chinese and in English. The two names help the reader; only codes are read."""
NEEDED = ("category", "lead", "basis")
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
        "The first line lacks the columns %(missing)s. Download the present catalogue and change that."
    ),
    "file",
)
NO_ROWS = Refusal(
    "catalogue.no_rows",
    gettext_lazy(
        "The file has a first line and no rows. Applied, it would end the whole catalogue."
    ),
    "file",
)
TOO_MANY = Refusal(
    "catalogue.too_many_rows",
    gettext_lazy("The file has more than %(most)s rows. Is it the right file?"),
    "file",
)


def read_rows(opened: IO[bytes]) -> list[dict[str, Any]]:
    """Return the rows of the first sheet as text, each with its `line`. Raises RuleBroken.

    Dates are ISO days; numbers lose a spreadsheet's “.0”.
    """
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(opened.read())).get_sheet_by_index(0)
        cells = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as wrong:
        raise NOT_A_SHEET() from wrong
    header = [_text(cell).casefold() for cell in cells[0]] if cells else []
    names = {word.casefold(): name for name, words in COLUMNS.items() for word in words}
    at = {names[word]: index for index, word in enumerate(header) if word in names}
    missing = ["/".join(COLUMNS[name]) for name in NEEDED if name not in at]
    if missing:
        raise WRONG_HEADER(missing=", ".join(missing))
    rows: list[dict[str, Any]] = []
    for line, row in enumerate(cells[1:], start=2):
        found = {name: _text(row[index]) for name, index in at.items() if index < len(row)}
        if any(found.values()):
            rows.append({"line": line, **dict.fromkeys(COLUMNS, ""), **found})
    if not rows:
        raise NO_ROWS()
    if len(rows) > MOST:
        raise TOO_MANY(most=MOST)
    return rows


def _text(cell: Any) -> str:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\0", "").strip()[:500]


def write_workbook(
    entries: Iterable[CatalogueEntry],
    *,
    categories: Iterable[Category],
    units: Iterable[Organisation],
    english: bool,
) -> bytes:
    """Return the catalogue as a workbook: its entries, then lists of categories, units and kinds to copy from.

    Every cell is text or a date; nothing is read as a formula.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DBE8E2", "border": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(_("Catalogue"))
        sheet.freeze_panes(1, 0)
        widths = (10, 22, 10, 14, 18, 22, 26, 10, 48, 12, 12)
        for index, words in enumerate(COLUMNS.values()):
            sheet.set_column(index, index, widths[index])
            sheet.write_string(0, index, words[english], bold)
        for line, entry in enumerate(entries, start=1):
            _write(sheet, line, _cells(entry, english=english), day)
        _list(book, _("Categories"), [[c.code, c.label] for c in categories], bold)
        _list(book, _("Organisations"), [[u.code, u.label] for u in units], bold)
        kinds = [[kind.value, str(kind.label)] for kind in OrganisationKind]
        _list(book, _("Kinds of organisation"), kinds, bold)
    return out.getvalue()


def _cells(entry: CatalogueEntry, *, english: bool) -> list[str | dt.date]:
    helpers = [
        row.organisation.code if row.organisation else str(row.get_kind_display())
        for row in entry.co_handlers.all()
    ]
    return [
        entry.category.code,
        entry.category.name_en if english else entry.category.name,
        str(entry.get_urgency_display()) if entry.urgency else "",
        entry.place.code if entry.place else "",
        entry.place.label if entry.place else "",
        entry.lead.code if entry.lead else str(entry.get_lead_kind_display()),
        "、".join(helpers),
        str(entry.get_clock_class_display()) if entry.clock_class else "",
        entry.basis,
        day_of(entry.valid_from),
        day_of(entry.valid_to) if entry.valid_to else "",
    ]


def _write(sheet: Any, line: int, cells: Sequence[str | dt.date], day: Any) -> None:
    for index, cell in enumerate(cells):
        if isinstance(cell, dt.date):
            sheet.write_datetime(
                line, index, dt.datetime.combine(cell, dt.time(), tzinfo=None), day
            )
        else:
            sheet.write_string(line, index, cell)


def _list(book: Any, title: str, rows: Sequence[Sequence[str]], bold: Any) -> None:
    sheet = book.add_worksheet(title[:31])
    sheet.freeze_panes(1, 0)
    for index, words in enumerate((_("Code"), _("Name"))):
        sheet.set_column(index, index, 30)
        sheet.write_string(0, index, words, bold)
    for line, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            sheet.write_string(line, index, cell)


def file_name(now: dt.datetime) -> str:
    """Return the name under which the catalogue is saved."""
    return f"linli-catalogue-{date_format(timezone.localtime(now), 'Y-m-d')}.xlsx"
