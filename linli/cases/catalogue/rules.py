"""Rules of the catalogue, pure: which entry comes first, what a class may do to a clock, where cover is missing.

The regulation meant is Beijing's 接诉即办工作条例 of 2021-09-24, in force from that day.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from linli.cases.clocks.choices import ClockCode
from linli.kernel.errors import Refusal

ARTICLE_17 = Refusal(
    "order.not_on_duty_list",
    _(
        "“%(unit)s” cannot lead this: “%(category)s” is not on its duty list (Beijing's regulation of "
        "2021-09-24, article 17). Choose the sub-district or a department; the community may help."
    ),
    "lead",
)
CATEGORY_FIRST = Refusal(
    "order.category_first",
    _(
        "“%(unit)s” may lead only what is on its duty list (Beijing's regulation of 2021-09-24, article 17). "
        "Say the category of the case first."
    ),
    "lead",
)
OFF_LIST_NOW = Refusal(
    "order.off_duty_list_now",
    _(
        "The duty list of this unit does not hold this category any more (article 17). Choose the "
        "sub-district or a department."
    ),
    "lead",
)
NOT_SERVING_HERE = Refusal(
    "catalogue.lead_not_serving",
    _(
        "“%(unit)s” does not serve “%(place)s” then. Let it serve the place, or name another lead "
        "in the catalogue."
    ),
)
NONE_OF_KIND = Refusal(
    "catalogue.none_of_kind",
    _("No “%(kind)s” serves “%(place)s” then. Enter one, or name another lead in the catalogue."),
)
REASON_NEEDED = Refusal(
    "order.reason_needed",
    _(
        "The catalogue names %(units)s for this. To send it elsewhere write down why; the reason stays with "
        "the order."
    ),
    "reason",
)
NO_ENTRY_NEEDS_REASON = Refusal(
    "order.reason_without_entry",
    _(
        "The catalogue names nobody for this. Write down why you choose this unit; the reason stays with "
        "the order."
    ),
    "reason",
)

_PRESSING = {code: rank for rank, code in enumerate(("E1", "E2", "N", "C"))}


def rank(
    *, place: str | None, category: str, urgency: str, around: Sequence[str]
) -> tuple[int, int, int]:
    """Return a key by which entries that apply to one case are sorted, the first to follow the highest.

    The smallest area wins, then the deepest category, then the entry of this urgency before that of all.
    `around`: the codes around the case from the root of the territory to its place.
    """
    return (around.index(place) if place else -1, len(category), len(urgency))


def class_by(entry_class: str, own: str) -> ClockCode:
    """Return the class of a case by its entry's class and its own by kind and urgency.

    The catalogue shortens a limit, and lengthens an ordinary one (a matter known to be complex). It never
    lengthens what the operator heard as an emergency or as livelihood, and leaves an inquiry its own limit.
    """
    if not entry_class or own == ClockCode.INQUIRY or entry_class == ClockCode.INQUIRY:
        return ClockCode(own)
    if own == ClockCode.NORMAL or _PRESSING[entry_class] < _PRESSING[own]:
        return ClockCode(entry_class)
    return ClockCode(own)


@dataclass(frozen=True)
class Span:
    """From a moment to another (None: without an end; the end itself outside)."""

    start: dt.datetime
    end: dt.datetime | None


def first_gap(spans: Iterable[Span], *, since: dt.datetime) -> dt.datetime | None:
    """Return the first moment from `since` on that no span covers; None if there is none, for ever."""
    at = since
    for span in sorted(spans, key=lambda one: one.start):
        if span.end is not None and span.end <= at:
            continue
        if span.start > at:
            return at
        if span.end is None:
            return None
        at = span.end
    return at


def overlap(one: Span, other: Span) -> bool:
    """Return whether two spans share a moment."""
    return (other.end is None or one.start < other.end) and (
        one.end is None or other.start < one.end
    )


@dataclass(frozen=True)
class Known:
    """A category as it can be named in words."""

    code: str
    name: str
    name_en: str
    words: str


def meant(text: str, known: Sequence[Known]) -> list[Known]:
    """Return the categories that a text names: by code, by name, else by a part of name or other words.

    One alone is an answer. A name in full is never left for a category that only contains it.
    """
    asked = " ".join(text.split()).casefold()
    code, _space, rest = asked.partition(" ")
    if not asked:
        return []
    by_code = [one for one in known if one.code.casefold() in (asked, code)]
    if by_code and (not rest or _names(rest, by_code[0]) or code == asked):
        return by_code
    exact = [one for one in known if _names(asked, one)]
    if exact:
        return exact
    if len(asked) < 2:
        return []
    inside = [one for one in known if asked in one.name or asked in one.name_en.casefold()]
    said = [one for one in known if any(asked in word for word in one.words.casefold().split())]
    return inside or said


def _names(text: str, one: Known) -> bool:
    return text in (one.name.casefold(), one.name_en.casefold())
