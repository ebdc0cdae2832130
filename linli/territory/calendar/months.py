"""A year as twelve months of weeks, ready to be drawn; holidays by their names in both languages."""

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.territory.calendar.files import Day

NAMES = {
    "元旦": _("New Year"),
    "春节": _("Spring Festival"),
    "清明节": _("Qingming Festival"),
    "劳动节": _("Labour Day"),
    "端午节": _("Dragon Boat Festival"),
    "中秋节": _("Mid-Autumn Festival"),
    "国庆节": _("National Day"),
    "抗战胜利纪念日": _("Victory Day"),
}
"""The statutory holidays as the notices name them; a name beside these is shown as it was typed."""


@dataclass(frozen=True)
class Cell:
    """A day of a month. `kind`: working, off (a weekend), holiday, made_up (a weekend worked)."""

    date: dt.date
    kind: str
    name: Any


def named(name: str) -> Any:
    """Return a holiday's name in the language in force."""
    return NAMES.get(name, name)


def kind_of(date: dt.date, day: Day) -> str:
    """Return how a day is drawn."""
    if day.is_working:
        return "made_up" if date.weekday() >= 5 else "working"
    return "holiday" if day.name or date.weekday() < 5 else "off"


def months_of(year: int, days: Mapping[dt.date, Day]) -> list[dict[str, Any]]:
    """Return each month with its weeks from Monday on; None stands for a day of another month."""
    weeks = calendar.Calendar(firstweekday=0)
    return [
        {
            "first": dt.date(year, month, 1),
            "weeks": [
                [_cell(date, days[date]) if date.month == month else None for date in week]
                for week in weeks.monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]


def _cell(date: dt.date, day: Day) -> Cell:
    return Cell(date, kind_of(date, day), named(day.name))
