"""Files that a platform drops into a folder at the server: `<folder>/<map>/<file>`, taken by the worker.

Beside each file its receipts are written, then it moves to `done`. A file that was cut off by a crash is simply
taken again: every order gets the receipt it has. One that is being written has a name that ends in `.part`.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from linli.accounts.operations import installer
from linli.api.platform.operations import take_orders
from linli.api.platform.taking import Receipt, Row
from linli.cases.imports.maps import PUSHED, CaseMap, check_map, shipped
from linli.cases.imports.tables import HAS_NUL, LOST, TableFile, read_records, shape_of
from linli.cases.permissions import CasePermission as P
from linli.kernel import clock
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import RuleBroken
from linli.territory.models import Place

BATCH = 500
DONE, RECEIPTS = "done", ".receipts.csv"
log = structlog.get_logger("linli.platform")
Handed = tuple[Row, RuleBroken | None]


def taker(city: Place) -> Actor:
    """Return the actor that takes what was dropped, over the whole installation, now."""
    over = Grant("installer", frozenset({P.IMPORT}), city.scope_column, city.code)
    return installer(now=clock.now(), permissions=frozenset({P.IMPORT}), over=(over,))


def take_dropped() -> int:
    """Take every file that lies there; return how many. One that cannot be read stays and is told in the log."""
    folder: Path | None = settings.LINLI.platform_drop
    if folder is None or not folder.is_dir():
        return 0
    city = Place.objects.filter(code=settings.LINLI.city_code).first()
    if city is None:
        return 0
    taken = 0
    for source in PUSHED:
        for path in sorted(_files(folder / source)):
            try:
                take_file(path, case_map=shipped(source), city=city)
                taken += 1
            except (RuleBroken, OSError) as broken:
                code = broken.code if isinstance(broken, RuleBroken) else type(broken).__name__
                log.error("file not taken", source=source, code=code)
    return taken


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for path in folder.iterdir():
            if path.is_file() and not path.name.endswith((".part", RECEIPTS)):
                yield path


def take_file(path: Path, *, case_map: CaseMap, city: Place) -> int:
    """Take one file (CSV, TSV, XLSX, or JSON an order a line), write its receipts, move it. Return its rows.

    Raises RuleBroken: a file that cannot be read at all, or lacks the map's columns.
    """
    rows = _lines(path) if path.name.endswith(".jsonl") else _records(path, case_map)
    beside = path.with_name(path.name + RECEIPTS)
    part = path.with_name(path.name + ".part")
    count = 0
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "receipt", "outcome", "case", "code", "reason", "reason_en"])
        while batch := list(islice(rows, BATCH)):
            receipts = take_orders(actor=taker(city), rows=batch, case_map=case_map, place=city)
            writer.writerows(map(_cells, receipts))
            count += len(batch)
    part.replace(beside)
    (path.parent / DONE).mkdir(exist_ok=True)
    path.replace(path.parent / DONE / f"{clock.now():%Y%m%dT%H%M%S}-{path.name}")
    return count


def _records(path: Path, case_map: CaseMap) -> Iterator[Handed]:
    file = TableFile.at(path)
    shape = shape_of(file)
    check_map(case_map, shape.header)
    for record in read_records(file, shape):
        yield record.row, record.problem


def _lines(path: Path) -> Iterator[Handed]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for line in filter(str.strip, file):
            yield row_of(line)


def row_of(line: str) -> Handed:
    """Return an order written as one line of JSON; a line that is none is an order without a number."""
    try:
        given = json.loads(line)
    except ValueError:
        given = None
    return handed(given if isinstance(given, dict) else {"": line[:1_000]})


def handed(order: Mapping[str, Any]) -> Handed:
    """Return an order as a row of a table, and what is wrong with its characters, if anything is."""
    given = {str(name): _as_text(value) for name, value in order.items()}
    row = {_kept(name): _kept(text) for name, text in given.items()}
    return row, (HAS_NUL() if row != given else None)


def _as_text(value: object) -> str:
    """Return a value as a cell of a table: nothing for null, JSON for what is inside another."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _kept(text: str) -> str:
    """Return a text as the database takes it: without NUL and halves of characters."""
    return text.replace("\x00", LOST).encode("utf-8", "replace").decode()


def _cells(one: Receipt) -> list[str]:
    reasons = [one.reasons.get("zh-hans", ""), one.reasons.get("en", "")]
    return [one.number, one.receipt, one.outcome.value, one.case, one.code, *reasons]
