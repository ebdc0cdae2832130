"""What a text speaks of, whatever its words: matters under one name, fillers taken away, regions that it names.

The lists stand beside this file: `same_words.txt` (words that say the same), `fillers.txt`, `regions.txt`
(provinces and their cities). They serve comparing only; what a person wrote is never changed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from linli.methods.language.normal import bare_words, lookup_form

_DATA = Path(__file__).parent / "data"
MARKS = 0xE000
"""First of the private characters that stand for matters: no text holds them once it is in its form."""
EDGE = "\0"
"""Stands where a filler stood; no run of characters goes over it."""

_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]\d{0,2}(?=[市区县州])")
"""A place that goes by a code in published texts (A市, A3区)."""


def _lines(name: str) -> list[list[str]]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def _finder(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds the words; of two that begin at one place the longer."""
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))))


@cache
def _fillers() -> re.Pattern[str]:
    return _finder(word for line in _lines("fillers.txt") for word in line)


@cache
def _marked(name: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what finds the words of a list, and the marks of the lines each stands in."""
    marks: dict[str, str] = {}
    for number, words in enumerate(_lines(name)):
        for word in words:
            form = bare_words(lookup_form(word))
            marks[form] = marks.get(form, "") + chr(MARKS + number)
    return _finder(marks), marks


@cache
def _regions() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    """Return what finds a region's name, and for each name itself with the province it lies in."""
    within: dict[str, frozenset[str]] = {}
    for province, *cities in _lines("regions.txt"):
        within.setdefault(province, frozenset({province}))
        for city in cities:
            within.setdefault(city, frozenset({city, province}))
    return _finder(within), within


def matters_in(text: str, *, of: str = "same_words.txt") -> list[str]:
    """Return the marks of the lines of a list that a text in its form speaks of, each time it does."""
    finder, marks = _marked(of)
    return [mark for hit in finder.findall(text) for mark in marks[hit]]


@cache
def heads_of(name: str) -> dict[str, str]:
    """Return the first word of each line of a list by the line's mark."""
    return {chr(MARKS + number): words[0] for number, words in enumerate(_lines(name))}


def meant_form(text: str) -> str:
    """Return a text's letters and digits without fillers, and behind them the marks of its matters."""
    form = bare_words(lookup_form(text))
    return EDGE.join([*_kept(form), *matters_in(form)])


def _kept(form: str) -> Iterator[str]:
    return (piece for piece in _fillers().split(form) if piece)


@dataclass(frozen=True)
class Regions:
    """The places a text names. `named`: themselves; `over`: with the provinces they lie in."""

    named: frozenset[str]
    over: frozenset[str]

    def elsewhere(self, other: "Regions") -> bool:
        """Say whether both name places, and none of either is one of the other's or lies in it."""
        return bool(self.named and other.named) and not (
            self.named & other.over or other.named & self.over
        )

    def lacks(self, other: "Regions") -> bool:
        """Say whether a place is named here that the other does not name, nor what it lies in."""
        return bool(self.named) and not (self.named & other.over or other.named & self.over)


def regions_of(text: str) -> Regions:
    finder, within = _regions()
    names = set(finder.findall(text))
    codes = {code.upper() for code in _CODE.findall(text)}
    over = {above for name in names for above in within[name]} | codes | {c[0] for c in codes}
    return Regions(frozenset(names | codes), frozenset(over))
