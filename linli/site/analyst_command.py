"""What the commands for analysts share: a table in, a table out, progress, rows handed back. No database is needed."""

import csv
import gzip
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from linli.cases.imports.tables import (
    BAD_BYTES,
    HAS_NUL,
    NOT_READABLE,
    Record,
    TableFile,
    read_records,
    shape_of,
)
from linli.kernel.errors import Refusal, RuleBroken
from linli.site.config import translations_folder

USABLE, UNUSABLE = 0, 2
SHOWN = 20
NO_COLUMN = Refusal(
    "analyst.no_column",
    _(
        "The file has no column “%(column)s”. It has: %(header)s. Rename a column in its first line and try again."
    ),
)
NO_ID = Refusal("analyst.no_id", _("The row has nothing in the column “%(column)s”. Fill it in."))
READABLE = {HAS_NUL.code, BAD_BYTES.code}
"""Faults of a row that do not stand in the way of reading its words."""


def speak() -> None:
    """Make translations work where no database is: Django is set up with the texts alone."""
    if settings.configured:
        return
    import django

    settings.configure(USE_I18N=True, LANGUAGE_CODE="zh-hans", LOCALE_PATHS=[translations_folder()])
    django.setup()


def said(broken: RuleBroken) -> str:
    """Return why, in both languages."""
    texts = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            texts.append(broken.message)
    return " / ".join(texts)


class Table:
    """A table as it comes (CSV, TSV, XLSX, .gz), with its columns looked at before a row is read."""

    def __init__(self, path: Path) -> None:
        self.file = TableFile.at(path)
        self.path = path
        self.shape = shape_of(self.file)

    def needs(self, *columns: str) -> None:
        """Raise NO_COLUMN for the first column that is not there."""
        for column in columns:
            if column not in self.shape.header:
                raise NO_COLUMN(column=column, header=", ".join(self.shape.header))

    def first_of(self, *columns: str) -> str:
        """Return the first of the columns that is there. Raises NO_COLUMN."""
        self.needs(*columns[-1:] if not set(columns) & set(self.shape.header) else ())
        return next(column for column in columns if column in self.shape.header)

    def count(self) -> int:
        return sum(1 for _record in read_records(self.file, self.shape))

    def records(self) -> Iterator[Record]:
        return read_records(self.file, self.shape)


def fault_of(record: Record, *, key: str) -> RuleBroken | None:
    """Return why a row cannot be used, None if it can."""
    if record.problem is not None and record.problem.code not in READABLE:
        return record.problem
    return None if record.row.get(key, "").strip() else NO_ID(column=key)


class Aside:
    """Rows handed back with all their columns and why, in a file beside the output; none is made for no rows."""

    def __init__(self, output: Path, header: Sequence[str]) -> None:
        name = output.name.removesuffix(".gz")
        self.path = output.with_name(f"{name.rsplit('.', 1)[0]}.set-aside.csv")
        self.header = header
        self.count = 0
        self._rows: list[list[str | int]] = []

    def add(self, record: Record, broken: RuleBroken) -> None:
        if self.count < SHOWN:
            print(f"record {record.record}, line {record.line}: {said(broken)}", file=sys.stderr)
        self.count += 1
        cells = [record.row.get(name, "") for name in self.header]
        self._rows.append([*cells, record.record, record.line, said(broken)])

    def finish(self) -> str:
        """Write the rows; return what the summary says about them."""
        if not self._rows:
            return ""
        with self.path.open("w", encoding="utf-8-sig", newline="") as into:
            writer = csv.writer(into)
            writer.writerow([*self.header, "record", "line", "reason"])
            writer.writerows(self._rows)
        return f"; those rows are in {self.path}"


@contextmanager
def written(path: Path) -> Iterator[IO[str]]:
    """Open a text file to write, packed if its name ends in .gz. It stands only once it is whole."""
    draft = path.with_name(f"{path.name}.part")
    try:
        opened = gzip.open if path.name.endswith(".gz") else open
        with opened(draft, "wt", encoding="utf-8", newline="") as into:
            yield into
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def progress(name: str, *, total: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that takes how many of the total are behind."""
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
    with bar:
        task = bar.add_task(name, total=total)
        last = 0

        def show(done: int) -> None:
            nonlocal last
            bar.update(task, completed=done)
            if bar.disable and (done == total or done - last >= max(total // 10, 1)):
                last = done
                print(f"{name}: {done} / {total}", file=sys.stderr)

        yield show


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (number, text) of each line that is not blank, of a file packed with gzip or not.

    Raises NOT_READABLE for a file that is no text in UTF-8.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        opened = gzip.open if packed else open
        with opened(path, "rt", encoding="utf-8-sig") as text:
            for number, line in enumerate(text, start=1):
                if line.strip():
                    yield number, line
    except (OSError, EOFError, UnicodeError, zlib.error) as wrong:
        raise NOT_READABLE(why=str(wrong)) from wrong


class LinesAside:
    """Lines handed back as they came, with number and reason, in a file beside the output."""

    def __init__(self, output: Path) -> None:
        name = output.name.removesuffix(".gz")
        self.path = output.with_name(f"{name.rsplit('.', 1)[0]}.set-aside.jsonl")
        self.count = 0
        self._lines: list[str] = []

    def add(self, number: int, line: str, broken: RuleBroken) -> None:
        if self.count < SHOWN:
            print(f"line {number}: {said(broken)}", file=sys.stderr)
        self.count += 1
        told = {"line": number, "reason": said(broken), "text": line.rstrip("\n")}
        self._lines.append(json.dumps(told, ensure_ascii=False) + "\n")

    def finish(self) -> str:
        """Write the lines; return what the summary says about them."""
        if not self._lines:
            return ""
        self.path.write_text("".join(self._lines), encoding="utf-8")
        return f"; those lines are in {self.path}"
