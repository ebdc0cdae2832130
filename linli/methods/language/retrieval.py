"""The answer that is already there: entries of a base ranked for what somebody asks, or none of them.

An entry that goes by its question is found by the question, and a little by its answer. An entry of which only the
answer is known (a letter of reply) is found by that. Places that the one names and the other does not, and a number asked
for that an answer does not hold, count against an entry. Everything is counted from the words; nothing is drawn
by chance.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from linli.methods.language.meaning import regions_of
from linli.methods.language.ngrams import Ngrams

KNOWN = 0.28
"""How sure one must be of the first entry to give it at all; below it the answer is: I do not know."""
_HEADING = 0.2
"""Share of the heading when a message with a heading is compared with a reply."""
_BY_ANSWER = 0.5
"""Weight of question and answer together, beside the question alone."""
_ASKED = 0.2
"""A question is like another about this much less than its reply's likeness says, letter for letter."""
_ELSEWHERE, _UNNAMED, _ONLY_THERE, _NO_NUMBER = 0.5, 0.8, 0.9, 0.85
_ASKS_NUMBER = re.compile(
    "多少|几[个天点号年成折岁家次月例]|第几|哪天|哪一天|什么时候|何时|多久|多长|电话|号码|热线|哪个号"
)
_HAS_NUMBER = re.compile("[0-9一二三四五六七八九十百]|电话")
_LOOKED_AT = 80
"""Characters of an answer in which the number asked for should stand."""


@dataclass(frozen=True)
class Entry:
    """`question`: empty where only the answer is known. Valid on both days named; None for no bound."""

    id: str
    question: str
    answer: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def is_valid(self, on: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


@dataclass(frozen=True)
class Found:
    """Entries, best first, each with its score (comparable within one question only), and how sure the first is (0 to 1)."""

    ranked: tuple[tuple[Entry, float], ...]
    sure: float

    @property
    def is_known(self) -> bool:
        return bool(self.ranked) and self.sure >= KNOWN


class Base:
    """Entries that stand ready to be asked. About a second for 3,000; 3 ms a question."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = list(entries)
        self.has_question = np.array([bool(e.question.strip()) for e in entries], dtype=bool)
        wholes = [f"{e.question}\n{e.answer}" for e in entries]
        self._questions = Ngrams([e.question for e in entries], sizes=(1, 2))
        self._answers = Ngrams([e.answer for e in entries])
        self._wholes = Ngrams(wholes)
        self._short = Ngrams(wholes, sizes=(1, 2))
        self._regions = [regions_of(whole) for whole in wholes]
        self._over = [regions_of(e.question).named for e in entries]
        self._numbers = np.array(
            [bool(_HAS_NUMBER.search(e.answer[:_LOOKED_AT])) for e in entries], dtype=bool
        )

    def find(
        self,
        heading: str,
        body: str = "",
        *,
        top: int,
        on: dt.date | None = None,
        only: Callable[[Entry], bool] | None = None,
    ) -> Found:
        """Rank the entries for a question. `on`: entries not valid on that day are left out; None: none is.

        `only`: which entries are given at all, e.g. those of the asker's area.
        """
        asked = f"{heading}\n{body}".strip()
        score = self._likeness(heading, asked) * self._agreement(asked)
        given = [
            n
            for n, e in enumerate(self.entries)
            if (on is None or e.is_valid(on)) and (only is None or only(e))
        ]
        best = sorted(given, key=lambda n: (-score[n], self.entries[n].id))[:top]
        ranked = tuple((self.entries[n], float(score[n])) for n in best)
        return Found(ranked, self._sure(asked, best[0]) if best else 0.0)

    def _likeness(self, heading: str, asked: str) -> np.ndarray:
        by_answer = self._answers.likeness(asked)
        if heading and heading != asked:
            by_answer = (1 - _HEADING) * by_answer + _HEADING * self._answers.likeness(heading)
        return np.where(self.has_question, _ASKED * self._by_question(asked), by_answer)

    def _by_question(self, asked: str) -> np.ndarray:
        return self._questions.likeness(asked) + _BY_ANSWER * self._wholes.likeness(asked)

    def _agreement(self, asked: str) -> np.ndarray:
        """Return a factor for each entry: less than 1 where places or a number do not agree."""
        here = regions_of(asked)
        factor = np.ones(len(self.entries))
        for n, there in enumerate(self._regions):
            if here.elsewhere(there):
                factor[n] = _ELSEWHERE
            elif here.lacks(there):
                factor[n] = _UNNAMED
            elif self._over[n] and not here.named:
                factor[n] = _ONLY_THERE
        if _ASKS_NUMBER.search(asked):
            factor[~self._numbers] *= _NO_NUMBER
        return factor

    def _sure(self, asked: str, n: int) -> float:
        """Return how sure it is that entry `n` answers."""
        here = regions_of(asked)
        score = (self._by_question(asked) * self._agreement(asked))[n]
        place, weight, _share = self._short.asked(asked)
        share = self._wholes.asked(asked)[2]
        entries, times = self._short.entries(place)
        in_it = self._short.texts[entries] == n
        covered = float((np.repeat(weight, times)[in_it] ** 2).sum()) * _share
        agrees = bool(here.named) and not here.lacks(self._regions[n])
        only_there = bool(self._over[n]) and not here.named
        return _chance(score, covered, share, agrees=agrees, only_there=only_there)


def _chance(score: float, covered: float, share: float, *, agrees: bool, only_there: bool) -> float:
    """Return the chance that an entry answers.

    `score`: likeness by words; `covered`: share of what is asked that stands in the entry; `share`: of what is
    asked, in the base at all; `agrees`: a place is named, and the entry speaks of it; `only_there`: only the entry
    names one. The weights are a logistic regression's on questions of which half have no answer
    (tests/methods/data/answer_queries.csv).
    """
    known = 3.6 * score + 6.85 * covered - 0.85 * share + 2.04 * agrees - 1.62 * only_there - 4.4
    return 1 / (1 + math.exp(-known))
