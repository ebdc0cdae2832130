"""Which place a person's words mean, with a reason; “not known” is an answer. Pure; no Django.

Names are found wherever they stand; what stands before and behind says whether they are meant: a district or street
that holds them, a house number, “not”, “moved from”, “but the trouble is at”. A point helps to choose among places of
one name; alone it says the district.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from linli.methods.geo import Point, metres_between
from linli.methods.language.gazetteer import Entry, Gazetteer, Spelled, written_form
from linli.methods.language.place_cues import (
    ASIDE,
    BESIDE,
    DOOR,
    FORMER,
    FROM,
    HERE,
    HOME,
    LEAD,
    NOT,
    ONWARD,
    ORDINARY,
    OTHER,
    PASSED,
    ROAD,
    SIDE,
    TAIL,
    TURN,
    TWO,
)
from linli.methods.language.sounds import sounds, spoken

SURE, LIKELY = 0.95, 0.8
"""How sure a name is whose kind was said: of four characters and more, of fewer."""
HEARD, WRITTEN = "同音", "有一字不同"
"""How a name is amiss: written with others of the same sound, or with one character wrong."""
KNOWN = 0.5
"""From here a place is given; below it the answer is “not known”."""
NEAR, BESIDE_POINT = 1_500.0, 200.0
"""Metres from the point within which a place of that name is meant; within which a point alone means a compound."""


@dataclass(frozen=True)
class Candidate:
    """A place the words may mean, how sure, and why in Chinese, the language of the words."""

    entry: Entry
    confidence: float
    why: str


@dataclass(frozen=True)
class Located:
    """What the words and the point say. Codes are empty where nothing is known."""

    district: str = ""
    street: str = ""
    community: str = ""
    compound: str = ""
    confidence: float = 0.0
    why: str = ""
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class _Mention:
    """A stretch of the text and what it may mean."""

    start: int
    end: int
    ways: tuple[Spelled, ...]
    amiss: str = ""
    """Why the name is not as it is written in the gazetteer."""

    @property
    def length(self) -> int:
        return self.end - self.start

    def covers(self, other: "_Mention") -> bool:
        return self.start <= other.start and self.end >= other.end and self.length > other.length

    @property
    def kind_said(self) -> bool:
        return any(way.kind_said for way in self.ways)


def locate(
    text: str,
    places: Gazetteer,
    *,
    point: Point | None = None,
    district_at: Callable[[Point], str] = lambda _point: "",
) -> Located:
    """Return the place that the words mean. `point` is in GCJ-02; `district_at` says its district's code."""
    form = written_form(text)
    there = district_at(point) if point else ""
    mentions = _mentions(form, places)
    areas, small = _areas(mentions, form), [m for m in mentions if _small(m)]
    amiss = _amiss(form, mentions, places)
    # 观音寺被里 is 观音寺北里 misheard, not 观音寺: what sounds like a longer name goes before the shorter.
    small = [m for m in small if not any(a.covers(m) and a.amiss == HEARD for a in amiss)]
    found = _weighed(form, small, areas, places, point=point, there=there)
    if amiss and not any(one.confidence >= KNOWN for one in found):
        found += _weighed(form, [*amiss, *small], areas, places, point=point, there=there)
    if point is not None and not any(one.confidence >= KNOWN for one in found):
        found += _beside(point, places, areas)
    found.sort(key=lambda one: -one.confidence)
    return _answer(found, areas, places, point=point, there=there)


def _beside(point: Point, places: Gazetteer, areas: Sequence[_Mention]) -> list[Candidate]:
    """Return the compound nearest to a point, if one is near and lies in what the words say."""
    lng, lat = point
    box = [
        e
        for e in places.entries
        if e.point and abs(e.point[1] - lat) < 0.004 and abs(e.point[0] - lng) < 0.005
    ]
    fits = [e for e in box if all(_holds(area, e) for area in areas)]
    near = sorted((metres_between(e.point, point), e.code, e) for e in fits if e.point)
    if not near or near[0][0] > BESIDE_POINT:
        return []
    metres, _code, entry = near[0]
    return [Candidate(entry, 0.6, f"坐标离“{entry.name}”约{metres:.0f}米")]


def _small(mention: _Mention) -> bool:
    return any(way.entry.is_small for way in mention.ways)


def _mentions(form: str, places: Gazetteer) -> list[_Mention]:
    """Return the names in the text that cover most of it without overlapping, the longer the better."""
    best: list[tuple[float, tuple[_Mention, ...]]] = [(0.0, ())] * (len(form) + 1)
    for end in range(1, len(form) + 1):
        best[end] = best[end - 1]
        for start in range(max(0, end - places.longest), end - 1):
            if SIDE.match(form, end - 1) and form[start : end - 1] in places.spelled:
                continue
            if ways := places.spelled.get(form[start:end]):
                worth = best[start][0] + (end - start) ** 2
                if worth > best[end][0]:
                    best[end] = (worth, (*best[start][1], _Mention(start, end, tuple(ways))))
    return list(best[-1][1])


def _areas(mentions: Sequence[_Mention], form: str) -> list[_Mention]:
    """Return the districts and streets that are said as such, or whose bare name another name follows."""
    starts = {mention.start for mention in mentions}
    said = []
    for mention in mentions:
        ways = tuple(way for way in mention.ways if not way.entry.is_small)
        full = tuple(way for way in ways if way.kind_said)
        follows = mention.end in starts or form[mention.end : mention.end + 1] in " 的"
        leads = mention.end in starts and any(w.entry.level == "district" for w in ways)
        whole = (leads or not _small(mention)) and follows and not OTHER.match(form, mention.end)
        if full or (ways and whole):
            said.append(_Mention(mention.start, mention.end, full or ways))
    return said


def _around(mention: _Mention, areas: Sequence[_Mention]) -> list[_Mention]:
    """Return the areas that are said of a name: the nearest before it of each level, else those behind it."""
    before = [area for area in areas if area.end <= mention.start]
    chosen: dict[str, _Mention] = {}
    for area in reversed(before):
        chosen.setdefault(area.ways[0].entry.level, area)
    if not chosen:
        for area in areas:
            if area.start >= mention.end:
                chosen.setdefault(area.ways[0].entry.level, area)
    return list(chosen.values())


def _holds(area: _Mention, entry: Entry) -> bool:
    return any(
        way.entry.code == (entry.district if way.entry.level == "district" else entry.street)
        or (
            way.entry.level == "street"
            and not entry.street
            and way.entry.district == entry.district
        )
        for way in area.ways
    )


def _weighed(
    form: str,
    mentions: Sequence[_Mention],
    areas: Sequence[_Mention],
    places: Gazetteer,
    *,
    point: Point | None,
    there: str,
) -> list[Candidate]:
    """Return a candidate for each place that the mentions may mean."""
    found: list[Candidate] = []
    for mention in mentions:
        if NOT.search(form[: mention.start]):
            continue
        around = _around(mention, areas)
        entries = list(dict.fromkeys(way.entry for way in mention.ways if way.entry.is_small))
        inside = [entry for entry in entries if all(_holds(area, entry) for area in around)]
        partly = [entry for entry in entries if any(_holds(area, entry) for area in around)]
        chosen = inside or partly or entries
        chosen = _by_point(chosen, point, there)
        strength = _strength(form, mention, fits=bool(inside and around), areas=areas)
        if around and not inside:
            strength -= _discord(form, mention, around) if not partly else 0.15
        strength += _role(form, mention, mentions)
        homes = {entry.community or entry.code for entry in chosen}
        for entry in chosen:
            sure = strength
            if point is not None and _agrees(entry, point, there):
                sure += 0.15
            elif there and entry.district != there:
                sure -= 0.2
            if len(homes) > 1 and not _same_home(chosen):
                sure = min(sure, 0.45)
            found.append(Candidate(entry, sure, _why(form, mention, around, len(homes))))
    return found


def _discord(form: str, mention: _Mention, around: Sequence[_Mention]) -> float:
    """Return how much it tells against a name that no area said about it holds it.

    Right behind a district said in full it is another place of that name, 安贞西里 is none of the 西里 elsewhere.
    """
    joined = [area for area in around if area.end == mention.start]
    if any(a.kind_said and a.ways[0].entry.level == "district" for a in joined):
        return 0.5
    return 0.5 if joined and form[mention.start] in "东西南北中" else 0.3


def _same_home(entries: Sequence[Entry]) -> bool:
    """Say whether the entries are one community and compounds of its name that nobody has placed."""
    communities = {entry.community for entry in entries if entry.community}
    return len(communities) == 1 and len({entry.district for entry in entries}) == 1


def _by_point(entries: Sequence[Entry], point: Point | None, there: str) -> list[Entry]:
    """Return the entries that a point leaves: those near it, else those in its district, else all."""
    if point is None:
        return list(entries)
    near = [e for e in entries if e.point and metres_between(e.point, point) < NEAR]
    homes = {entry.community for entry in near if entry.community}
    if near:
        return near + [e for e in entries if e.code in homes]
    return [entry for entry in entries if entry.district == there] or list(entries)


def _agrees(entry: Entry, point: Point, there: str) -> bool:
    if entry.point is not None:
        return metres_between(entry.point, point) < NEAR
    return entry.district == there


def _strength(form: str, mention: _Mention, *, fits: bool, areas: Sequence[_Mention]) -> float:
    """Return how sure a name is by its length, by what stands about it, and by the areas that hold it."""
    behind, before = form[mention.end :], form[: mention.start]
    begins = not before or bool(LEAD.search(before)) or any(a.end == mention.start for a in areas)
    tail = not behind or behind.startswith(" ") or bool(TAIL.match(behind))
    another = not mention.kind_said and bool(OTHER.match(behind))
    said = form[mention.start : mention.end]
    ordinary = not mention.kind_said and bool(ORDINARY.fullmatch(said))
    shortened = all(way.shortened for way in mention.ways if way.entry.is_small)
    if mention.kind_said and (mention.length > 4 or begins):
        sure = SURE if mention.length > 3 else LIKELY
    elif mention.length >= 4:
        sure = 0.9 if begins or tail else 0.75
    elif mention.length == 3:
        sure = 0.85 if begins and tail else 0.7 if begins or tail else 0.5
    elif fits:
        sure = 0.55 if begins and tail else 0.3
    else:
        sure = 0.65 if begins and TWO.fullmatch(said) and DOOR.match(behind) else 0.3
    if fits:
        sure += 0.1
    if shortened:
        sure -= 0.15 if fits else 0.35
    if ordinary and not fits:
        sure = min(sure, 0.4)
    if another:
        sure -= 0.4 if ROAD.match(behind) else 0.15 if begins else 0.25
    if mention.amiss:
        sure -= 0.1
    if mention.amiss == WRITTEN and not fits and _own(said) <= 4:
        sure = min(sure, 0.4)
    return min(sure, 0.98)


def _role(form: str, mention: _Mention, mentions: Sequence[_Mention]) -> float:
    """Return what the words about a name add: where the trouble is, where somebody merely lives or came from."""
    before, behind = form[: mention.start], form[mention.end :]
    clause = before.rsplit(" ", 1)[-1]
    later = [other for other in mentions if other.start >= mention.end]
    earlier = [other for other in mentions if other.end <= mention.start]
    weight = 0.0
    if HERE.search(before[-24:]):
        weight += 0.05
    if FORMER.search(clause) and later:
        weight -= 0.5
    if FROM.search(clause) and ONWARD.match(behind) and later:
        weight -= 0.5
    if any(other.ways == mention.ways for other in (*earlier, *later)):
        weight += 0.1  # who names a place twice means it
    if PASSED.search(clause) and later:
        weight -= 0.4
    if later and BESIDE.match(behind) and later[0].start - mention.end < 8:
        weight -= 0.3
    if later and (HOME.search(clause) or ASIDE.search(clause + behind[:6])):
        turned = TURN.search(form[mention.end : later[-1].start])
        weight -= 0.4 if turned else 0.1
    if (
        later
        and TURN.search(form[mention.end : later[0].start])
        and HERE.search(form[: later[0].start][-24:])
    ):
        weight -= 0.4
    if earlier and not later and not HERE.search(before[-24:]):
        weight -= 0.02
    return weight


def _amiss(form: str, mentions: Sequence[_Mention], places: Gazetteer) -> list[_Mention]:
    """Return stretches that sound like a name, or differ from one in one character."""
    heard = sounds(form)
    found: list[_Mention] = []
    taken = [(m.start, m.end) for m in mentions if not _small(m) and m.kind_said]
    for start in range(len(form)):
        for end in range(start + 3, min(len(form), start + 12) + 1):
            if " " in form[start:end]:
                break
            if any(start < stop and begin < end for begin, stop in taken):
                continue
            if ways := places.sounding.get(heard[start:end]):
                said = _plausible(ways)
                if form[start:end] not in places.spelled and _misheard(form, start, end, said):
                    found.append(_Mention(start, end, said, amiss=HEARD))
                    continue
            if end - start >= 4:
                for name in places.nearly(form[start:end]):
                    if _similar(name, form[start:end]):
                        said = _plausible(places.spelled[name])
                        found.append(_Mention(start, end, said, amiss=WRITTEN))
    longest = max((mention.length for mention in found), default=0)
    best = [mention for mention in found if mention.length == longest]
    sounding = [mention for mention in best if mention.amiss == HEARD]
    return sounding or best


def _plausible(ways: Sequence[Spelled]) -> tuple[Spelled, ...]:
    return tuple(way for way in ways if way.entry.is_small and not way.shortened)


def _misheard(form: str, start: int, end: int, ways: Sequence[Spelled]) -> bool:
    """Say whether a stretch that sounds like a name may be it: a short one only if it sounds just so."""
    said = form[start:end]
    if not ways or _own(said) > 2:
        return bool(ways)
    begins = start == 0 or bool(LEAD.search(form[:start]))
    whole = {written_form(way.entry.short) for way in ways} | {
        written_form(way.entry.name) for way in ways
    }
    exact = [name for name in whole if len(name) <= len(said) and all(map(_alike, name, said))]
    return begins and end - start >= 4 and bool(exact)


def _alike(one: str, other: str) -> bool:
    return spoken(one) == spoken(other)


def _similar(name: str, said: str) -> bool:
    """Say whether the one character that differs is a slip: it says no other part, and the name is long enough."""
    if _own(name) < 3:
        return False
    at = next(n for n, (a, b) in enumerate(zip(name, said, strict=True)) if a != b)
    return name[at] not in _PARTS and said[at] not in _PARTS


_PARTS = frozenset("一二三四五六七八九十东西南北中前后上下左右甲乙丙丁abcdefg0123456789期区号里院")
"""Characters in which names of neighbouring places differ: the other one is another place, no slip."""
_ENDS = re.compile(r"(?:小区|社区|家园|花园|村|居委会|小区社区)$")


def _own(name: str) -> int:
    """Return how many characters a name has of its own, without an ending that many have."""
    return len(_ENDS.sub("", name))


def _why(form: str, mention: _Mention, around: Sequence[_Mention], homes: int) -> str:
    said = f"“{form[mention.start : mention.end].strip()}”"
    if mention.amiss:
        said += f"与地名{mention.amiss}"
    if around:
        said += f"，前后说到{'、'.join(area.ways[0].entry.name for area in around)}"
    if homes > 1:
        said += f"，同名的有{homes}处"
    return said


def _answer(
    found: list[Candidate],
    areas: Sequence[_Mention],
    places: Gazetteer,
    *,
    point: Point | None,
    there: str,
) -> Located:
    best = found[0] if found else None
    if best and best.confidence >= KNOWN:
        entry = best.entry
        rivals = [one for one in found if one.confidence > best.confidence - 0.05]
        communities = {one.entry.community for one in rivals if one.entry.community}
        apart = len({one.entry.community or one.entry.code for one in rivals}) > 1
        if len(communities) > 1:
            confidence = min(best.confidence, 0.55)
            best = Candidate(entry, confidence, f"{best.why}，也说到别处")
        community = entry.community or (
            communities.pop() if apart and len(communities) == 1 else ""
        )
        compound = next((one.entry for one in rivals if one.entry.level == "compound"), None)
        home = places.by_code.get(community)
        return Located(
            district=entry.district,
            street=home.street if home else entry.street,
            community=community,
            compound=compound.name if compound else "",
            confidence=round(min(best.confidence, 0.98), 2),
            why=best.why,
            candidates=tuple(found[:6]),
        )
    street = [area for area in areas if area.ways[0].entry.level == "street"]
    district = [area for area in areas if area.ways[0].entry.level == "district"]
    codes = {way.entry.code for area in street for way in area.ways}
    if there or district:
        within = {there} if there else {way.entry.code for way in district[-1].ways}
        codes = {code for code in codes if places.by_code[code].district in within}
        said = "坐标" if there else f"“{district[-1].ways[0].entry.name}”"
        only = next(iter(within)) if len(within) == 1 else ""
        return Located(
            district=only, street=codes.pop() if len(codes) == 1 else "", confidence=0.4,
            why=f"只知道大的范围：{said}", candidates=tuple(found[:6]),
        )  # fmt: skip
    if len(codes) == 1:
        one = places.by_code[codes.pop()]
        return Located(
            district=one.district, street=one.code, confidence=0.4, why=f"只知道街道：“{one.name}”",
            candidates=tuple(found[:6]),
        )  # fmt: skip
    why = f"{found[0].why}，说不准" if found else "没有说到地名"
    return Located(why=why, candidates=tuple(found[:6]))
