"""The ways out of the house, each self-contained: what a provider wants, what it limits, what its answers mean.

An adapter sends one `Letter` or raises `NotSent`. It touches no database and reads no clock.
"""

import datetime as dt
import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """What one message says: what happened, about what and where, until when, and where to see it."""

    title: str
    detail: str
    url: str = ""
    is_urgent: bool = False

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.title, self.detail, self.url) if part)


@dataclass(frozen=True)
class Letter:
    """One letter or post: the messages of one recipient that go out together, in order.

    `id` stays the same when it has to be sent again because nobody knows whether it arrived. `more` is the sentence for
    what does not fit, with a place for how many.
    """

    id: uuid.UUID
    at: dt.datetime
    address: str
    lines: tuple[Line, ...]
    subject: str
    more: str
    secret: str = ""

    def text(self, *, limit: int) -> str:
        """Return the lines as one text of at most `limit` bytes in UTF-8; says how many did not fit."""
        parts = [line.text for line in self.lines]
        for kept in range(len(parts), 0, -1):
            left = len(parts) - kept
            shown = [*parts[:kept], *([self.more % {"count": left}] if left else [])]
            text = "\n\n".join(shown)
            if len(text.encode()) <= limit:
                return text
        return text.encode()[:limit].decode(errors="ignore")


class NotSent(Exception):
    """A letter did not go out. `code` says why, in ASCII, without anything of the letter.

    `is_unsure`: it may have arrived all the same. `is_final`: another try would end alike.
    """

    def __init__(self, code: str, *, is_unsure: bool = False, is_final: bool = False) -> None:
        super().__init__(code)
        self.code, self.is_unsure, self.is_final = code[:64], is_unsure, is_final
