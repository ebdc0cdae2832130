"""Which part of an address is what: town, road, number, compound, building, door, each from where to where.

Every character gets a tag, begin or inside of a part, by a linear chain: what stands around it, and which tag follows
which. Serving needs numpy alone; training stands in `spans_training`. Like a model of categories, one of spans holds
no word that it saw: what stands around a character goes by a 64-bit number.
"""

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import rjieba

Span = tuple[int, int, str]
"""Start, end (behind the last character) and tag."""

OUTSIDE = "O"
LONGEST = 500
"""Characters of an address that are looked at."""

_NUMERALS = frozenset("〇零一二三四五六七八九十百千两廿")
_ENDS = {
    "省": "prov", "市": "city", "区": "dist", "县": "dist", "旗": "dist", "镇": "town", "乡": "town", "村": "vill",
    "路": "road", "街": "road", "道": "road", "巷": "lane", "弄": "lane", "里": "lane", "胡": "lane", "同": "lane",
    "号": "no", "幢": "house", "栋": "house", "座": "house", "楼": "house", "单": "cell", "元": "cell", "门": "cell",
    "层": "floor", "室": "room", "房": "room", "户": "room", "园": "poi", "苑": "poi", "城": "poi", "院": "poi",
    "厦": "poi", "场": "poi", "庭": "poi", "府": "poi", "湾": "poi", "厂": "poi", "店": "poi", "社": "comm", "组": "comm",
    "坊": "poi", "寓": "poi", "司": "poi", "校": "poi", "铺": "poi",
}  # fmt: skip
"""What a name of each kind ends with; a character that ends none is in no class."""
_RUN = re.compile(r"[0-9]+|[a-z]+|[〇零一二三四五六七八九十百千两廿]+|.", re.DOTALL)


@dataclass(frozen=True)
class SpanModel:
    """A trained chain. `tags`: names of character tags (B-road, I-road, …, O).

    `keys`: known surroundings, ascending (uint64). Row n says something about the tags
    `said[starts[n]:starts[n + 1]]`, with the weights beside them. `follows[a, b]`: weight of b behind a.
    """

    tags: tuple[str, ...]
    keys: np.ndarray
    starts: np.ndarray
    said: np.ndarray
    weights: np.ndarray
    follows: np.ndarray
    card: Mapping[str, object] = field(default_factory=dict)

    def read(self, text: str) -> list[Span]:
        """Return the parts of an address, in order, none over another."""
        if not text:
            return []
        return spans_of([self.tags[n] for n in self._best(surroundings(text))])

    def _best(self, places: Sequence[Sequence[str]]) -> list[int]:
        """Return the most likely tags (Viterbi)."""
        said = self._said(places)
        back = np.zeros(said.shape, dtype=np.int64)
        best = said[0]
        for n in range(1, len(said)):
            ways = best[:, None] + self.follows
            back[n] = ways.argmax(axis=0)
            best = ways.max(axis=0) + said[n]
        path = [int(best.argmax())]
        for n in range(len(said) - 1, 0, -1):
            path.append(int(back[n, path[-1]]))
        return path[::-1]

    def _said(self, places: Sequence[Sequence[str]]) -> np.ndarray:
        found = np.array([key_of(one) for place in places for one in place], dtype=np.uint64)
        at = np.repeat(np.arange(len(places)), [len(place) for place in places])
        rows = np.searchsorted(self.keys, found)
        rows[rows == len(self.keys)] = 0
        known = self.keys[rows] == found
        rows, at = rows[known], at[known]
        counts = self.starts[rows + 1] - self.starts[rows]
        first = np.repeat(self.starts[rows] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        entries = first + np.arange(int(counts.sum()))
        total = np.zeros((len(places), len(self.tags)), dtype=np.float32)
        np.add.at(total, (np.repeat(at, counts), self.said[entries]), self.weights[entries])
        return total


def key_of(surrounding: str) -> int:
    """Return the number by which a model knows a surrounding."""
    return int.from_bytes(hashlib.blake2b(surrounding.encode(), digest_size=8).digest(), "little")


def surroundings(text: str) -> list[list[str]]:
    """Return, for each character, what stands there and around it.

    Characters within two places, their pairs and threes; the kind of run (digits, Latin, Chinese numeral), its
    length and what stands behind and before it; the word; what the next ending is and how far; what stood before.
    """
    shown = "".join(_narrow(letter) for letter in text[:LONGEST])
    kinds = [_kind(letter) for letter in shown]
    runs, words, ends = list(_run_facts(shown)), _word_facts(shown), _end_facts(shown)
    padded = f"\x02\x02\x02{shown}\x03\x03\x03"
    kind_line = ["^", "^", *kinds, "$", "$"]
    found = []
    for n in range(len(shown)):
        a, b, c, d, e, f, g = tuple(padded[n : n + 7])
        k = kind_line[n : n + 5]
        run, word, end = runs[n], words[n], ends[n]
        found.append(
            [
                "1", f"d{d}", f"c{c}", f"b{b}", f"e{e}", f"f{f}", f"cd{c}{d}", f"de{d}{e}", f"bc{b}{c}", f"ef{e}{f}",
                f"ce{c}{e}", f"bcd{b}{c}{d}", f"cde{c}{d}{e}", f"def{d}{e}{f}", f"bcde{b}{c}{d}{e}", f"cdef{c}{d}{e}{f}",
                f"efg{e}{f}{g}", f"abc{a}{b}{c}", f"defg{d}{e}{f}{g}", f"abcd{a}{b}{c}{d}",
                f"k{k[2]}", f"kk{k[1]}{k[2]}", f"k3{k[1]}{k[2]}{k[3]}", f"k5{''.join(k)}",
                *run, *word, *end,
                f"p{min(n, 4)}", f"z{min(len(shown) - n, 4)}",
            ]
        )  # fmt: skip
    # What is longer than anything an address was ever written in stays outside.
    return found + [["1"]] * (len(text) - len(found))


def _narrow(letter: str) -> str:
    """Return the half-width, lower-case form, always one character: places must not move."""
    form = unicodedata.normalize("NFKC", letter).lower()
    return form if len(form) == 1 else letter


def _kind(letter: str) -> str:
    if letter.isdigit():
        return "9"
    if letter in _NUMERALS:
        return "N"
    if letter.isascii():
        return "a" if letter.isalpha() else "-"
    return _ENDS.get(letter, "H") if letter.isalpha() else "."


def _run_facts(shown: str) -> Iterator[list[str]]:
    for found in _RUN.finditer(shown):
        run, (begin, end) = found[0], found.span()
        behind, before = shown[end : end + 2], shown[max(begin - 2, 0) : begin]
        for n in range(len(run)):
            if len(run) == 1 and _kind(run) not in ("9", "a", "N"):
                yield []
                continue
            where = f"{'b' if n == 0 else 'i'}{_kind(run[0])}{min(len(run), 6)}"
            yield [
                f"r{where}", f"r>{where}{behind[:1]}", f"r<{where}{before[-1:]}",
                f"r<>{where}{before[-1:]}|{behind[:1]}", f"r>>{where[:2]}{behind}", f"r<<{where[:2]}{before}",
                f"r<<>>{where[:2]}{before}|{behind}",
            ]  # fmt: skip


def _word_facts(shown: str) -> list[list[str]]:
    facts: list[list[str]] = []
    cut = list(rjieba.cut(shown))
    for before, word, behind in zip(["\x02", *cut], cut, [*cut[1:], "\x03"], strict=False):
        for n in range(len(word)):
            where = "s" if len(word) == 1 else "b" if n == 0 else "e" if n == len(word) - 1 else "m"
            facts.append(
                [f"w{where}{word}", f"w{where}", f"w<{where}{before}", f"w>{where}{behind}"]
            )
    return facts


def _end_facts(shown: str) -> list[list[str]]:
    """Return, for each character, which ending comes next and how far away, and which endings came before."""
    ahead, facts = "$", []
    distance = 0
    for letter in reversed(shown):
        if kind := _ENDS.get(letter):
            ahead, distance = kind, 0
        facts.append([f"n{ahead}{min(distance, 6)}", f"n{ahead}"])
        distance += 1
    facts.reverse()
    passed: list[str] = []
    for n, letter in enumerate(shown):
        facts[n] += [
            f"q{''.join(passed[-1:])}",
            f"q2{'.'.join(passed[-2:])}",
            f"q:{'.'.join(passed[-1:])}|{facts[n][1]}",
        ]
        if letter in _ENDS:
            passed.append(_ENDS[letter])
    return facts


def tags_of(text: str, spans: Sequence[Span]) -> list[str]:
    """Return one tag a character. Raises ValueError for spans that overlap or leave the text."""
    tags = [OUTSIDE] * len(text)
    for start, end, tag in spans:
        if not 0 <= start < end <= len(text) or any(tag != OUTSIDE for tag in tags[start:end]):
            raise ValueError((start, end))
        tags[start:end] = [f"B-{tag}", *[f"I-{tag}"] * (end - start - 1)]
    return tags


def spans_of(tags: Sequence[str]) -> list[Span]:
    """Return the spans that character tags mean; an inside without a beginning begins one."""
    spans: list[Span] = []
    place = 0
    for (tag, _first), group in itertools.groupby(_numbered(tags)):
        length = len(list(group))
        if tag != OUTSIDE:
            spans.append((place, place + length, tag))
        place += length
    return spans


def _numbered(tags: Sequence[str]) -> Iterator[tuple[str, int]]:
    number, last = 0, OUTSIDE
    for tag in tags:
        kind = tag[2:] if tag != OUTSIDE else OUTSIDE
        number += tag.startswith("B-") or kind != last
        yield kind, number
        last = kind
