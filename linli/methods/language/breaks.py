"""Where a line of Chinese may break: between words, never inside one or before its punctuation."""

import unicodedata

import rjieba

_LEANS_BACK = frozenset("的了着过吗呢吧啊们地得里")
"""Lone characters that belong to the word before them; any other leans on the word after it."""


def _kind(word: str) -> str:
    """Return opening, closing, latin (letters, digits, spaces), back, lone or word."""
    category = unicodedata.category(word[0])
    if category in ("Ps", "Pi"):
        return "opening"
    if category[0] in "PS":
        return "closing"
    if word.isascii() or category[0] in "NZC":
        return "latin"
    if len(word) > 1:
        return "word"
    return "back" if word in _LEANS_BACK else "lone"


def breaks(text: str) -> list[str]:
    """Return the pieces between which a line may break; joined they give `text` again.

    A number stays with what it counts (4号楼), closing punctuation with the word before it, opening
    punctuation with the word after it, a lone character with a neighbour. Text in Latin script
    already breaks at its spaces and is left in one piece.
    """
    pieces: list[str] = []
    last = "start"
    for word in rjieba.cut(text):
        kind = _kind(word)
        glued = kind in ("closing", "back") or last in ("opening", "latin", "lone")
        if pieces and glued:
            pieces[-1] += word
        else:
            pieces.append(word)
        last = kind
    if last == "lone" and len(pieces) > 1 and len(pieces[-1]) == 1:
        # Nothing follows for it to lean on: a title never ends in a line of one character.
        pieces[-2:] = ["".join(pieces[-2:])]
    return pieces
