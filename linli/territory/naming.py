"""How an address in a person's words names places. Pure: the places that occur in it are given."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SAID = {
    "province": ("省",),
    "city": ("市",),
    "district": ("区", "县"),
    "street": ("街道办事处", "地区办事处", "街道办", "街道", "地区", "镇", "乡"),
    "community": ("社区居民委员会", "社区居委会", "社区", "居民委员会", "居委会"),
    "village": ("村民委员会", "村委会", "村"),
}
"""What people say behind a name when they say of what kind the place is. The official suffixes vary
(four spellings for communities alone), and a 地区 is still called 乡."""

AREAS = ("province", "city", "district", "street")
"""Levels so large that their bare name begins many other names: 望京 and 望京新城."""

_NUMERAL = "一二三四五六七八九十甲乙丙丁"
TAIL = re.compile(
    rf"[0-9a-z#]|[{_NUMERAL}]+(号|栋|楼|座|单元|区|门|院)|[东西南北](门|院|侧|边|口|区)"
    "|正门|后门|小区|门口|附近|旁|对面|里面|院内|楼|地下|车库|停车场|物业"
)
"""What may follow a whole name: a house number, a side, a part. Other words make another name of it."""

_BREAK = re.compile(r"[\W_]")
_HOUSE = re.compile(r"[0-9]+[号院楼]$")


@dataclass(frozen=True)
class Known:
    """A place that occurs in the text. Names are in lookup form; `around` holds its own code too."""

    code: str
    short: str
    name: str
    level: str
    around: frozenset[str]


@dataclass(frozen=True)
class _Mention:
    """A stretch of the text and the places it may mean."""

    end: int
    places: tuple[Known, ...]
    in_full: bool
    """The kind was said, or the whole official name."""
    begins: bool
    """Nothing before makes it part of another name."""
    is_whole: bool
    """Nothing before or behind does."""

    @property
    def worth_asking(self) -> tuple[Known, ...]:
        """Return the places that may be meant although other words stand around the name.

        Names of two characters occur in any sentence (东边 is a village); areas begin longer names.
        """
        return tuple(
            p for p in self.places if (self.begins if p.level in AREAS else len(p.short) > 2)
        )


@dataclass(frozen=True)
class Reading:
    """What a text names: the smallest places, the words left behind them, and whether they are meant.

    Not `sure` means: the name occurs, but may be part of another one. `context` holds the larger
    places that the text names beyond doubt.
    """

    places: tuple[Known, ...]
    rest: str
    sure: bool
    context: tuple[Known, ...] = ()


def read(asked: str, known: Sequence[Known]) -> Reading | None:
    """Return what the text (in lookup form) names, or None if it names none of the places.

    Larger places bound smaller ones in either order. A place said in full is never left for one of the same
    name elsewhere: 朝阳区和平里 stays in 朝阳区, though only 东城区 has a 和平里.
    """
    said: tuple[Known, ...] = ()
    firm: tuple[Known, ...] = ()
    in_full = False
    rest = asked
    for mention in _mentions(asked, known):
        inner = _inside(mention.places, said) if said else mention.places
        outer = _inside(said, mention.places)
        if not mention.is_whole:
            if doubtful := inner if said else mention.worth_asking:
                return Reading(doubtful, asked[mention.end :], sure=False, context=said)
            continue
        if inner:
            said, in_full = inner, mention.in_full
        elif outer:
            said, in_full = outer, in_full or mention.in_full
        elif mention.in_full or not in_full:
            # Two places that exclude each other: whoever typed them is asked which one is meant.
            said, in_full = (*said, *mention.places), True
        else:
            continue
        rest = asked[mention.end :]
        firm = said if in_full else firm
    # A bare name with other words behind it may be half of another name.
    sure = in_full or not rest or bool(TAIL.match(rest) or _BREAK.match(rest))
    return Reading(said, rest, sure=sure, context=() if sure else firm) if said else None


def _inside(places: Sequence[Known], areas: Sequence[Known]) -> tuple[Known, ...]:
    return tuple(p for p in places if any(area.code in p.around for area in areas))


def _mentions(asked: str, known: Sequence[Known]) -> list[_Mention]:
    """Return the names in the text from left to right, the longest at each place."""
    spelled: dict[str, list[tuple[Known, bool]]] = {}
    for place in known:
        for spelling, full in _spellings(place).items():
            spelled.setdefault(spelling, []).append((place, full))
    longest = max(map(len, spelled), default=0)
    found: list[tuple[int, int, list[tuple[Known, bool]]]] = []
    at = 0
    while at < len(asked):
        for end in range(min(len(asked), at + longest), at, -1):
            if named := spelled.get(asked[at:end]):
                found.append((at, end, named))
                # What follows as a part of it is no place of its own, though one is called 二区.
                at = end + _part(asked[end:], named, alone=not found)
                break
        else:
            at += 1
    starts = {start for start, _end, _named in found}
    mentions: list[_Mention] = []
    bounds = {0}
    for start, end, named in found:
        in_full = any(full for _place, full in named)
        places = tuple(dict.fromkeys(place for place, full in named if full or not in_full))
        part = _part(asked[end:], named, alone=start == 0)
        begins = (
            start in bounds
            or bool(_BREAK.match(asked, start - 1))
            or bool(_HOUSE.search(asked[:start]))
        )
        ends = end == len(asked) or end in starts or part or _BREAK.match(asked, end)
        is_whole = begins and (in_full or bool(ends))
        mentions.append(_Mention(end, places, in_full, begins, is_whole))
        if is_whole:
            bounds.add(end + part)
    return mentions


def _part(behind: str, named: Sequence[tuple[Known, bool]], *, alone: bool) -> int:
    """Return how many characters behind a name say which part of the place, 0 if they do not.

    Areas have no such parts, and a name of two characters `alone` makes another one with them: 卧龙小区.
    """
    for place, full in named:
        if place.level in AREAS or (alone and not full and len(place.short) < 3):
            return 0
    part = TAIL.match(behind)
    return part.end() if part else 0


def _spellings(place: Known) -> dict[str, bool]:
    """Return the ways to write a place, and whether each says of what kind it is."""
    ways = {place.short: False} if len(place.short) > 1 else {}
    ways |= {place.short + kind: True for kind in SAID.get(place.level, ())}
    return {**ways, place.name: True}


def core(words: str) -> str:
    """Return the name at the beginning of words, without kind and house number: 翠城小区3号楼 -> 翠城."""
    for at in range(2, len(words)):
        if TAIL.match(words, at) or _BREAK.match(words, at):
            words = words[:at]
            break
    kinds = sorted((kind for kinds in SAID.values() for kind in kinds), key=len, reverse=True)
    for kind in kinds:
        if len(words) > len(kind) + 1 and words.endswith(kind):
            return words.removesuffix(kind)
    return words
