"""One form for text that is looked up or compared. What a person wrote is stored as she wrote it."""

import re
import unicodedata
from functools import cache

import opencc

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Unicode's categories Cc and Cs, but for tab and line end."""


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def to_simplified(text: str) -> str:
    """Return text in simplified script, character by character and phrase by phrase."""
    return _converter().convert(text)


def lookup_form(text: str) -> str:
    """Return text in half-width, simplified script, lower case, without spaces and control characters."""
    narrow = unicodedata.normalize("NFKC", clean_words(text))
    return re.sub(r"\s+", "", to_simplified(narrow)).lower()


def clean_words(text: str) -> str:
    """Return a person's words for storing: line ends unified, control characters and NUL gone.

    Nothing else is touched: emoji, traditional script and full-width forms stay as written.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", unified).strip()


def bare_words(text: str) -> str:
    """Return the letters and digits alone, half-width and lower case: equal for words that say the same."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())
