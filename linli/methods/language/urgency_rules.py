"""The rules of urgency, read from their file: what is said of danger, and the frames that put it aside."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

_PATTERNS = ("at_start", "at_predicate", "before", "after", "inside", "around", "anywhere", "whole")
FILES = ("urgency.toml", "urgency_speech.toml")
BREATH = 14
"""Characters between a thing and what befalls it."""
_FAULT = {"holds_in": ("habit", "after", "letter")}
"""A supply that fails again and again, or is told of at length, still has its clock."""


@dataclass(frozen=True)
class Line:
    """A special line: the number to dial, and whose it is in both languages."""

    number: str
    zh: str
    en: str


@dataclass(frozen=True)
class Rule:
    """One danger or fault: how it is told, what looks like it and is none, and whom to call."""

    code: str
    zh: str
    en: str
    says: re.Pattern[str]
    unless: re.Pattern[str] | None
    lines: tuple[str, ...] = ()
    guidance: str = ""
    holds_in: frozenset[str] = frozenset()
    only_with: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Frame:
    """A way of speaking that takes a danger out of this moment. `patterns` by where they are looked for."""

    code: str
    zh: str
    en: str
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """The rules as read from their file. `dated` is the day they were last reviewed."""

    dated: str
    lines: dict[str, Line]
    emergencies: tuple[Rule, ...]
    livelihood: tuple[Rule, ...]
    frames: tuple[Frame, ...]
    now: re.Pattern[str]
    again: re.Pattern[str]
    asks: re.Pattern[str]
    complains: re.Pattern[str]
    vulnerable: tuple[Rule, ...]
    guidance: dict[str, dict[str, list[str]]]


@cache
def shipped() -> Rules:
    """Return the rules that come with the product."""
    data = files("linli.methods.language").joinpath("data")
    return rules_of(*(data.joinpath(name).read_text(encoding="utf-8") for name in FILES))


def rules_of(*texts: str) -> Rules:
    """Return rules from TOML. Raises KeyError, ValueError or re.error for rules that say nothing usable."""
    raw: dict[str, Any] = {}
    for text in texts:
        raw |= tomllib.loads(text)
    words = raw["words"]
    lines = {code: Line(**line) for code, line in raw["lines"].items()}
    rules = Rules(
        dated=str(raw["dated"]),
        lines=lines,
        emergencies=tuple(_rule(one, words) for one in raw["emergency"]),
        livelihood=tuple(_rule(one | _FAULT, words) for one in raw["livelihood"]),
        frames=tuple(_frame(code, one, words) for code, one in raw["frames"].items()),
        now=_any(raw["now"]["says"], words),
        again=_any([raw["now"]["again"]], words),
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


def _rule(raw: dict[str, Any], words: dict[str, str]) -> Rule:
    return Rule(
        code=raw["code"],
        zh=raw["zh"],
        en=raw["en"],
        says=_any([*raw["says"], *_either_way(raw.get("pairs", ()))], words),
        unless=_any(raw["unless"], words) if "unless" in raw else None,
        lines=tuple(raw.get("lines", ())),
        guidance=raw.get("guidance", ""),
        holds_in=frozenset(raw.get("holds_in", ())),
        only_with=frozenset(raw.get("only_with", "")),
    )


def _frame(code: str, raw: dict[str, Any], words: dict[str, str]) -> Frame:
    patterns = {name: _any(raw[name], words) for name in _PATTERNS if name in raw}
    return Frame(code, raw["zh"], raw["en"], patterns)
