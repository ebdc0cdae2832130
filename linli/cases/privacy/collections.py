"""What is collected of people, why, on what basis, and until when: one frozen table.

The law names no period for a hotline's records (PIPL, article 19: the shortest that the purpose needs). The periods here
are our proposal; `LINLI_RETENTION` sets others (`requester=730,words=1095`, in days).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Collection:
    """One collection of personal data. `days` run from the close of the case."""

    code: str
    label: Any
    what: Any
    purpose: Any
    basis: Any
    seen_by: Any
    days: int
    least: int

    @property
    def period(self) -> int:
        """Return the days in force: the installation's own, never fewer than the least."""
        return max(self.least, _own_periods().get(self.code, self.days))

    def kept_until(self, closed_at: dt.datetime) -> dt.datetime:
        return closed_at + dt.timedelta(days=self.period)


REQUESTER = Collection(
    "requester",
    _("Who asked"),
    _(
        "Name, telephone number, account, and what was taken out of the words at intake; all of it sealed."
    ),
    _("To contact the caller, to answer, and to call back."),
    _(
        "Statutory duty: Personal Information Protection Law, article 13 (3); Beijing's regulation on the handling "
        "of requests of 2021-09-24, articles 15 and 23."
    ),
    _(
        "Whoever handles the case or calls back, after giving a reason that is kept. Never a partner."
    ),
    days=3 * 365,
    least=30,
)
WORDS = Collection(
    "words",
    _("The words of a request"),
    _("What was said, where exactly, notes of contacts, replies; without names and numbers."),
    _("To solve the matter, to recognise the same matter again, and to give account of it."),
    _(
        "Statutory duty: Personal Information Protection Law, article 13 (3); Beijing's regulation on the handling "
        "of requests of 2021-09-24, articles 11 and 24."
    ),
    _("The people of the area and of the unit that handles it; partners read a text of their own."),
    days=5 * 365,
    least=30,
)
COLLECTIONS = (REQUESTER, WORDS)
"""In the order in which they end: words are never deleted before who said them."""


class BadRetention(Exception):
    """LINLI_RETENTION cannot be read. The message says what it must look like."""


def _own_periods() -> dict[str, int]:
    """Return the periods that the installation set. Raises BadRetention."""
    periods = {}
    for part in filter(None, settings.LINLI.retention.split(",")):
        code, _equals, days = part.strip().partition("=")
        if code not in {one.code for one in COLLECTIONS} or not days.isdigit():
            raise BadRetention(
                f"LINLI_RETENTION: “{part.strip()}” is not like requester=730 or words=1825"
            )
        periods[code] = int(days)
    return periods
