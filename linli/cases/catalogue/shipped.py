"""The tree of categories that Linli brings along, written for it. A city adds its own by a file of the same form.

Sixteen first levels after what residents of Beijing call the hotline about; lead and limit are common practice,
for a catalogue to start from. Article 11 of the regulation of 2021-09-24 leaves the catalogue to the city.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class CategoryRow:
    """A category as a file states it; its parent follows from the code."""

    code: str
    name: str
    name_en: str
    lead: str
    clock: str
    tag: str = ""
    words: str = ""

    @property
    def parent(self) -> str | None:
        return self.code[:-2] or None


def shipped() -> Iterator[CategoryRow]:
    """Yield the categories shipped, parents first."""
    text = files("linli.cases").joinpath("data/categories.csv").read_text("utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        yield CategoryRow(**row)
