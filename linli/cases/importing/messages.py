"""Messages of citizens to a government message board: columns msg_id,user,title,time,body.

Their places are coded: 西地省 is the province, A市 a city in it, A3区 a district of A市. They become a
territory of their own with prefixed codes (xd, xd-A, xd-A3), so that they never mix with real places.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from linli.cases.choices import Channel, Kind, Urgency
from linli.cases.operations import Draft
from linli.kernel.errors import Refusal
from linli.territory.models import Place, PlaceLevel
from linli.territory.operations import PlaceRow

COLUMNS = ("msg_id", "user", "title", "time", "body")
SOURCE = "messages"
ROOT = "xd"
ROOT_NAME = "西地省"
ZONE = ZoneInfo("Asia/Shanghai")

_CITY = re.compile(r"([A-Z])市")
_COUNTY = re.compile(r"([A-Z])(\d{1,2})([市区县])")

NO_NUMBER = Refusal("import.no_number", _("The row has no msg_id. Give each message its number."))
BAD_TIME = Refusal(
    "import.bad_time",
    _("The time “%(time)s” cannot be read. Write it as 2019-02-28 11:25:05."),
)
FUTURE_TIME = Refusal("import.future_time", _("The time “%(time)s” lies in the future."))


@dataclass(frozen=True)
class CodedPlace:
    """A place as a message names it: `code` of ours, and what is needed to create it."""

    code: str
    rows: tuple[PlaceRow, ...]


def coded_place(*texts: str) -> CodedPlace:
    """Return the smallest coded place that the first telling text names; the province if none does."""
    for text in texts:
        if found := _COUNTY.search(text):
            letter, digits, kind = found.groups()
            level = PlaceLevel.DISTRICT
            county = PlaceRow(
                f"{ROOT}-{letter}{digits}",
                f"{letter}{digits}{kind}",
                f"{letter}{digits}{kind}",
                level,
                f"{ROOT}-{letter}",
            )
            return CodedPlace(county.code, (*_city(letter), county))
        if found := _CITY.search(text):
            return CodedPlace(f"{ROOT}-{found.group(1)}", _city(found.group(1)))
    return CodedPlace(ROOT, ())


def root_row() -> PlaceRow:
    """Return the province, root of the territory."""
    return PlaceRow(ROOT, ROOT_NAME, ROOT_NAME, PlaceLevel.PROVINCE, None, "Xidi Province (coded)")


def _city(letter: str) -> tuple[PlaceRow, ...]:
    return (PlaceRow(f"{ROOT}-{letter}", f"{letter}市", f"{letter}市", PlaceLevel.CITY, ROOT),)


def places_of(rows: Iterable[Mapping[str, str]]) -> list[PlaceRow]:
    """Return every place that the rows name, parents first, each once."""
    named: dict[str, PlaceRow] = {ROOT: root_row()}
    for row in rows:
        for place in coded_place(row.get("title") or "", row.get("body") or "").rows:
            named.setdefault(place.code, place)
    return sorted(
        named.values(), key=lambda place: (place.code != ROOT, len(place.code), place.code)
    )


def draft_of(row: Mapping[str, str], *, places: Mapping[str, Place], now: dt.datetime) -> Draft:
    """Return the draft of one message. Raises RuleBroken for a row without number or with a bad time."""
    number = (row.get("msg_id") or "").strip()
    if not number:
        raise NO_NUMBER()
    written = (row.get("time") or "").strip()
    try:
        received_at = dt.datetime.fromisoformat(written.replace("/", "-"))
    except ValueError as wrong:
        raise BAD_TIME(time=written[:40]) from wrong
    if received_at.tzinfo is None:
        received_at = received_at.replace(tzinfo=ZONE)
    if received_at > now:
        raise FUTURE_TIME(time=written)
    title, body = row.get("title") or "", row.get("body") or ""
    return Draft(
        words=body,
        title=title,
        place=places[coded_place(title, body).code],
        kind=Kind.COMPLAINT,
        urgency=Urgency.NORMAL,
        channel=Channel.WEB,
        received_at=received_at,
        account=(row.get("user") or "").strip(),
        source=SOURCE,
        external_no=number[:64],
    )
