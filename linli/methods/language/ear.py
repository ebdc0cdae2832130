"""An ear for danger: how much words sound like those in which danger is told, whatever the danger is.

Rules know the dangers somebody thought of; this hears the others. It is a logistic regression on single characters,
pairs of neighbours and marks (which frames the words speak in), learned from sentences of our own
(`data/urgency_heard.csv`), half of them traps. What was learned is shipped (`data/urgency_ear.json`); a test learns
it anew and compares. Pure; no Django.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import exp, log, sqrt

_SAID = re.compile(r"[^\W\d_]|\d+")
_A_LINE = 16
_ROUNDS, _STEP, _DECAY = 30, 2.0, 3e-4


@dataclass(frozen=True)
class Heard:
    """A sentence to learn from. `line` is the code of the special line, empty for one that tells no danger."""

    text: str
    line: str

    @property
    def is_danger(self) -> bool:
        return bool(self.line)


@dataclass(frozen=True)
class Ear:
    """For each character, pair and mark how rare it is and its weight; the balance when nothing is heard."""

    balance: float
    known: Mapping[str, tuple[float, float]]

    def chance(self, grams: Iterable[str]) -> float:
        """Return how likely the words with these grams tell of a danger that goes on, between 0 and 1."""
        known = [self.known[gram] for gram in grams if gram in self.known]
        length = sqrt(sum(rare * rare for rare, _weight in known)) or 1.0
        return _chance(self.balance + sum(rare * weight for rare, weight in known) / length)


def grams_of(text: str, marks: Iterable[str] = ()) -> frozenset[str]:
    """Return the characters of a text, the pairs of neighbours and the marks; a number is one character."""
    said = ["0" if one.isdigit() else one for one in _SAID.findall(text.lower())]
    return frozenset(said) | {a + b for a, b in pairwise(said)} | {f"#{mark}" for mark in marks}


def learn(taught: Sequence[tuple[frozenset[str], bool]]) -> Ear:
    """Return the ear learned from sentences, given as their grams. The same sentences give the same ear."""
    seen = Counter(gram for grams, _is_danger in taught for gram in grams)
    rare = {gram: log((1 + len(taught)) / (1 + times)) + 1 for gram, times in seen.items()}
    rows = []
    for grams, is_danger in taught:
        length = sqrt(sum(rare[gram] ** 2 for gram in grams)) or 1.0
        rows.append(([(gram, rare[gram] / length) for gram in sorted(grams)], float(is_danger)))
    dangers = sum(answer for _row, answer in rows)
    share = {1.0: len(rows) / (2 * dangers), 0.0: len(rows) / (2 * (len(rows) - dangers))}
    weights = dict.fromkeys(sorted(seen), 0.0)
    balance = 0.0
    for turn in range(_ROUNDS):
        step = _STEP / (1 + turn / 15)
        for row, answer in rows:
            said = _chance(balance + sum(weights[gram] * value for gram, value in row))
            wrong = (answer - said) * share[answer] * step
            balance += wrong * 0.02
            for gram, value in row:
                weights[gram] += wrong * value - step * _DECAY * weights[gram]
    known = {gram: (round(rare[gram], 2), round(weights[gram], 2)) for gram in weights}
    return Ear(round(balance, 3), known)


def _chance(total: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


@cache
def sentences() -> tuple[Heard, ...]:
    """Return the sentences that the shipped ear was taught with."""
    rows = csv.DictReader(io.StringIO(_data("urgency_heard.csv")))
    return tuple(Heard(row["text"], row["line"]) for row in rows)


@cache
def shipped() -> Ear:
    """Return the ear that comes with the product."""
    raw = json.loads(_data("urgency_ear.json"))
    return Ear(
        raw["balance"], {gram: (rare, weight) for gram, (rare, weight) in raw["known"].items()}
    )


def written(ear: Ear) -> str:
    """Return the ear as the text of its file."""
    said = [
        f"{json.dumps(gram, ensure_ascii=False)}: {list(two)}" for gram, two in ear.known.items()
    ]
    lines = [", ".join(said[at : at + _A_LINE]) for at in range(0, len(said), _A_LINE)]
    return f'{{"balance": {ear.balance}, "known": {{\n' + ",\n".join(lines) + "\n}}\n"


@cache
def _dangers() -> tuple[tuple[Heard, frozenset[str]], ...]:
    return tuple((one, grams_of(one.text)) for one in sentences() if one.is_danger)


def nearest(text: str) -> Heard:
    """Return the sentence of danger that shares most with the words, by the weight of what they share."""
    said, known = grams_of(text), shipped().known

    def shared(grams: frozenset[str]) -> float:
        both = (known[gram] for gram in said & grams if gram in known)
        return sum(rare * max(0.0, weight) for rare, weight in both) / sqrt(len(grams) or 1)

    return max(_dangers(), key=lambda one: shared(one[1]))[0]


def _data(name: str) -> str:
    return files("linli.methods.language").joinpath("data", name).read_text(encoding="utf-8")
