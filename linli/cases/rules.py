"""Rules of the case, pure: what a case must contain, the three rates. Clocks: clocks/rules.py."""

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from linli.cases.choices import ApplicationReason
from linli.kernel.errors import Refusal
from linli.methods.intervals import wilson

WORDS_LIMIT = 10_000
TITLE_LIMIT = 200
TITLE_FROM_WORDS = 40
FOLLOW_UP_ATTEMPTS = 3
"""Attempts after which a case may be closed unanswered; no answer never counts as satisfied."""
OBJECT_WITHIN = dt.timedelta(hours=2)
OBJECT_WITHIN_COMPLEX = dt.timedelta(hours=24)
"""How long after dispatch a unit may object (our default; the regulation leaves it to the office)."""
DISPATCH_WITHIN = {"E1": dt.timedelta(minutes=5), "E2": dt.timedelta(minutes=15)}
DISPATCH_WITHIN_ELSE = dt.timedelta(minutes=30)
"""Within how long a request is to leave for its unit, by urgency (our default; a typical order leaves five to
six minutes after the call began)."""
CONSULT_AT_MOST = dt.timedelta(hours=4)
"""How long a consultation before dispatch may take (our default)."""
PAUSES = 2
PAUSE_AT_MOST = dt.timedelta(days=15)
"""How often and how long a handling clock may stand in a pause (our default)."""
HOLD_AT_MOST = dt.timedelta(days=90)
"""After how long a hold on the ledger is looked at again at the latest (our default)."""
EXCLUDE_AT_MOST = dt.timedelta(days=366)
REOPEN_WITHIN = dt.timedelta(days=15)
"""How long after the close the caller may have a case opened again, once (our default)."""
REWORK_PERCENT = 50
"""Share of the limit that a rework has (our default)."""
QUIET = ((dt.time(12), dt.time(14)), (dt.time(20), dt.time(9)))
"""Hours in which nobody is called back, in the site's time: at noon, and from evening to morning (our default)."""
FOLLOW_UP_WITHIN = dt.timedelta(days=3)
"""Within how long after the report the hotline calls back (our default; the regulation names no time)."""
AGREE_AHEAD = dt.timedelta(days=7)
"""How far ahead another time for the call back may be agreed (our default)."""
FOLLOW_UP_MEANS = 2
"""By how many means a caller must have been tried before a case is closed unanswered."""


def objection_due(dispatched_at: dt.datetime, *, clock_class: str) -> dt.datetime:
    """Return until when a unit may object to an order: 2 hours from dispatch, 24 for a complex one."""
    within = OBJECT_WITHIN_COMPLEX if clock_class == "C" else OBJECT_WITHIN
    return dispatched_at + within


def callable_from(again_at: dt.datetime | None, *, now: dt.datetime) -> dt.datetime | None:
    """Return from when a caller may be called back, or None if at once.

    Not before the time agreed with her, and not in the quiet hours. `now` is aware, in the site's zone.
    """
    at = max(now, again_at.astimezone(now.tzinfo)) if again_at else now
    if again_at is None or again_at <= now:  # what she agreed to herself may lie in quiet hours
        for first, last in QUIET:
            if first < last and first <= at.time() < last:
                at = at.replace(hour=last.hour, minute=last.minute, second=0, microsecond=0)
            elif first > last and (at.time() >= first or at.time() < last):
                day = at if at.time() < last else at + dt.timedelta(days=1)
                at = day.replace(hour=last.hour, minute=last.minute, second=0, microsecond=0)
    return at if at > now else None


Reason = ApplicationReason
REASONS: dict[str, tuple[ApplicationReason, ...]] = {
    "pause": (Reason.WAITING_FOR_REQUESTER, Reason.SEASON, Reason.THIRD_PARTY_TEST),
    "extension": (Reason.WORK_IN_PROGRESS, Reason.SEVERAL_UNITS, Reason.MATERIAL),
    "hold": (Reason.HISTORY, Reason.FUNDS, Reason.PLANNING, Reason.LAW),
    "exclusion": (Reason.NOT_OURS_TO_SOLVE, Reason.FORCE_MAJEURE, Reason.WRONG_FACTS),
    "escalation": (Reason.NO_POWER, Reason.SEVERAL_UNITS, Reason.DISAGREEMENT, Reason.FUNDS),
}
"""Grounds that each kind of application knows. The lists of Beijing's office are not published."""

UNTIL_AT_MOST = {"pause": PAUSE_AT_MOST, "hold": HOLD_AT_MOST, "exclusion": EXCLUDE_AT_MOST}
"""How far ahead a pause may end, a hold be looked at again, an exclusion expire."""

_LEVELS = ("city_code", "district_code", "street_code", "community_code")
_LEVEL_OF_LEAD = {"department": 1, "utility": 1, "district": 1, "street": 2}


def decider_depth(kind: str, *, lead_kind: str) -> int:
    """Return how deep the area of whoever decides may lie: 0 the city, 1 a district, 2 a sub-district.

    A pause and a call for help go one level above the lead: a community's unit to its sub-district, a
    sub-district to its district, a district or department to the hotline's office over the city. A hold is
    the district's to decide; extensions and exclusions the office's (domain rules of 2026, our reading).
    """
    if kind in ("extension", "exclusion"):
        return 0
    above = _LEVEL_OF_LEAD.get(lead_kind, 3) - 1
    return min(above, 1) if kind == "hold" else above


def holds_at(areas: Iterable[tuple[str, str]], scope: Mapping[str, str | None], depth: int) -> bool:
    """Return whether one of the areas (column, code) lies around `scope`, at `depth` or higher."""
    return any(
        scope.get(column) == code and _LEVELS.index(column) <= depth for column, code in areas
    )


EMPTY_WORDS = Refusal(
    "case.empty_words",
    _("There are no words yet. Write down what the resident asks, even in one sentence."),
    "words",
)
WORDS_TOO_LONG = Refusal(
    "case.words_too_long",
    _(
        "The words have %(length)s characters; at most %(limit)s fit. All of them are still in the "
        "field: shorten them here, or put the rest into a second case."
    ),
    "words",
)
IN_THE_FUTURE = Refusal(
    "case.in_the_future",
    _(
        "The time given lies in the future. Check the date; the case can only have happened before now."
    ),
    "occurred_at",
)


TOO_LONG_AGO = Refusal(
    "case.too_long_ago",
    _("The time given lies more than a hundred years back. Check the year; it has four digits."),
    "occurred_at",
)
MEMORY = dt.timedelta(days=36_525)
"""How far back a case may reach: a year mistyped as 0001 could be stored, but never be read again."""


def check_moment(given: dt.datetime, *, now: dt.datetime) -> None:
    """Raise IN_THE_FUTURE or TOO_LONG_AGO for a moment at which nothing can have happened."""
    if given > now:
        raise IN_THE_FUTURE()
    if given < now - MEMORY:
        raise TOO_LONG_AGO()


def _can_be_seen(text: str) -> bool:
    """Return whether anything but white space, controls and zero-width characters is there.

    Characters that this Python does not know yet (new emoji, private use) count as seen.
    """
    return any(unicodedata.category(c) not in ("Zs", "Zl", "Zp", "Cc", "Cf", "Cs") for c in text)


def check_words(words: str) -> None:
    """Raise EMPTY_WORDS or WORDS_TOO_LONG for words (already cleaned) that cannot be a case."""
    if not _can_be_seen(words):
        raise EMPTY_WORDS()
    if len(words) > WORDS_LIMIT:
        raise WORDS_TOO_LONG(length=len(words), limit=WORDS_LIMIT)


SHOWN_KINDS = ("help", "complaint", "report")
"""Kinds of request that ask for something to be done: a report of them says what shows that it was."""


def needs_evidence(kind: str) -> bool:
    """Return whether a report to a request of this kind rests on evidence besides the reply.

    An inquiry, a suggestion and praise are answered by the reply itself. Source: the fields of a report in
    the domain's table of moves (reply, evidence, result).
    """
    return kind in SHOWN_KINDS


def title_of(title: str, words: str) -> str:
    """Return the title given, else the first sentence of the words, cut at a readable length."""
    if _can_be_seen(title):
        return title if len(title) <= TITLE_LIMIT else title[: TITLE_LIMIT - 1] + "…"
    first = next(filter(_can_be_seen, words.split("\n")), words).strip()
    for end in "。！？!?；;":
        head, found, _rest = first.partition(end)
        if found and _can_be_seen(head) and len(head) <= TITLE_FROM_WORDS:
            first = head
    return first if len(first) <= TITLE_FROM_WORDS else first[: TITLE_FROM_WORDS - 1] + "…"


@dataclass(frozen=True)
class Rate:
    """One of the three rates: counts, share (None when nothing was counted) and 95 % interval."""

    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.numerator, self.denominator)


@dataclass(frozen=True)
class ThreeRates:
    """Response, resolution and satisfaction of one area and month.

    Definitions (our reading of article 32, regulation of 2021-09-24; the arithmetic is not published):
    assessed = orders whose handling deadline lies in the month and whose first contact was made or is
    overdue, but for those left out (exclusions agreed by two persons, orders on the ledger); response = contacted in time / assessed; resolution = "solved" / valid answers, orders
    explained as not possible now left out; satisfaction = at least basically satisfied / valid answers.
    """

    response: Rate
    resolution: Rate
    satisfaction: Rate

    RELIABLE_FROM = 30
    """Below this many valid answers no rank is drawn from a rate."""


@dataclass(frozen=True)
class Unadjusted:
    """The rates with nothing left out, and how many orders are: by exclusion, by a hold on the ledger.

    Raw values always stand beside adjusted ones, and the count of exclusions is published.
    """

    rates: ThreeRates
    excluded: int
    held: int
