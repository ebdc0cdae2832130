"""Do two texts tell the same matter? The thing, what is wrong with it, and the place must agree; the words need not.

Both lists (`same_words.txt`: things by all their names; `troubles.txt`: what is wrong with them) stand beside this
file. Pure counting; the same pair gives the same answer, whichever of the two comes first.
"""

import math
import re
from dataclasses import dataclass
from functools import cache

from linli.methods.language.meaning import EDGE, MARKS, heads_of, matters_in, meant_form, regions_of
from linli.methods.language.normal import bare_words, lookup_form

SAME = 0.5
"""Chance from which two texts count as the same matter."""
_PLACE = re.compile(
    r"(?:^|[，。；、！？,.;!?\s市区县镇在])([\u4e00-\u9fff]{2,4}?)"
    r"(?:小区|花园|家园|新村|大厦|公寓|社区|大道|路|街|巷|村|学院|中学|小学|医院|广场|公园)"
)
"""A named place where a clause begins or behind a larger place."""
_COMMON = re.compile(
    "我们|我家|你们|一个|这个|那个|整个|老旧|附近|隔壁|本小|门口|村里|马路|人行|十字|高速|快速|没有|道路|楼下|老小|到处|公"
    "租|幼儿|建设单|学校|下水|半夜"
)
"""What stands before such a word without naming a place."""
_BUILDING = re.compile(r"([0-9一二三四五六七八九十]+)(?:号楼|栋|幢|单元|楼|号院)")
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Sameness:
    """`score`: chance (0 to 1) that both tell the same matter. `why`: words for a person, by “;”."""

    score: float
    why: str

    @property
    def same(self) -> bool:
        return self.score >= SAME


@dataclass(frozen=True)
class _Told:
    form: str
    things: frozenset[str]
    troubles: frozenset[str]
    letters: frozenset[str]
    places: frozenset[str]
    buildings: frozenset[str]


def compare(one: str, other: str) -> Sameness:
    """Say whether two texts tell the same matter, and why."""
    here, there = _told(one), _told(other)
    if here.form and here.form == there.form:
        return Sameness(1.0, "same words")
    seen = _seen(here, there)
    known = _CONSTANT + sum(_WEIGHTS[name] * value for name, value in seen.items())
    return Sameness(1 / (1 + math.exp(-known)), _why(seen))


def _told(text: str) -> _Told:
    form = bare_words(lookup_form(text))
    kept = meant_form(text).split(f"{EDGE}{chr(MARKS)}")[0]
    return _Told(
        form=form,
        things=frozenset(matters_in(form)) - _no_things(),
        troubles=frozenset(matters_in(form, of="troubles.txt")),
        letters=frozenset(_HAN.findall(kept)),
        places=frozenset(m[1] for m in _PLACE.finditer(text) if not _COMMON.search(m[1]))
        | regions_of(text).named,
        buildings=frozenset(m[1].translate(_DIGITS) for m in _BUILDING.finditer(form)),
    )


_ANYWHERE = frozenset(
    (
        "小区",
        "业主",
        "邻居",
        "多次",
        "无人管",
        "夜里",
        "安全隐患",
        "投诉",
        "时间",
        "地点",
        "办理",
        "老人",
        "孩子",
    )
)
"""Heads of lines that stand in any complaint: to share one says nothing."""


@cache
def _no_things() -> frozenset[str]:
    """Return the marks of the lines that tell no thing: a trouble, which the other list tells more finely, or any place."""
    return frozenset(
        mark
        for mark, head in heads_of("same_words.txt").items()
        if head in _ANYWHERE or matters_in(head, of="troubles.txt")
    )


def _seen(here: _Told, there: _Told) -> dict[str, float]:
    things, troubles = here.things & there.things, here.troubles & there.troubles
    either = here.things | there.things
    fewer = min(len(here.letters), len(there.letters))
    return {
        "things": len(things) / len(either) if either else 0.0,
        "another thing": float(bool(here.things and there.things and not things)),
        "trouble": float(bool(troubles)),
        "another trouble": float(bool(here.troubles and there.troubles and not troubles)),
        "words": len(here.letters & there.letters) / fewer if fewer else 0.0,
        "another place": float(_differ(here.places, there.places)),
        "another building": float(_differ(here.buildings, there.buildings)),
    }


def _differ(these: frozenset[str], those: frozenset[str]) -> bool:
    return bool(these and those and not these & those)


_CONSTANT = -1.6
_WEIGHTS = {
    "things": 1.6,
    "another thing": -1.2,
    "trouble": 2.6,
    "another trouble": -1.6,
    "words": 0.2,
    "another place": -3.0,
    "another building": -3.0,
}
"""Set by hand, near a logistic regression on the pairs of tests/methods/data/sameness_pairs.csv; for places and buildings
by the rule that another place is another matter."""


def _why(seen: dict[str, float]) -> str:
    """Return what spoke for and against, the names of the weights that counted."""
    return "; ".join(name for name, value in seen.items() if value >= 0.5) or "little in common"
