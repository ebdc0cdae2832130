"""Rules of the knowledge base. Pure: the day is an argument."""

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal
from linli.methods.language.normal import bare_words

SAME_PERSON = Refusal(
    "article.same_person",
    _(
        "You wrote this version yourself. Ask a colleague who may approve articles to read it and put it in force."
    ),
)
NOT_WAITING = Refusal(
    "article.not_waiting",
    _(
        "This version waits no more: it was decided or written anew meanwhile. Look at the article as it stands now."
    ),
)
NOT_IN_FORCE = Refusal(
    "article.not_in_force",
    _("This version is not in force any more. Look at the article as it stands now."),
)
IS_OVER = Refusal(
    "article.is_over",
    _(
        "This version holds only until %(day)s, which has passed. Write a version with the present rule instead."
    ),
)
OUTSIDE = Refusal(
    "article.outside",
    _(
        "“%(place)s” lies outside the area for which you may write or approve. Choose a place within it."
    ),
    "place",
)
NOTHING_SAID = Refusal(
    "article.nothing_said", _("An article needs a question, an answer and its source."), "answer"
)
ENDS_BEFORE = Refusal(
    "article.ends_before_start",
    _("The last day lies before the first. Put one of them right."),
    "valid_to",
)
NO_REASON = Refusal(
    "article.no_reason", _("Write what is to be mended, so that the writer knows."), "reason"
)
SOON = dt.timedelta(days=30)
"""So long before its last day or its review an article is shown as one to look at."""


def asked_key(question: str) -> str:
    """Return what is equal for questions that differ in spaces, punctuation, width or case only."""
    return bare_words(question)[:200]


def ways_of(question: str, variants: str) -> list[str]:
    """Return the ways in which a question is asked: itself, then one a line; none twice."""
    lines = [question, *variants.splitlines()]
    return list({asked_key(line): line.strip() for line in lines if line.strip()}.values())


def overlap(one: tuple[dt.date, dt.date | None], other: tuple[dt.date, dt.date | None]) -> bool:
    """Return whether two spans of days, both ends within, share a day; None: no end."""
    (first, last), (begins, ends) = one, other
    return (ends is None or first <= ends) and (last is None or begins <= last)


def one_within_other(one: Mapping[str, str | None], other: Mapping[str, str | None]) -> bool:
    """Return whether of two areas, as scope copies, one lies in the other or is it."""
    shared = [(one[column], other[column]) for column in one if one[column] and other[column]]
    depth = min(sum(1 for code in area.values() if code) for area in (one, other))
    return len(shared) == depth and all(here == there for here, there in shared)
