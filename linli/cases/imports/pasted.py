"""An order as a worker copies it from the city's page: free text, label and value, or lines from a table."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from linli.methods.language.normal import clean_words

LONG = ("words",)
"""Parts that may run over several lines; of any other the first line counts."""


@dataclass(frozen=True)
class Pasted:
    """What was found: parts by name, and the lines that no label stands before."""

    parts: Mapping[str, str] = field(default_factory=dict)
    rest: str = ""


@cache
def labels() -> dict[str, str]:
    """Return the part that each label names."""
    text = (files("linli.cases.imports") / "data" / "labels.toml").read_text("utf-8")
    return {label: part for part, names in tomllib.loads(text).items() for label in names}


@cache
def _pattern() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(labels(), key=len, reverse=True))
    return re.compile(
        rf"(?:^|(?<=[\s;；|]))[【\[]?(?P<label>{names})[】\]]?[ \u3000]*(?:[:：]|\t|$\n?)[ \t\u3000]*",
        re.MULTILINE | re.IGNORECASE,
    )


def read_pasted(text: str) -> Pasted:
    """Return the parts of an order in a pasted text. Never fails: what it cannot read is `rest`."""
    text = clean_words(text)
    table = _table(text)
    if table is not None:
        return table
    found = [match for match in _pattern().finditer(text) if _is_label(match, text)]
    parts: dict[str, str] = {}
    rest = [text[: found[0].start()] if found else text]
    for place, match in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        part = labels()[_label(match["label"])]
        value = text[match.end() : end].strip(" \t\n\u3000;；|")
        if part not in LONG:
            value, _line_end, behind = value.partition("\n")
            rest.append(behind)
        value = value.strip()
        if value and part not in parts:
            parts[part] = value
        elif value:
            rest.append(value)
    return Pasted(parts, "\n".join(filter(None, (line.strip() for line in rest))))


def _is_label(match: re.Match[str], text: str) -> bool:
    """Return whether a match is a label: with a colon or tab, or alone on its line."""
    if match[0].rstrip(" \t\u3000")[-1:] in (":", "：") or "\t" in match[0]:
        return True
    return match.start() == 0 or text[match.start() - 1] == "\n"


def _label(said: str) -> str:
    return said if said in labels() else said.upper()


def _table(text: str) -> Pasted | None:
    """Return the first row of a table copied with its header, or None if it is none."""
    lines = [line.split("\t") for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or len(lines[0]) < 3:
        return None
    header = [labels().get(cell.strip(" 【】[]:：")) for cell in lines[0]]
    if sum(part is not None for part in header) * 2 <= len(header):
        return None
    parts: dict[str, str] = {}
    rest: list[str] = []
    for part, cell in zip(header, lines[1], strict=False):
        if part and cell.strip():
            parts.setdefault(part, cell.strip())
        elif cell.strip():
            rest.append(cell.strip())
    rest += ["\t".join(line) for line in lines[2:]]
    return Pasted(parts, "\n".join(rest))
