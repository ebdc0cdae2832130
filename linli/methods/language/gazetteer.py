"""A gazetteer: the places of a city by every way in which people write them. Pure; no Django.

A place is found by its official name, its short one, with any word for what it is (社区, 居委会, 小区, 街道), by a
shortened name (双合 for 双合家园), by characters of the same sound, or with one character wrong.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import ne

from linli.methods.geo import Point
from linli.methods.language.normal import lookup_form
from linli.methods.language.sounds import sounds

SAID = {
    "district": ("区", "县"),
    "street": ("街道办事处", "地区办事处", "街道办", "办事处", "街道", "地区", "镇政府", "镇", "乡"),
    "community": ("社区居民委员会", "社区居委会", "居民委员会", "居委会", "社区", "小区", "社区服务站"),
    "village": ("村民委员会", "村委会", "村"),
    "compound": ("小区", "社区"),
}  # fmt: skip
"""What people say behind a name when they say of what kind the place is."""
SHORTENED = (
    "嘉园", "家园", "花园", "馨园", "佳园", "小区", "新村", "社区", "公寓", "新城", "国际", "庄园", "雅苑", "名苑", "丽园",
    "家属院", "宿舍",
)  # fmt: skip
"""Endings that people leave off."""
_PART = re.compile(r"(?:[一二三四五六七八九十]+|[a-z]|[东西南北中])(?:期|区|号院|组团)$|小区$")
_DIGITS = str.maketrans("123456789", "一二三四五六七八九")
_ONE_DIGIT = re.compile(r"(?<![0-9a-z])[1-9](?![0-9])")
_MARK = re.compile(r"[\W_]")


@dataclass(frozen=True)
class Entry:
    """A place. `level` is district, street, community, village or compound; codes of what is around it.

    `community` of a compound is empty where nobody knows it. `point` is in GCJ-02.
    """

    code: str
    name: str
    short: str
    level: str
    district: str
    street: str = ""
    community: str = ""
    point: Point | None = None

    @property
    def is_small(self) -> bool:
        """Say whether a case can lie in it: neither a district nor a street."""
        return self.level in ("community", "village", "compound")


@dataclass(frozen=True)
class Spelled:
    """A way to write a place. `kind_said`: with the word for what it is, or the official name whole."""

    entry: Entry
    kind_said: bool = False
    shortened: bool = False


def written_form(text: str) -> str:
    """Return text as names are compared: lookup form, single digits as Chinese numerals, no marks.

    Marks become one space each, so that nothing is read across them.
    """
    form = _MARK.sub(" ", lookup_form(text.replace("\n", "。")))
    return _ONE_DIGIT.sub(lambda found: found[0].translate(_DIGITS), form)


def _written_forms(names: Sequence[str]) -> list[str]:
    """Return the written form of each name, in one go: the conversion of scripts costs most of it."""
    between = "囗"
    whole = lookup_form(between.join(names)).split(between)
    assert len(whole) == len(names)
    return [
        _ONE_DIGIT.sub(lambda found: found[0].translate(_DIGITS), _MARK.sub(" ", one))
        for one in whole
    ]


@dataclass(frozen=True)
class Gazetteer:
    """The places of a city. Building takes about a second for 13,000 of them; what sounds alike is indexed at need."""

    entries: tuple[Entry, ...]
    spelled: dict[str, list[Spelled]] = field(repr=False)
    by_code: dict[str, Entry] = field(repr=False)

    @property
    def longest(self) -> int:
        return 24

    @cached_property
    def sounding(self) -> dict[tuple[str, ...], list[Spelled]]:
        """Return names of three characters and more by their sounds."""
        found: dict[tuple[str, ...], list[Spelled]] = {}
        for name, ways in self.spelled.items():
            if len(name) >= 3 and any(way.entry.is_small and not way.shortened for way in ways):
                found.setdefault(sounds(name), []).extend(ways)
        return found

    @cached_property
    def halves(self) -> dict[tuple[int, str, bool], list[str]]:
        """Return names of four to ten characters by their length and either half, for one wrong character."""
        found: dict[tuple[int, str, bool], list[str]] = {}
        for name, ways in self.spelled.items():
            if 4 <= len(name) <= 10 and any(w.entry.is_small and not w.shortened for w in ways):
                middle = len(name) // 2
                found.setdefault((len(name), name[:middle], True), []).append(name)
                found.setdefault((len(name), name[middle:], False), []).append(name)
        return found

    def nearly(self, said: str) -> Iterator[str]:
        """Yield names of the same length in which exactly one character differs."""
        middle = len(said) // 2
        keys = ((len(said), said[:middle], True), (len(said), said[middle:], False))
        for name in dict.fromkeys(name for key in keys for name in self.halves.get(key, ())):
            if sum(map(ne, name, said)) == 1:
                yield name


def gazetteer(entries: Iterable[Entry]) -> Gazetteer:
    """Return the gazetteer of the entries. A compound takes its community from a name they share."""
    known = list(entries)
    shorts = _written_forms([entry.short for entry in known])
    names = _written_forms([entry.name for entry in known])
    homes: dict[tuple[str, object], list[Entry]] = {}
    for entry, short in zip(known, shorts, strict=True):
        if entry.level in ("community", "village"):
            homes.setdefault((entry.district, short), []).append(entry)
            homes.setdefault((entry.district, sounds(short)), []).append(entry)
    placed = []
    spelled: dict[str, list[Spelled]] = {}
    for entry, short, name in zip(known, shorts, names, strict=True):
        here = _placed(entry, name, homes) if entry.level == "compound" else entry
        placed.append(here)
        for way, is_written in _spellings(here, short, name):
            spelled.setdefault(way, []).append(is_written)
    return Gazetteer(tuple(placed), spelled, {entry.code: entry for entry in placed})


def _placed(compound: Entry, name: str, named: dict[tuple[str, object], list[Entry]]) -> Entry:
    """Return the compound in the community whose name it bears: whole, but for its part (三区), or by its sound."""
    if compound.community:
        return compound
    whole = (name, _PART.sub("", name), _PART.sub("", _PART.sub("", name)))
    for tried in dict.fromkeys((*whole, sounds(name))):
        homes = named.get((compound.district, tried), [])
        if len(homes) == 1 and len(tried) > 2:
            return replace(compound, street=homes[0].street, community=homes[0].code)
    return compound


def _spellings(entry: Entry, short: str, name: str) -> Iterator[tuple[str, Spelled]]:
    ways: dict[str, Spelled] = {}
    if len(short) > 1:
        ways[short] = Spelled(entry)
        for kind in SAID[entry.level]:
            if not short.endswith(kind):
                ways[short + kind] = Spelled(entry, kind_said=True)
        if entry.is_small:
            for ending in SHORTENED:
                if short.endswith(ending) and len(short) > len(ending) + 1:
                    ways.setdefault(short.removesuffix(ending), Spelled(entry, shortened=True))
    for bare in {name, name.replace(" ", "")}:
        if len(bare) > 1:
            ways[bare] = Spelled(entry, kind_said=entry.level != "compound")
    yield from ways.items()
