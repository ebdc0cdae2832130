"""A whole file: looked at first, then taken in batches, from where it stopped if it was interrupted."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from linli.cases import operations
from linli.cases.imports.categories import CategoryFinder, Said
from linli.cases.imports.drafts import Reading
from linli.cases.imports.maps import CaseMap, RowReader, check_map, map_for
from linli.cases.imports.models import ImportRun
from linli.cases.imports.operations import begin_import
from linli.cases.imports.placing import Brought, UnitFinder, placing_of
from linli.cases.imports.tables import NO_ROWS, Record, Shape, TableFile, read_records, shape_of
from linli.cases.models import Case
from linli.cases.operations import Draft, RowAt, RunStep
from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from linli.territory.operations import PlaceRow, load_places, open_organisation

BATCH = 500
REASONS = 1_000
"""Rows of which a look keeps the reason; all are counted."""
SUBJECTS = 10_000
"""Words for categories that are counted each by itself: a column of free text is no column of classes."""


@dataclass
class Surveyed:
    """What a file is before anything is written: how it is read, by which map, how many rows."""

    file: TableFile
    shape: Shape
    case_map: CaseMap
    file_hash: str
    total: int = 0
    places: dict[str, PlaceRow] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)
    subjects: Counter[Said] = field(default_factory=Counter)


@dataclass
class Look:
    """What an import would do: counts, the first reasons, and the first rows as they would become.

    `left_open`: rows without a category by what they say of it, the most frequent first.
    """

    total: int
    created: int = 0
    known: int = 0
    set_aside: int = 0
    doubtful: int = 0
    refused: list[tuple[RowAt, RuleBroken]] = field(default_factory=list)
    doubts: list[tuple[RowAt, RuleBroken]] = field(default_factory=list)
    first: list[tuple[Draft, Case]] = field(default_factory=list)
    left_open: list[tuple[str, int]] = field(default_factory=list)


def survey(
    file: TableFile, case_map: CaseMap | None = None, *, rows: int | None = None
) -> Surveyed:
    """Read a file once: choose its map, count its rows, collect places and units it brings along.

    With `rows` only so many are read and counted. Raises RuleBroken for an unusable file or one that no map fits.
    """
    shape = shape_of(file)
    chosen = case_map or map_for(shape.header)
    check_map(chosen, shape.header)
    found = Surveyed(file, shape, chosen, _hash(file))
    reader = RowReader(shape.header)
    brought = Brought(chosen, reader) if chosen.places.way != "named" else None
    units, categories = UnitFinder(chosen, reader), CategoryFinder(chosen, reader)
    for record in islice(read_records(file, shape), rows):
        found.total += 1
        if record.problem is not None:
            continue
        if brought is not None:
            for row in brought.rows_of(record.row):
                found.places.setdefault(row.code, row)
        found.units.add(units.said(record.row))
        said = categories.said(record.row)
        if said in found.subjects or len(found.subjects) < SUBJECTS:
            found.subjects[said] += 1
    if not found.total:
        raise NO_ROWS()
    return found


def _hash(file: TableFile) -> str:
    digest = hashlib.sha256()
    with file.open() as raw:
        while piece := raw.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def reading_of(found: Surveyed, *, actor: Actor) -> Reading:
    """Return a reading of the file that knows the places and units standing now."""
    reader = RowReader(found.shape.header)
    placing = placing_of(found.case_map, reader, actor=actor)
    units = UnitFinder(found.case_map, reader)
    units.stand(actor)
    return Reading(found.case_map, reader, placing, units, categories_of(found))


def categories_of(found: Surveyed) -> CategoryFinder:
    """Return what finds the categories of a file's rows."""
    categories = CategoryFinder(found.case_map, RowReader(found.shape.header))
    categories.stand()
    return categories


def left_open(found: Surveyed) -> list[tuple[str, int]]:
    """Return how many of the rows surveyed have no category, by their words; nothing for a map that sorts nothing."""
    if found.case_map.category is None:
        return []
    return categories_of(found).left_open(found.subjects).most_common()


def load_territory(found: Surveyed, *, loader: Actor) -> None:
    """Make the places and units that the file brings along. Nothing for a map of places that stand here."""
    if found.case_map.places.way == "named":
        return
    load_places(actor=loader, rows=_outside_in(found))
    units = UnitFinder(found.case_map, RowReader(found.shape.header))
    units.stand(loader)
    rule = found.case_map.units
    for code, name in sorted(units.to_open(found.units).items()):
        assert rule is not None
        root = found.case_map.places.root_row.code
        open_organisation(actor=loader, code=code, name=name, kind=rule.kind, place_code=root)


def _outside_in(found: Surveyed) -> list[PlaceRow]:
    """Return the places of the file, each behind the one around it, always in the same order."""
    placed: dict[str, PlaceRow] = {}

    def put(row: PlaceRow) -> None:
        if row.parent is not None and row.parent not in placed:
            put(found.places[row.parent])
        placed.setdefault(row.code, row)

    root = found.case_map.places.root_row
    found.places.setdefault(root.code, root)
    for code in sorted(found.places):
        put(found.places[code])
    return list(placed.values())


@dataclass
class _Sorted:
    """A batch of records: drafts with their rows, and the rows that are no drafts."""

    drafts: list[Draft] = field(default_factory=list)
    rows: list[RowAt] = field(default_factory=list)
    refused: list[tuple[RowAt, RuleBroken]] = field(default_factory=list)


def _sort(records: list[Record], reading: Reading) -> _Sorted:
    done = _Sorted()
    for record in records:
        try:
            if record.problem is not None:
                raise record.problem
            draft, doubts = reading.draft(record.record, record.row)
        except RuleBroken as broken:
            done.refused.append((RowAt(record.record, record.line, record.row), broken))
            continue
        done.drafts.append(draft)
        is_open = reading.case_map.category is not None and draft.category is None
        done.rows.append(RowAt(record.record, record.line, record.row, doubts, is_open))
    return done


def resumed(run: ImportRun, file: TableFile, case_map: CaseMap) -> Surveyed:
    """Return what is known of a file whose import has begun; its places stand already."""
    return Surveyed(file, shape_of(file), case_map, run.file_hash, run.total)


def look(found: Surveyed, *, actor: Actor, first: int = 5, rows: int | None = None) -> Look:
    """Return what an import would do (with its first `rows` rows), by the same rules, and write nothing."""
    reading = reading_of(found, actor=actor)
    if isinstance(reading.placing, Brought):
        reading.placing.imagine(_outside_in(found))
        reading.units.imagine(found.units)
    seen = Look(min(found.total, rows or found.total), left_open=left_open(found))
    for records in _batches(islice(read_records(found.file, found.shape), rows)):
        done = _sort(records, reading)
        batch = operations.sort_batch(done.drafts, actor=actor)
        refused = [
            *done.refused,
            *((done.rows[one.index], one.refused) for one in batch.set_aside),
        ]
        refused.sort(key=lambda one: one[0].record)
        doubts = [
            (row, doubt)
            for one in batch.good
            for row in (done.rows[one[0]],)
            for doubt in row.doubts
        ]
        good = [(done.drafts[index], case) for index, case, _who, _history in batch.good]
        seen.created += len(batch.good)
        seen.known += batch.known
        seen.set_aside += len(refused)
        seen.doubtful += len({row.record for row, _doubt in doubts})
        seen.refused += refused[: REASONS - len(seen.refused)]
        seen.doubts += doubts[: REASONS - len(seen.doubts)]
        seen.first += good[: first - len(seen.first)]
    return seen


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(records, BATCH)):
        yield batch


def begin(
    found: Surveyed, *, actor: Actor, map_text: str = "", pieces: Iterable[bytes] = ()
) -> ImportRun:
    """Return the import of this file by this map: the one that was interrupted, or a new one."""
    return begin_import(
        actor=actor,
        name=found.file.name,
        source=found.case_map.code,
        file_hash=found.file_hash,
        map_hash=found.case_map.digest,
        total=found.total,
        map_text=map_text,
        pieces=pieces,
    )


def take(
    found: Surveyed,
    run: ImportRun,
    *,
    actor: Actor,
    batches: int | None = None,
    progress: Callable[[int], None] = lambda read: None,
) -> ImportRun:
    """Take the rows behind `run.position` in batches, at most `batches`; return the run as it stands then.

    The actor's moment is the run's own, so that an import resumed tomorrow judges each row as it would have
    today. Raises RuleBroken.
    """
    actor = actor.at(run.started_at)
    reading = reading_of(found, actor=actor)
    records = read_records(found.file, found.shape)
    for record in islice(records, run.position):
        if record.problem is None:
            reading.remember(record.record, record.row)
    position = run.position
    for records_now in islice(_batches(records), batches):
        done = _sort(records_now, reading)
        step = RunStep(run.pk, position, done.rows, done.refused)
        operations.receive_batch(actor=actor, drafts=done.drafts, step=step)
        position += len(records_now)
        progress(position)
    run.refresh_from_db()
    return run
