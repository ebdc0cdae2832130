"""How urgent a person's words are: an emergency, a livelihood fault, an inquiry, or none of these.

The rules are data (`data/urgency.toml` and `urgency_speech.toml`, dated): what is said of danger, and the frames that take a danger out of
this moment: denied, over, past, supposed, asked about, seen in a film, a drill, a suggestion, a habit, a figure
of speech. A danger that goes on now is raised although a frame stands beside it. The result is a proposal with
its reason; a person decides. Pure; no Django.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from linli.methods.language import ear
from linli.methods.language.normal import clean_words, to_simplified
from linli.methods.language.urgency_rules import Frame, Line, Rule, Rules, shipped

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_CLAUSE = re.compile(r"[，,、：:]")
_SPACES = re.compile(r"[ \t\u3000\xa0]+")
READ = 2_000
"""Characters that a screen has judged while somebody types: more are no cry."""
NEAR = 16
"""Characters about the clauses of a danger in which “now” speaks of it."""
SURE, SURER = 0.6, 0.85
"""Chance from which what merely sounds like danger is raised: on sentences held back one in twelve traps,
four in five dangers, most of which the rules know too. The second where a fault of water, power or heat is told."""
LONG = 120
"""Characters from which words are a letter and no cry: danger in them counts only if it goes on now."""


class Urgent(StrEnum):
    """Classes of time limit, by the codes of a case's urgency; Q is answered at once."""

    EMERGENCY = "E1"
    LIVELIHOOD = "E2"
    NORMAL = "N"
    INQUIRY = "Q"


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
class _Hit:
    """A rule's words in a sentence: where they begin and end there, and where their predicate begins."""

    rule: Rule
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
        lines = tuple(rules.lines[code] for code in dict.fromkeys((like.line, "110")))
        return Judgement(Urgent.EMERGENCY, signs=(sign,), lines=lines, vulnerable=frail)
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


def _marks(frame: Frame, words: str) -> bool:
    whole = ("before", "around", "anywhere", "whole")
    return any(p.search(words) for name, p in frame.patterns.items() if name in whole)


def _sounds(words: str, rules: Rules, least: float) -> bool:
    told = any(_marks(frame, words) for frame in rules.frames if frame.code in _ELSEWHERE)
    return not told and ear.shipped().chance(heard(words, rules)) >= least


def _read(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", clean_words(text))
    return _SPACES.sub("", to_simplified(narrow))


def _frail(words: str, rules: Rules) -> Iterator[Sign]:
    for rule in rules.vulnerable:
        if found := rule.says.search(words):
            yield Sign(rule.code, rule.zh, rule.en, found[0], found.start())


def _sorted(
    words: str, sentences: list[tuple[int, str]], wanted: tuple[Rule, ...], rules: Rules
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


def _hits(rule: Rule, sentences: list[tuple[int, str]]) -> Iterator[_Hit]:
    for offset, sentence in sentences:
        if rule.only_with and rule.only_with.isdisjoint(sentence):
            continue
        for found in rule.says.finditer(sentence):
            keys = [found.start(name) for name, said in found.groupdict().items() if said]
            hit = _Hit(
                rule, sentence, offset, found.start(), found.end(), min(keys, default=found.start())
            )
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


def _framed(hit: _Hit, words: str, rules: Rules) -> Frame | None:
    """Return the frame that takes the hit out of this moment, or None."""
    begins, ends = (hit.offset + place for place in hit.clause)
    is_now = bool(rules.now.search(words, max(0, begins - NEAR), ends + NEAR))
    gives_way = _GIVES_WAY if is_now else frozenset[str]()
    if rules.again.search(words):
        gives_way = _GIVES_WAY | {"once"}
    for frame in rules.frames:
        if frame.code in hit.rule.holds_in or frame.code in gives_way:
            continue
        if _speaks(frame, hit, words):
            return frame
    if len(words) > LONG and not is_now and _LETTER.code not in hit.rule.holds_in:
        return _LETTER
    return None


_GIVES_WAY = frozenset(("past", "suppose", "ask", "wish", "after", "habit"))
"""Frames that a danger going on now breaks through; a film, a drill, a denial or an end are not broken."""
_ELSEWHERE = frozenset(("story", "drill", "like"))
"""Frames in which danger is told that is nowhere near: the ear is not asked."""
_LETTER = Frame("letter", "长文叙述，没有说就在眼下", "told at length, not as going on now")


def _speaks(frame: Frame, hit: _Hit, words: str) -> bool:
    _begins, ends = hit.clause
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
