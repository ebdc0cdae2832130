"""How Chinese characters sound, so that a name written with others of the same sound is found. Pure; no Django."""

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

_RUN = re.compile(r"[\u4e00-\u9fff]")
_MERGED = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"(?<=[aei])ng$"), "n"),
    (re.compile(r"^n(?=[^g])"), "l"),
)
"""Sounds that many speakers do not tell apart: zh and z, ang and an, n and l."""


@lru_cache(maxsize=8192)
def spoken(character: str) -> str:
    """Return the sound of one character without tone; others than Chinese ones stay as they are."""
    return lazy_pinyin(character)[0] if _RUN.match(character) else character


@lru_cache(maxsize=8192)
def sound(character: str) -> str:
    """Return the sound of one character, without tone and without what speakers confuse; others stay as they are."""
    said = spoken(character)
    for found, instead in _MERGED:
        said = found.sub(instead, said)
    return said


def sounds(text: str) -> tuple[str, ...]:
    """Return the sound of each character."""
    return tuple(sound(character) for character in text)
