"""How urgent a person's words are: an emergency, a livelihood fault, an inquiry, or none of these.

The rules are data (`data/urgency.toml`, dated): what is said of danger, and the frames that take a danger out of
this moment: denied, over, past, supposed, asked about, seen in a film, a drill, a suggestion, a habit, a figure
of speech. A danger that goes on now is raised although a frame stands beside it. The result is a proposal with
its reason; a person decides. Pure; no Django.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from linli.methods.language import ear
from linli.methods.language.normal import clean_words, to_simplified

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_CLAUSE = re.compile(r"[，,、：:]")
_SPACES = re.compile(r"[ \t\u3000\xa0]+")
NEAR = 16
"""Characters about the clauses of a danger in which “now” speaks of it."""
BREATH = 14
"""Characters between a thing and what befalls it."""
SURE, SURER = 0.6, 0.85
"""Chance from which what merely sounds like danger is raised: on sentences held back one in twelve traps,
four in five dangers, most of which the rules know too. The second where a fault of water, power or heat is told."""
LONG = 120
"""Characters from which words are a letter and no cry: danger in them counts only if it goes on now."""
_PATTERNS = ("at_start", "at_predicate", "before", "after", "inside", "around", "anywhere", "whole")


class Urgent(StrEnum):
    """Classes of time limit, by the codes of a case's urgency; Q is answered at once."""

    EMERGENCY = "E1"
    LIVELIHOOD = "E2"
    NORMAL = "N"
    INQUIRY = "Q"


@dataclass(frozen=True)
class Line:
    """A special line: the number to dial, and whose it is in both languages."""

    number: str
    zh: str
    en: str


@dataclass(frozen=True)
class Sign:
    """What was found in the words: the rule's code and names, the words themselves, and where they stand.

    `frame` is empty for a sign that counts, else the code of the frame that puts it aside.
    """

    code: str
    zh: str
    en: str
    said: str
    start: int
    frame: str = ""
    frame_zh: str = ""
    frame_en: str = ""


@dataclass(frozen=True)
class Judgement:
    """What the words say. `lines` are the special lines in the order in which they are to be called."""

    urgent: Urgent
    signs: tuple[Sign, ...] = ()
    lines: tuple[Line, ...] = ()
    vulnerable: tuple[Sign, ...] = ()
    guidance: tuple[str, ...] = ()
    put_aside: tuple[Sign, ...] = ()

    @property
    def why(self) -> str:
        """Return the reason in Chinese, the language of the words."""
        said = [f"{sign.zh}：“{sign.said}”" for sign in self.signs[:2]]
        said += [f"提到“{s.said}”，但{s.frame_zh}" for s in self.put_aside[:1] if not self.signs]
        said += [f"涉及{'、'.join(sign.zh for sign in self.vulnerable)}"] if self.vulnerable else []
        return "；".join(said) or ("在咨询" if self.urgent is Urgent.INQUIRY else "没有紧急的说法")


@dataclass(frozen=True)
class _Rule:
    code: str
    zh: str
    en: str
    says: re.Pattern[str]
    unless: re.Pattern[str] | None
    lines: tuple[str, ...] = ()
    guidance: str = ""
    holds_in: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Frame:
    code: str
    zh: str
    en: str
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """The rules as read from their file. `dated` is the day they were last reviewed."""

    dated: str
    lines: dict[str, Line]
    emergencies: tuple[_Rule, ...]
    livelihood: tuple[_Rule, ...]
    frames: tuple[_Frame, ...]
    now: re.Pattern[str]
    asks: re.Pattern[str]
    complains: re.Pattern[str]
    vulnerable: tuple[_Rule, ...]
    guidance: dict[str, dict[str, list[str]]]


@cache
def shipped() -> Rules:
    """Return the rules that come with the product."""
    data = files("linli.methods.language").joinpath("data", "urgency.toml").read_bytes()
    return rules_of(data.decode())


def rules_of(text: str) -> Rules:
    """Return rules from TOML. Raises KeyError, ValueError or re.error for rules that say nothing usable."""
    raw = tomllib.loads(text)
    words = raw["words"]
    lines = {code: Line(**line) for code, line in raw["lines"].items()}
    rules = Rules(
        dated=str(raw["dated"]),
        lines=lines,
        emergencies=tuple(_rule(one, words) for one in raw["emergency"]),
        livelihood=tuple(_rule(one | _FAULT, words) for one in raw["livelihood"]),
        frames=tuple(_frame(code, one, words) for code, one in raw["frames"].items()),
        now=_any(raw["now"]["says"], words),
        asks=_any(raw["inquiry"]["says"], words),
        complains=_any(raw["inquiry"]["unless"], words),
        vulnerable=tuple(_rule(one | {"says": [one["says"]]}, words) for one in raw["vulnerable"]),
        guidance=raw["guidance"],
    )
    for rule in rules.emergencies:
        if unknown := set(rule.lines) - set(lines):
            raise ValueError(f"{rule.code}: no such line: {unknown}")
    return rules


def _any(patterns: list[str], words: dict[str, str]) -> re.Pattern[str]:
    text = "|".join(f"(?:{pattern})" for pattern in patterns)
    for name, said in words.items():
        text = text.replace("{" + name + "}", said)
    # One name may stand in each of the alternatives, which Python allows only once.
    numbers = iter(range(1000))
    return re.compile(re.sub(r"\(\?P<k>", lambda _m: f"(?P<k{next(numbers)}>", text))


def _either_way(pairs: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield patterns for a thing and what befalls it, said in either order within a breath."""
    for thing, danger in pairs:
        yield rf"(?:{thing})[^。]{{0,{BREATH}}}?(?P<k>{danger})"
        yield rf"(?P<k>{danger})[^。]{{0,{BREATH}}}?(?:{thing})"


def _rule(raw: dict[str, Any], words: dict[str, str]) -> _Rule:
    return _Rule(
        code=raw["code"],
        zh=raw["zh"],
        en=raw["en"],
        says=_any([*raw["says"], *_either_way(raw.get("pairs", ()))], words),
        unless=_any(raw["unless"], words) if "unless" in raw else None,
        lines=tuple(raw.get("lines", ())),
        guidance=raw.get("guidance", ""),
        holds_in=frozenset(raw.get("holds_in", ())),
    )


def _frame(code: str, raw: dict[str, Any], words: dict[str, str]) -> _Frame:
    patterns = {name: _any(raw[name], words) for name in _PATTERNS if name in raw}
    return _Frame(code, raw["zh"], raw["en"], patterns)


@dataclass(frozen=True)
class _Hit:
    """A rule's words in a sentence: where they begin and end there, and where their predicate begins."""

    rule: _Rule
    sentence: str
    offset: int
    start: int
    end: int
    predicate: int

    @property
    def said(self) -> str:
        return self.sentence[self.start : self.end]

    @property
    def clause(self) -> tuple[int, int]:
        """Return where the clauses that the hit touches begin and end in the sentence."""
        cuts = [0, *(m.end() for m in _CLAUSE.finditer(self.sentence)), len(self.sentence)]
        begins = max(cut for cut in cuts if cut <= self.start)
        ends = min((cut for cut in cuts if cut >= self.end), default=len(self.sentence))
        return begins, ends


def judge(text: str, rules: Rules | None = None) -> Judgement:
    """Return how urgent the words are, with reasons. Empty words are normal."""
    rules = rules or shipped()
    words = _read(text)
    sentences = [(m.start(), m[0]) for m in _SENTENCE.finditer(words)]
    frail = tuple(_frail(words, rules))
    signs, aside = _sorted(words, sentences, rules.emergencies, rules)
    if signs:
        hit = {sign.code for sign in signs}
        raised = [rule for rule in rules.emergencies if rule.code in hit]
        raised.sort(key=lambda rule: [sign.code for sign in signs].index(rule.code))
        numbers = dict.fromkeys(line for rule in raised for line in rule.lines)
        return Judgement(
            Urgent.EMERGENCY,
            signs=tuple(signs),
            lines=tuple(rules.lines[number] for number in numbers),
            vulnerable=frail,
            guidance=tuple(dict.fromkeys(r.guidance for r in raised if r.guidance)),
            put_aside=tuple(aside),
        )
    faults, _rest = _sorted(words, sentences, rules.livelihood, rules)
    if not aside and len(words) <= LONG and _sounds(words, rules, SURER if faults else SURE):
        like = ear.nearest(words)
        sign = Sign("ear", "听起来像险情", "Sounds like danger", like.text, 0)
        line = rules.lines[like.line]
        return Judgement(Urgent.EMERGENCY, signs=(sign,), lines=(line,), vulnerable=frail)
    urgent = Urgent.NORMAL
    if faults:
        urgent = Urgent.LIVELIHOOD
    elif _is_inquiry(words, rules):
        urgent = Urgent.INQUIRY
    return Judgement(urgent, signs=tuple(faults), vulnerable=frail, put_aside=tuple(aside))


def heard(text: str, rules: Rules | None = None) -> frozenset[str]:
    """Return what an ear takes in of the words: their grams, and in which frames they speak."""
    rules = rules or shipped()
    words = _read(text)
    marks = [frame.code for frame in rules.frames if _marks(frame, words)]
    looks = {"now": rules.now, "asks": rules.asks, "complains": rules.complains}
    marks += [name for name, pattern in looks.items() if pattern.search(words)]
    return ear.grams_of(words, marks)


def _marks(frame: _Frame, words: str) -> bool:
    whole = ("before", "around", "anywhere", "whole")
    return any(p.search(words) for name, p in frame.patterns.items() if name in whole)


def _sounds(words: str, rules: Rules, least: float) -> bool:
    return ear.shipped().chance(heard(words, rules)) >= least


def _read(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", clean_words(text))
    return _SPACES.sub("", to_simplified(narrow))


def _frail(words: str, rules: Rules) -> Iterator[Sign]:
    for rule in rules.vulnerable:
        if found := rule.says.search(words):
            yield Sign(rule.code, rule.zh, rule.en, found[0], found.start())


def _sorted(
    words: str, sentences: list[tuple[int, str]], wanted: tuple[_Rule, ...], rules: Rules
) -> tuple[list[Sign], list[Sign]]:
    """Return the signs that count and those that a frame puts aside, each rule's first of either kind."""
    counting: dict[str, Sign] = {}
    aside: dict[str, Sign] = {}
    for rule in wanted:
        for hit in _hits(rule, sentences):
            frame = _framed(hit, words, rules)
            into = aside if frame else counting
            if rule.code not in into:
                into[rule.code] = Sign(
                    rule.code, rule.zh, rule.en, hit.said, hit.offset + hit.start,
                    *((frame.code, frame.zh, frame.en) if frame else ()),
                )  # fmt: skip
    return _by_place(counting), _by_place(aside)


def _by_place(signs: dict[str, Sign]) -> list[Sign]:
    return sorted(signs.values(), key=lambda sign: sign.start)


def _hits(rule: _Rule, sentences: list[tuple[int, str]]) -> Iterator[_Hit]:
    for offset, sentence in sentences:
        for found in rule.says.finditer(sentence):
            keys = [found.start(name) for name, said in found.groupdict().items() if said]
            hit = _Hit(rule, sentence, offset, found.start(), found.end(), min(keys, default=found.start()))
            if not _excepted(hit):
                yield hit


def _excepted(hit: _Hit) -> bool:
    """Say whether an exception of the rule covers the predicate: 跳楼价 is no jump."""
    if hit.rule.unless is None:
        return False
    return any(
        found.start() < hit.end and found.end() > hit.predicate
        for found in hit.rule.unless.finditer(hit.sentence)
    )


def _framed(hit: _Hit, words: str, rules: Rules) -> _Frame | None:
    """Return the frame that takes the hit out of this moment, or None."""
    begins, ends = (hit.offset + place for place in hit.clause)
    is_now = bool(rules.now.search(words, max(0, begins - NEAR), ends + NEAR))
    for frame in rules.frames:
        if frame.code in hit.rule.holds_in or (is_now and frame.code in _GIVES_WAY):
            continue
        if _speaks(frame, hit, words):
            return frame
    if len(words) > LONG and not is_now and _LETTER.code not in hit.rule.holds_in:
        return _LETTER
    return None


_FAULT = {"holds_in": ("habit", "after", "letter")}
"""A supply that fails again and again, or is told of at length, still has its clock."""
_GIVES_WAY = frozenset(("past", "suppose", "ask", "wish", "after", "habit"))
"""Frames that a danger going on now breaks through; a film, a drill, a denial or an end are not broken."""
_LETTER = _Frame("letter", "长文叙述，没有说就在眼下", "told at length, not as going on now")


def _speaks(frame: _Frame, hit: _Hit, words: str) -> bool:
    begins, ends = hit.clause
    sentence, found = hit.sentence, frame.patterns
    checks = {
        "at_start": sentence[: hit.start],
        "at_predicate": sentence[: hit.predicate],
        "before": sentence[: hit.predicate],
        "after": sentence[hit.end : ends + 20],
        "inside": hit.said,
        "around": sentence,
        "anywhere": words,
        "whole": words,
    }
    return any(pattern.search(checks[name]) for name, pattern in found.items())


def _is_inquiry(words: str, rules: Rules) -> bool:
    return bool(rules.asks.search(words)) and not rules.complains.search(words)
