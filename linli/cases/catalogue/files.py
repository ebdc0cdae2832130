"""The catalogue, the duty lists and the tree of categories as spreadsheets, written to be changed and read back."""

import datetime as dt
from collections.abc import Iterable
from typing import IO, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from linli.cases.catalogue.choices import DUTY_BOUND
from linli.cases.catalogue.models import CatalogueEntry, Category, DutyItem
from linli.cases.catalogue.sheets import Sheet
from linli.territory.choices import OrganisationKind
from linli.territory.models import Organisation, day_of

ENTRIES = Sheet(
    columns={
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
    },
    widths=(10, 22, 10, 14, 18, 22, 26, 10, 48, 12, 12),
    needed=("category", "lead", "basis"),
)
DUTIES = Sheet(
    columns={
        "category": ("类别编码", "category"),
        "category_name": ("类别名称", "category name"),
        "whose": ("谁的清单", "whose list"),
        "place": ("地点编码", "area"),
        "place_name": ("地点名称", "area name"),
        "basis": ("依据", "legal basis"),
        "start": ("生效日期", "from"),
        "end": ("失效日期", "to"),
    },
    widths=(10, 22, 26, 14, 18, 48, 12, 12),
    needed=("category", "whose", "basis"),
)
"""The columns of names help the reader; only codes are read."""


def read_rows(opened: IO[bytes]) -> list[dict[str, Any]]:
    """Return the rows of a catalogue file. Raises RuleBroken."""
    return ENTRIES.read(opened)


def write_workbook(
    entries: Iterable[CatalogueEntry],
    *,
    categories: Iterable[Category],
    units: Iterable[Organisation],
    english: bool,
) -> bytes:
    """Return the catalogue as a workbook: its entries, then lists of categories, units and kinds to copy from."""
    kinds = [(kind.value, str(kind.label)) for kind in OrganisationKind]
    return ENTRIES.write(
        _("Catalogue"),
        (_entry_cells(entry, english=english) for entry in entries),
        lists=(
            (_("Categories"), [(one.code, one.label) for one in categories]),
            (_("Organisations"), [(unit.code, unit.label) for unit in units]),
            (_("Kinds of organisation"), kinds),
        ),
        english=english,
    )


def write_duties(
    items: Iterable[DutyItem],
    *,
    categories: Iterable[Category],
    units: Iterable[Organisation],
    english: bool,
) -> bytes:
    """Return the duty lists as a workbook, with lists of categories and of the bodies bound by them."""
    kinds = [(kind.value, str(kind.label)) for kind in DUTY_BOUND]
    return DUTIES.write(
        _("Duty lists"),
        (_duty_cells(item, english=english) for item in items),
        lists=(
            (_("Categories"), [(one.code, one.label) for one in categories]),
            (_("Organisations"), [(unit.code, unit.label) for unit in units]),
            (_("Kinds of organisation"), kinds),
        ),
        english=english,
    )


def _entry_cells(entry: CatalogueEntry, *, english: bool) -> list[str | dt.date]:
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


def _duty_cells(item: DutyItem, *, english: bool) -> list[str | dt.date]:
    return [
        item.category.code,
        item.category.name_en if english else item.category.name,
        item.organisation.code if item.organisation else str(item.get_kind_display()),
        item.place.code if item.place else "",
        item.place.label if item.place else "",
        item.basis,
        day_of(item.valid_from),
        day_of(item.valid_to) if item.valid_to else "",
    ]


def file_name(now: dt.datetime, what: str = "catalogue") -> str:
    """Return the name under which a file is saved."""
    return f"linli-{what}-{date_format(timezone.localtime(now), 'Y-m-d')}.xlsx"
