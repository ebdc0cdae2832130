"""One form for text that is looked up or compared. What a person wrote is stored as she wrote it."""

import re
import unicodedata
from functools import cache

import opencc

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Unicode's categories Cc and Cs, but for tab and line end."""


_BARE = re.compile(r"[\W_]+")
_WIDE = re.compile("[\uff01-\uff5e\u3000]")
_NARROW = {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | {"\u3000": " "}


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def to_simplified(text: str) -> str:
    """Return text in simplified script, character by character and phrase by phrase."""
    return _converter().convert(text)


def narrowed(text: str) -> str:
    """Return text with full-width forms of ASCII and the wide space narrow, character by character."""
    return _WIDE.sub(lambda wide: _NARROW[wide[0]], text)


def half_width(text: str) -> str:
    """Return text in Unicode's form NFKC.

    Of Chinese as people type it only the full-width marks differ from that form: they are exchanged first, and the
    check whether anything else is left costs a twentieth of the normalisation.
    """
    narrow = narrowed(text)
    if unicodedata.is_normalized("NFKC", narrow):
        return narrow
    return unicodedata.normalize("NFKC", narrow)


def lookup_form(text: str) -> str:
    """Return text in half-width, simplified script, lower case, without spaces and control characters."""
    return re.sub(r"\s+", "", to_simplified(half_width(clean_words(text)))).lower()


def clean_words(text: str) -> str:
    """Return a person's words for storing: line ends unified, control characters and NUL gone.

    Nothing else is touched: emoji, traditional script and full-width forms stay as written.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", unified).strip()


def bare_words(text: str) -> str:
    """Return the letters and digits alone, half-width and lower case: equal for words that say the same."""
    return _BARE.sub("", half_width(text).lower())
