"""A file in, and what could not be taken handed back."""

import csv
import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from linli.cases import operations
from linli.cases.importing import messages
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.territory.models import Place
from linli.territory.operations import load_places

BATCH = 500
CHARACTERS = 1_000_000
"""Longest field that the reader accepts; longer means a quote was never closed."""

NOT_READABLE = Refusal(
    "import.not_readable",
    _("The file cannot be read: %(why)s. Save it as CSV in UTF-8 and try again."),
)
NO_COLUMNS = Refusal(
    "import.no_columns",
    _("The first line lacks the columns %(missing)s. It needs: %(needed)s."),
)
BROKEN_ROW = Refusal(
    "import.broken_row", _("The row has %(found)s fields, the first line has %(needed)s.")
)


@dataclass(frozen=True)
class Refused:
    """A row handed back: where it stood (record, counted from 1; line of its end) and why."""

    record: int
    line: int
    row: Mapping[str, str]
    code: str
    reason: str


@dataclass
class Imported:
    """What an import did."""

    read: int = 0
    created: int = 0
    known: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class Record:
    record: int
    line: int
    row: Mapping[str, str]
    problem: RuleBroken | None = None


def read_records(path: Path) -> Iterator[Record]:
    """Yield the rows of a CSV file (`.gz` too, UTF-8). Raises RuleBroken for an unusable file."""
    opened = gzip.open if path.suffix == ".gz" else open
    csv.field_size_limit(CHARACTERS)
    with opened(path, "rt", encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text)
        try:
            header = [name.strip() for name in next(reader, [])]
            missing = [name for name in messages.COLUMNS if name not in header]
            if missing:
                raise NO_COLUMNS(missing=", ".join(missing), needed=", ".join(messages.COLUMNS))
            for record, cells in enumerate(reader, start=1):
                if not cells:
                    continue
                problem = None
                if len(cells) != len(header):
                    problem = BROKEN_ROW(found=len(cells), needed=len(header))
                row = dict(zip(header, cells + [""] * len(header), strict=False))
                yield Record(record, reader.line_num, row, problem)
        except (UnicodeDecodeError, csv.Error, EOFError, gzip.BadGzipFile) as wrong:
            raise NOT_READABLE(why=str(wrong)) from wrong


def import_messages(
    path: Path,
    *,
    actor: Actor,
    loader: Actor,
    progress: Callable[[int], None] = lambda read: None,
) -> Imported:
    """Take a message board's file in batches of BATCH by the rules of `receive`.

    `actor` needs cases.import over the coded territory, `loader` may load places. Rows that cannot be taken
    are in `refused` with their reasons; a second run creates nothing. Raises RuleBroken.
    """
    done = Imported()
    load_places(actor=loader, rows=messages.places_of(record.row for record in read_records(path)))
    places = {place.code: place for place in Place.objects.filter(city_code=messages.ROOT)}
    records = read_records(path)
    while batch := list(islice(records, BATCH)):
        _take(batch, into=done, places=places, actor=actor)
        progress(done.read)
    return done


def _take(
    batch: Sequence[Record], *, into: Imported, places: Mapping[str, Place], actor: Actor
) -> None:
    drafts: list[operations.Draft] = []
    kept: list[Record] = []
    for record in batch:
        into.read += 1
        try:
            if record.problem is not None:
                raise record.problem
            drafts.append(messages.draft_of(record.row, places=places, now=actor.now))
            kept.append(record)
        except RuleBroken as refused:
            into.refused.append(_refused(record, refused))
    outcome = operations.receive_batch(actor=actor, drafts=drafts)
    into.created += len(outcome.created)
    into.known += outcome.known
    into.refused += [_refused(kept[aside.index], aside.refused) for aside in outcome.set_aside]


def _refused(record: Record, broken: RuleBroken) -> Refused:
    return Refused(record.record, record.line, record.row, broken.code, broken.message)


def hand_back(refused: Sequence[Refused], *, path: Path) -> None:
    """Write the refused rows with all their columns plus record, line and reason, to be mended."""
    columns = list(refused[0].row)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, "record", "line", "reason"])
        for row in sorted(refused, key=lambda row: row.record):
            writer.writerow([*(row.row[c] for c in columns), row.record, row.line, row.reason])
