"""What the package `chinesecalendar` knows of announced holidays (extra `calendar`).

It carries the State Council's yearly notices, make-up days included; years it does not hold are not
guessed. The production table is kept by upload once a year's notice is out.
"""

import datetime as dt
from importlib.metadata import version

from linli.territory.calendar.files import Day, Year, weekday_rule

_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def announced_years() -> dict[int, Year]:
    """Return each year the package holds, whole. Raises ModuleNotFoundError without the extra."""
    from chinese_calendar import constants

    years = sorted({date.year for date in constants.holidays})
    return {year: _whole(year, constants.holidays, constants.workdays) for year in years}


def _whole(year: int, off: dict[dt.date, str], made_up: dict[dt.date, str]) -> Year:
    days = weekday_rule(year)
    for date in days:
        if date in off:
            days[date] = Day(is_working=False, name=_NAMES.get(off[date], off[date]))
        elif date in made_up:
            days[date] = Day(is_working=True, name=_NAMES.get(made_up[date], made_up[date]))
    return days


def source() -> str:
    """Return what to write as the source of these days."""
    return f"chinesecalendar {version('chinesecalendar')}"
