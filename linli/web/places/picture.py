"""A community's organisations as a drawing: boxes round the place, laid out for a wide page or a phone.

Pure arithmetic in units of the SVG's viewBox, in which type is 14 high.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.territory.choices import OrganisationKind as K

WIDE, NARROW = 960, 358
EM, LINE, PAD, GAP = 14, 22, 12, 28
MOST = 9
"""Names in one box; what does not fit is counted in its last line and stands in the list below."""

TIERS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (
        "above",
        _("Around the community"),
        (K.HOTLINE, K.DISTRICT, K.DEPARTMENT, K.UTILITY, K.STREET),
    ),
    ("own", _("The community's own"), (K.PARTY_COMMITTEE, K.COMMITTEE, K.SERVICE_STATION)),
    ("homes", _("Houses and property"), (K.PROPERTY, K.OWNERS, K.HOUSING)),
    ("partners", _("Partners"), (K.MEMBER, K.VOLUNTEERS, K.ASSOCIATION)),
)


@dataclass(frozen=True)
class Text:
    x: int
    y: int
    words: str


@dataclass(frozen=True)
class Box:
    """A frame with a heading and names."""

    key: str
    x: int
    y: int
    width: int
    height: int
    heading: Text
    names: tuple[Text, ...]


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    centre: Box
    boxes: tuple[Box, ...]
    lines: tuple[str, ...]


def width_of(text: str) -> float:
    """Return the width of a text: a full-width character is one em, others a little over half."""
    return sum(EM if unicodedata.east_asian_width(c) in "WF" else EM * 0.58 for c in text)


def wrapped(text: str, *, width: int) -> list[str]:
    """Return the text in lines that fit into a width; a Latin word is broken only if it must be."""
    lines, line = [], ""
    for character in text:
        if line and width_of(line + character) > width:
            head, space, word = line.rpartition(" ")
            is_latin = character.isascii() and not character.isspace() and word.isascii()
            kept = word if head.strip() and is_latin else ""
            lines.append(head + space if kept else line)
            line = kept
        line += character
    return [*lines, line]


def draw(
    place: str, tiers: Sequence[tuple[str, str, Sequence[str]]], *, width: int, more: str
) -> Picture:
    """Return the drawing. `tiers`: (key, heading, names); empty ones are left out.

    `more` is a sentence with %(count)s for what does not fit.
    """
    shown = [tier for tier in tiers if tier[2]]
    is_wide = width == WIDE
    top = [tier for tier in shown if tier[0] == "above"]
    rest = [tier for tier in shown if tier[0] != "above"]
    boxes: list[Box] = []
    lines: list[str] = []
    y = 1
    middle = width // 2
    for tier in top:
        box_width = min(width - 2, 460)
        box = _box(tier, x=middle - box_width // 2, y=y, width=box_width, more=more)
        boxes.append(box)
        y = box.y + box.height
        lines.append(f"M{middle} {y}V{y + GAP}")
        y += GAP
    centre_width = min(width - 2, 300)
    centre = _box(
        ("centre", place, ()), x=middle - centre_width // 2, y=y, width=centre_width, more=more
    )
    y = centre.y + centre.height
    if is_wide and rest:
        each = (width - 2 - GAP * (len(rest) - 1)) // len(rest)
        lines.append(f"M{middle} {y}V{y + GAP // 2}")
        bends = []
        for index, tier in enumerate(rest):
            box = _box(tier, x=1 + index * (each + GAP), y=y + GAP, width=each, more=more)
            boxes.append(box)
            bends.append(box.x + each // 2)
            lines.append(f"M{bends[-1]} {y + GAP // 2}V{y + GAP}")
        lines.append(f"M{min([*bends, middle])} {y + GAP // 2}H{max([*bends, middle])}")
        y = max(box.y + box.height for box in boxes)
    for tier in [] if is_wide else rest:
        lines.append(f"M{middle} {y}V{y + GAP}")
        box = _box(tier, x=1, y=y + GAP, width=width - 2, more=more)
        boxes.append(box)
        y = box.y + box.height
    return Picture(width, y + 1, centre, tuple(boxes), tuple(lines))


def _box(tier: tuple[str, str, Sequence[str]], *, x: int, y: int, width: int, more: str) -> Box:
    key, heading, names = tier
    shown = list(names[:MOST])
    if len(names) > MOST:
        shown = [*names[: MOST - 1], more % {"count": len(names) - MOST + 1}]
    baseline = y + PAD + EM
    head, *further = wrapped(heading, width=width - 2 * PAD)
    texts: list[Text] = []
    rows = [*further, *[line for name in shown for line in wrapped(name, width=width - 2 * PAD)]]
    for index, words in enumerate(rows, start=1):
        texts.append(Text(x + PAD, baseline + index * LINE, words))
    height = PAD * 2 + EM + len(rows) * LINE + 4
    return Box(key, x, y, width, height, Text(x + PAD, baseline, head), tuple(texts))
