"""Chinese words found without a dictionary: pairs of neighbouring characters.

A text is its set of pairs inside runs of Chinese characters, and its Latin words and runs of digits as they
are. A word asked for is in a text only if all its pairs are; whether they also stand together is looked at
afterwards, in the few texts of one page. (Measured against pg_trgm and jieba, 2026-11: two-character words are
found by an index, and nothing is missed.)
"""

import operator
import re

from linli.methods.language.normal import half_width, to_simplified

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_HAN}]+)|([^\W\d_{_HAN}]+|\d+)")
"""A run of Chinese characters, or another word or number."""
LONGEST = 64
"""Letters of a Latin word or digits of a run that are told apart."""


def searched_form(text: str) -> str:
    """Return text in half-width, simplified script and lower case; spaces and line ends become one space."""
    return " ".join(to_simplified(half_width(text)).lower().split())


def grams_of(*texts: str) -> list[str]:
    """Return what the texts are found by, each once, in order.

    The last character of a run stands alone too: with it every character begins some gram, so that one
    character alone is found as a beginning.
    """
    found: set[str] = set()
    for han, other in _RUN.findall(searched_form("\n".join(texts))):
        if han:
            found.update(map(operator.add, han, han[1:]))
            found.add(han[-1])
        else:
            found.add(other[:LONGEST])
    return sorted(found)


def vector_of(grams: list[str]) -> str:
    """Return a tsvector of grams as it is written; they are letters and digits, so nothing in them needs care."""
    return "'" + "' '".join(grams) + "'" if grams else ""


def terms_of(asked: str) -> list[str]:
    """Return the words asked for, in the form in which they must stand in a text."""
    return [term for term in searched_form(asked).split(" ") if _RUN.search(term)]


def query_of(asked: str) -> str:
    """Return a tsquery that holds for every text with all words asked for, empty if there are none.

    It needs no parser: the tokens are letters and digits only.
    """
    wanted: dict[str, None] = {}
    for han, other in _RUN.findall(" ".join(terms_of(asked))):
        if other:
            wanted[f"'{other[:LONGEST]}'"] = None
        elif len(han) == 1:
            wanted[f"'{han}':*"] = None
        else:
            wanted.update(dict.fromkeys(f"'{han[i : i + 2]}'" for i in range(len(han) - 1)))
    return " & ".join(wanted)


def holds(asked: str, *texts: str) -> bool:
    """Say whether each word asked for stands in one of the texts, whole."""
    forms = [searched_form(text) for text in texts]
    return all(any(term in form for form in forms) for term in terms_of(asked))


def excerpt(asked: str, text: str, *, around: int = 40) -> list[tuple[str, bool]]:
    """Return a piece of the text about the first word found, as (piece, is it a word asked for).

    Where script or width differ from what was typed, the text's beginning is returned unmarked.
    """
    flat = " ".join(text.split())
    terms = sorted((t for t in asked.split() if t), key=len, reverse=True)
    marks = (
        re.compile("|".join(re.escape(term) for term in terms), re.IGNORECASE) if terms else None
    )
    first = marks.search(flat) if marks else None
    begin = max(0, first.start() - around) if first else 0
    piece = flat[begin : begin + 3 * around]
    shown: list[tuple[str, bool]] = [("…", False)] if begin else []
    place = 0
    for hit in marks.finditer(piece) if marks else ():
        shown += [(piece[place : hit.start()], False), (hit[0], True)]
        place = hit.end()
    shown.append((piece[place:] + ("…" if begin + len(piece) < len(flat) else ""), False))
    return [(part, is_hit) for part, is_hit in shown if part]
