"""Hot topics: messages about one matter in one place, found by their words, with how hot they are and a name of their own.

The same messages give the same groups in whatever order they come: they are put in order first, and groups grow by
average linkage (`clusters.py`). Equal words are one message of several people.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from linli.methods.language.clusters import joined
from linli.methods.language.meaning import matters_in
from linli.methods.language.ngrams import Ngrams
from linli.methods.language.normal import bare_words, lookup_form

BOUND = 0.1
"""Mean likeness of the messages of one group, pair by pair."""
_SEEN = 0.05
"""Likeness below which a pair counts as not alike."""
_SIZES, _MOST = (2, 3), 0.04
"""Runs compared, and the share of the messages above which a run tells nothing (city, greeting)."""
_BEGINNING = 200
"""Characters of the words that are compared: what it is about is said first."""
_BURST_DAYS = 30
_SEVERE = frozenset(
    mark
    for word in ("安全隐患", "火灾", "受伤", "污染", "诈骗", "脱落")
    for mark in matters_in(word)
)
"""Matters that may hurt somebody."""


@dataclass(frozen=True)
class Message:
    """`user`: whoever wrote it, empty if not known. `likes`: how many agreed."""

    id: str
    title: str
    body: str
    at: dt.datetime
    user: str = ""
    likes: int = 0

    @property
    def order(self) -> tuple[dt.datetime, str, str, str]:
        return (self.at, self.body, self.title, self.id)


@dataclass(frozen=True)
class Topic:
    """`number`: 1 for the hottest. `people`: distinct users. `name`: the title that says most of the others."""

    number: int
    heat: float
    name: str
    people: int
    messages: tuple[Message, ...]


class Topics:
    """Groups of two messages or more, hottest first. `progress` takes how many messages are compared."""

    def __init__(
        self, messages: Sequence[Message], *, progress: Callable[[int], None] = lambda _n: None
    ) -> None:
        by_words: dict[str, list[Message]] = defaultdict(list)
        for message in sorted(messages, key=lambda m: m.order):
            by_words[_words(message)].append(message)
        self._units = list(by_words.values())
        self._table = Ngrams([_compared(u[0].title, u[0].body) for u in self._units], sizes=_SIZES, most=_MOST)  # fmt: skip
        pairs: list[tuple[int, int, float]] = []
        for n, unit in enumerate(self._units):
            like = self._table.likeness(_compared(unit[0].title, unit[0].body))
            pairs += [(n, int(m), float(like[m])) for m in np.flatnonzero(like >= _SEEN) if m > n]
            progress(n + 1)
        groups = joined(len(self._units), pairs, bound=BOUND)
        kept = [g for g in groups if sum(len(self._units[n]) for n in g) > 1]
        found = sorted((self._topic(group) for group in kept), key=lambda t: (-t.heat, t.messages[0].order))  # fmt: skip
        self.topics = [
            Topic(n, t.heat, t.name, t.people, t.messages) for n, t in enumerate(found, start=1)
        ]
        place = {m.id: t for t in self.topics for m in t.messages}
        self._topic_of_unit = [place.get(unit[0].id) for unit in self._units]

    def of(self, title: str, body: str) -> Topic | None:
        """Return the topic a new message belongs to, None if to none: as sure as two messages of a topic are."""
        like = self._table.likeness(_compared(title, body))
        sums: dict[int, float] = defaultdict(float)
        counts: dict[int, int] = defaultdict(int)
        for n, topic in enumerate(self._topic_of_unit):
            if topic:
                sums[topic.number] += float(like[n]) if like[n] >= _SEEN else 0.0
                counts[topic.number] += 1
        best = max(sums, key=lambda number: (sums[number] / counts[number], -number), default=None)
        if best is None or sums[best] / counts[best] < BOUND:
            return None
        return self.topics[best - 1]

    def _topic(self, group: list[int]) -> Topic:
        units = [self._units[n] for n in group]
        messages = tuple(sorted((m for unit in units for m in unit), key=lambda m: m.order))
        people = len({m.user or f"\0{m.id}" for m in messages})
        return Topic(0, heat(messages), _name(messages), people, messages)


def heat(messages: Sequence[Message]) -> float:
    """Return how hot a topic is: people, times growth, spread over days, and danger.

    People count once, however often they write; those who agreed count by the logarithm. Growth: the greatest share
    of the people within 30 days. One person's matter of one day has about 1.
    """
    firsts: dict[str, dt.datetime] = {}
    for message in sorted(messages, key=lambda m: m.order):
        firsts.setdefault(message.user or f"\0{message.id}", message.at)
    times = sorted(firsts.values())
    window = dt.timedelta(days=_BURST_DAYS)
    burst = max(sum(1 for t in times if begin <= t < begin + window) for begin in times)
    days = len({message.at.date() for message in messages})
    severe = sum(1 for m in messages if _SEVERE & set(matters_in(_words(m)))) / len(messages)
    people = len(times) + math.log1p(sum(max(0, m.likes) for m in messages))
    grown = 0.5 + 0.5 * burst / len(times)
    return round(people * grown * (1 + 0.1 * math.log(days)) * (1 + 0.5 * severe), 2)


def _name(messages: Sequence[Message]) -> str:
    titles = [message.title.strip() for message in messages]
    table = Ngrams(titles, sizes=(2, 3))
    said = [float(table.likeness(title).sum()) for title in titles]
    best = max(range(len(titles)), key=lambda n: (round(said[n], 9), -n))
    return titles[best] or messages[best].body.strip()[:40]


def _words(message: Message) -> str:
    return bare_words(lookup_form(message.body)) or bare_words(lookup_form(message.title))


def _compared(title: str, body: str) -> str:
    """Return the words that are compared; the title counts twice."""
    return f"{title}\n{title}\n{body.strip()[:_BEGINNING]}"
