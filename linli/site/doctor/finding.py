"""One line of the report: how things stand, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


def _(text: str) -> str:
    """Mark a text for the translators. Django's own mark asks the settings, which may be what is broken."""
    return text


class Level(Enum):
    """How much a finding matters. Only BAD makes the command fail."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What was looked at (`part`), what was found, and how to mend it unless all is well.

    Texts are msgids with %(fact)s places: they are translated only when printed, because the
    catalogue itself is one of the things that may be broken.
    """

    level: Level
    part: str
    found: str
    mend: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.level is Level.OK) == bool(self.mend):
            raise TypeError(
                f"{self.part}: a finding says how to mend it if, and only if, it must be"
            )


def ok(part: str, found: str, **facts: Any) -> Finding:
    return Finding(Level.OK, part, found, facts=facts)


def warn(part: str, found: str, mend: str, **facts: Any) -> Finding:
    return Finding(Level.WARN, part, found, mend, facts)


def bad(part: str, found: str, mend: str, **facts: Any) -> Finding:
    return Finding(Level.BAD, part, found, mend, facts)
