"""The sheet and the sprite: contrast computed, no colour outside the tokens, light enough to send."""

import gzip
import re
from pathlib import Path

import pytest

import linli.web

STATIC = Path(linli.web.__file__).parent / "static" / "linli"
SHEET = (STATIC / "linli.css").read_text("utf-8")
SCRIPT = (STATIC / "linli.js").read_text("utf-8")
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "sheet", "well")],
    *[("teal", ground) for ground in ("paper", "sheet", "well", "teal-wash")],
    *[(f, f"{f}-wash") for f in ("red", "amber", "moss", "blue")],
    *[(f, "sheet") for f in ("red", "amber", "moss", "blue")],
    ("red", "paper"),
    ("on-teal", "teal"),
    ("on-red", "red"),
    ("ink", "teal-wash"),
    ("ink", "amber-wash"),
    ("ink-2", "teal-wash"),
]
EDGES = [("edge", "paper"), ("edge", "sheet"), ("teal", "sheet"), ("c1", "sheet"), ("c2", "well")]


def palette(selector: str) -> dict[str, str]:
    """Return the colours that a rule of the tokens layer sets."""
    block = SHEET[SHEET.index("@layer tokens") :]
    body = block[block.index(selector) :].split("{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", body))


LIGHT = palette("\n  :root {\n    color-scheme: light")
INK = palette(':root[data-theme="ink"]')
DEVICE = palette(':root:not([data-theme="paper"])')


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, INK], ids=["paper", "ink"])
@pytest.mark.parametrize(("colour", "ground"), TEXT)
def test_text_is_readable(theme: dict[str, str], colour: str, ground: str) -> None:
    assert contrast(theme[colour], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, INK], ids=["paper", "ink"])
@pytest.mark.parametrize(("colour", "ground"), EDGES)
def test_edges_and_marks_are_visible(theme: dict[str, str], colour: str, ground: str) -> None:
    assert contrast(theme[colour], theme[ground]) >= 3


def test_ink_by_choice_and_ink_by_the_device_are_one_palette() -> None:
    assert INK == DEVICE
    assert INK.keys() == LIGHT.keys()


def test_colours_stand_in_the_tokens_only() -> None:
    layers = re.split(r"^@layer (\w+) \{$", SHEET, flags=re.MULTILINE)
    for name, body in zip(layers[1::2], layers[2::2], strict=True):
        if name not in ("tokens", "print"):
            # One exception: the veil behind a dialog is dark in both themes.
            found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", body)) - {"#0a1717"}
            assert not found, f"layer {name} names colours by itself: {found}"


def test_every_layer_is_declared_and_in_order() -> None:
    declared = re.search(r"@layer ([\w, ]+);", SHEET)
    assert declared
    assert re.findall(r"^@layer (\w+) \{$", SHEET, flags=re.MULTILINE) == declared[1].split(", ")


def test_the_files_are_light() -> None:
    assert len(gzip.compress(SHEET.encode())) < 40_000
    assert len(gzip.compress(SCRIPT.encode())) < 6_000


def test_the_script_needs_nothing_a_strict_policy_forbids() -> None:
    assert not re.search(r"\beval\(|new Function|innerHTML|insertAdjacentHTML|\.style\b", SCRIPT)
    assert not re.search(r"^import |https?://", SCRIPT, flags=re.MULTILINE)
