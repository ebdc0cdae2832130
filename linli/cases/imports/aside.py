"""Rows handed back: with all their columns, and why, to be mended and imported again."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from linli.cases.imports.drafts import is_formula
from linli.cases.imports.models import ImportAside, ImportRun

ADDED = ("record", "line", "reason")
"""Columns that are added; a file that is imported again has them already, and they mean nothing then."""


@dataclass(frozen=True)
class HandedBack:
    """A row handed back: where it stood, its cells, and why in the language asked for."""

    record: int
    line: int
    row: dict[str, str]
    code: str
    reason: str
    was_taken: bool


def handed_back(
    run: ImportRun, *, language: str, start: int = 0, stop: int | None = None
) -> Iterator[HandedBack]:
    """Yield a run's rows that were set aside or taken with a doubt, in the file's order.

    `language`: zh-hans, en, or both.
    """
    rows = ImportAside.objects.filter(run=run).order_by("record", "code")[start:stop]
    for aside in rows.iterator():
        kept = json.loads(aside.text)
        said = kept["said"]
        reason = said.get(language) or f"{said['zh-hans']} / {said['en']}"
        yield HandedBack(aside.record, aside.line, kept["row"], aside.code, reason, aside.was_taken)


class _Echo:
    """Gives a writer's line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def lines_back(rows: Iterator[HandedBack]) -> Iterator[str]:
    """Yield rows as lines of CSV behind the mark of UTF-8. What a spreadsheet would compute gets an apostrophe."""
    writer = csv.writer(_Echo())
    columns: Sequence[str] = ()
    yield "\ufeff"
    for one in rows:
        if not columns:
            columns = [name for name in one.row if name not in ADDED]
            yield writer.writerow([*columns, *ADDED])
        cells = [one.row.get(name, "").replace("\x00", "\ufffd") for name in columns]
        yield writer.writerow([*map(_defused, cells), one.record, one.line, one.reason])


def _defused(cell: str) -> str:
    return f"'{cell}" if is_formula(cell) else cell
