"""A message as figures: its words without the small ones, and a number for each run of them or of their characters.

Words that carry no matter (的, 您好, 尊敬) and figures are left out before runs are taken, so that a text that
comes cut into words, without them, and the same text as it was typed give the same runs. A run goes by a
64-bit number and not by its letters: a model made of messages then holds no word of any of them.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import rjieba

from linli.methods.language.grams import searched_form

LEAD = 16
"""Words at the beginning that count once more: the title, where people say what it is about."""
LONGEST = 6_000
"""Characters of a message that are looked at."""
_HAS_LETTER = re.compile(r"[^\W\d_]")
_CUT = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
"""A space between two Chinese characters, where nobody types one."""
_ARTEFACT = re.compile(r"_x000d_|&[a-z]{2,6};", re.IGNORECASE)
"""What spreadsheets and web pages leave behind for a line end or a space."""

SMALL_WORDS = frozenset(
    word
    for line in files(__package__).joinpath("data/small_words.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)

_LETTER = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0xC2B2AE3D27D4EB4F)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(33)


def words_of(text: str) -> list[str]:
    """Return the words of a text that carry matter, in simplified script, half-width and lower case.

    A text that comes cut into words, with spaces between them, keeps its words.
    """
    cleaned = searched_form(_ARTEFACT.sub(" ", text[:LONGEST]))
    is_cut = len(_CUT.findall(cleaned)) * 6 > len(cleaned)
    return matter_of(cleaned.split(" ") if is_cut else rjieba.cut(cleaned))


def matter_of(words: Iterable[str]) -> list[str]:
    """Return the words with a letter in them that are not among SMALL_WORDS."""
    return [word for word in words if word not in SMALL_WORDS and _HAS_LETTER.search(word)]


@dataclass(frozen=True)
class Family:
    """A kind of runs: `shortest` to `longest` words, or characters, of the whole message or its LEAD words."""

    code: str
    unit: str
    shortest: int
    longest: int
    lead: bool = False

    def keys(self, words: Sequence[str]) -> np.ndarray:
        """Return one number (uint64) a run, repeats included, run lengths one after the other."""
        taken = words[:LEAD] if self.lead else words
        units = _letters(taken) if self.unit == "character" else _wholes(taken)
        return _runs(units, self.shortest, self.longest)

    def run_at(self, words: Sequence[str], place: int) -> str:
        """Return the run that stands at a place of `keys`, as it is written: what a reason shows."""
        taken = words[:LEAD] if self.lead else words
        units = "".join(taken) if self.unit == "character" else taken
        for length in range(self.shortest, self.longest + 1):
            count = max(len(units) - length + 1, 0)
            if place < count:
                return "".join(units[place : place + length])
            place -= count
        raise IndexError(place)


def _letters(words: Sequence[str]) -> np.ndarray:
    return np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)


def _wholes(words: Sequence[str]) -> np.ndarray:
    sums = [zlib.crc32(word.encode()) << 16 | len(word) for word in words]
    return np.array(sums, dtype=np.uint64)


def _runs(units: np.ndarray, shortest: int, longest: int) -> np.ndarray:
    found = []
    key = np.zeros(len(units), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for length in range(1, longest + 1):
            if len(units) < length:
                break
            last = units[length - 1 :]
            key = _mixed(key[: len(last)] * _STEP + (last + np.uint64(1)) * _LETTER)
            if length >= shortest:
                found.append(key)
    return np.concatenate(found) if found else np.zeros(0, dtype=np.uint64)


def _mixed(key: np.ndarray) -> np.ndarray:
    key = (key ^ (key >> _SHIFT)) * _MIX
    return key ^ (key >> _SHIFT)
