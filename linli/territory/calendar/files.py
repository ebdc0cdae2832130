"""A year of days as a file: read, checked, and compared with what stands."""

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal

COLUMNS = ("date", "is_working", "name")
_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "y", "是", "班", "上班", "工作日"), True),
    **dict.fromkeys(("0", "false", "no", "n", "否", "休", "放假", "休息日"), False),
}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
NAME_LIMIT = 50

NOT_TEXT = Refusal(
    "calendar.not_text",
    _(
        "This file cannot be read as text. Save it from your spreadsheet as “CSV UTF-8” and choose it again."
    ),
    "file",
)
WRONG_HEADER = Refusal(
    "calendar.wrong_header",
    _(
        "The first line must be: date,is_working,name. This file begins with “%(found)s”. "
        "Correct the first line and choose the file again."
    ),
    "file",
)
NO_DAYS = Refusal(
    "calendar.no_days",
    _(
        "The file has no days. List the year's holidays and make-up days, one a line, for example "
        "2027-01-01,0."
    ),
    "file",
)
BAD_DATE = Refusal(
    "calendar.bad_date",
    _(
        "Line %(line)s: “%(found)s” is not a date. Write it as 2027-10-01 and choose the file again."
    ),
    "file",
)
WRONG_YEAR = Refusal(
    "calendar.wrong_year",
    _(
        "Line %(line)s: %(found)s does not lie in %(year)s. Choose the file of %(year)s, or change the "
        "year above to the file's."
    ),
    "file",
)
TWICE = Refusal(
    "calendar.day_twice",
    _(
        "Line %(line)s: %(found)s stands in the file already, on line %(first)s. A day can have one line "
        "only: remove one of the two."
    ),
    "file",
)
BAD_WORKING = Refusal(
    "calendar.bad_working",
    _(
        "Line %(line)s: “%(found)s” does not say whether people work. Write 1 for a working day, 0 for a "
        "day off."
    ),
    "file",
)
NAME_TOO_LONG = Refusal(
    "calendar.name_too_long",
    _("Line %(line)s: the name has %(length)s characters; at most %(limit)s fit. Shorten it."),
    "file",
)


@dataclass(frozen=True)
class Day:
    """A day as known: working or not, and the holiday's name."""

    is_working: bool
    name: str = ""


@dataclass(frozen=True)
class Change:
    """A day that would be another than it is. `before` is the weekday rule for a year not known yet."""

    date: dt.date
    before: Day
    after: Day


Year = dict[dt.date, Day]


def weekday_rule(year: int) -> Year:
    """Return every day of a year: working from Monday to Friday."""
    first = dt.date(year, 1, 1)
    length = (dt.date(year + 1, 1, 1) - first).days
    days = (first + dt.timedelta(days=n) for n in range(length))
    return {day: Day(is_working=day.weekday() < 5) for day in days}


def read_year(content: bytes, *, year: int) -> Year:
    """Return every day of the year: those of the file, the others by the weekday rule.

    `content` is CSV in UTF-8 or GB 18030, columns date,is_working,name. Raises RuleBroken with the line.
    """
    reader = csv.reader(io.StringIO(_text(content)))
    header = next(reader, [])
    if tuple(cell.strip().lower() for cell in header[:3]) != COLUMNS:
        raise WRONG_HEADER(found=",".join(header)[:60])
    days, lines = weekday_rule(year), dict[dt.date, int]()
    for row in reader:
        cells = [cell.strip() for cell in row] + ["", "", ""]
        if not any(cells):
            continue
        line = reader.line_num
        date = _date(cells[0], line=line)
        if date.year != year:
            raise WRONG_YEAR(line=line, found=date.isoformat(), year=year)
        if date in lines:
            raise TWICE(line=line, found=date.isoformat(), first=lines[date])
        lines[date] = line
        if cells[1].lower() not in _WORDS:
            raise BAD_WORKING(line=line, found=cells[1][:20])
        if len(cells[2]) > NAME_LIMIT:
            raise NAME_TOO_LONG(line=line, length=len(cells[2]), limit=NAME_LIMIT)
        days[date] = Day(_WORDS[cells[1].lower()], cells[2])
    if not lines:
        raise NO_DAYS()
    return days


def write_year(days: Mapping[dt.date, Day]) -> str:
    """Return the days that differ from the weekday rule or have a name, as the file to be read back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for date, day in sorted(days.items()):
        if day.name or day.is_working != (date.weekday() < 5):
            writer.writerow([date.isoformat(), int(day.is_working), day.name])
    return out.getvalue()


def difference(before: Mapping[dt.date, Day], after: Mapping[dt.date, Day]) -> list[Change]:
    """Return the days that would change, in order."""
    return [Change(d, before[d], after[d]) for d in sorted(after) if before[d] != after[d]]


def _text(content: bytes) -> str:
    if b"\x00" in content:  # a spreadsheet's own format, or no text at all
        raise NOT_TEXT()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NOT_TEXT()


def _date(text: str, *, line: int) -> dt.date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise BAD_DATE(line=line, found=text[:20])
    year, month, day = map(int, found.groups())
    try:
        return dt.date(year, month, day)
    except ValueError as wrong:
        raise BAD_DATE(line=line, found=text[:20]) from wrong
