"""What intake takes out of a caller's words, and what is left for whom. Pure."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from linli.cases.choices import Confidentiality
from linli.methods.language.personal import (
    Found,
    Kind,
    find_personal,
    find_words,
    shareable,
    take_out,
)

_BETWEEN = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True)
class Redacted:
    """A case's texts without personal data, and what was taken out of them, in order.

    `name`, `phone` (E.164) and `account` are the first ones given as the caller's own: they stand in for what
    the form left empty.
    """

    words: str
    title: str
    address: str
    shared_text: str
    taken: tuple[Found, ...]
    left: tuple[Found, ...]

    @property
    def name(self) -> str:
        return self._first(Kind.NAME)

    @property
    def phone(self) -> str:
        return self._first(Kind.PHONE)

    @property
    def account(self) -> str:
        return self._first(Kind.ACCOUNT) or self._first(Kind.EMAIL)

    def _first(self, kind: Kind) -> str:
        own = (find.value for find in self.taken if find.kind == kind and find.own and find.value)
        return next(own, "")


def mark_of(find: Found) -> str:
    """Return by what a find is named when somebody chooses to leave it in the words."""
    return f"{find.kind}:{find.text}"


def redacted(
    *,
    words: str,
    title: str = "",
    address: str = "",
    name: str = "",
    leave: Sequence[str] = (),
    also: str = "",
    confidentiality: str = Confidentiality.NONE,
) -> Redacted:
    """Return the texts as they are kept. `leave` are marks of finds that stay, `also` further words to take out.

    `name` is the caller's as typed beside the words: it is taken out wherever it stands.
    """
    taken: list[Found] = []
    left: list[Found] = []
    texts: list[str] = []
    for text in (words, title, address):
        found = find_personal(text, known=(name,))
        goes = [find for find in found if mark_of(find) not in leave]
        by_hand = find_words(text, _BETWEEN.split(also)) if also.strip() else []
        goes += [one for one in by_hand if not any(_overlap(one, other) for other in goes)]
        left += [find for find in found if find not in goes]
        taken += sorted(goes, key=lambda find: find.start)
        texts.append(take_out(text, goes))
    shared = "" if confidentiality == Confidentiality.HIDE_CASE else shareable(texts[0])
    return Redacted(texts[0], texts[1], texts[2], shared, tuple(taken), tuple(left))


def seen_as(*texts: str) -> str:
    """Return a short digest by which it is known that the texts sent are those that were shown."""
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:16]


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end
