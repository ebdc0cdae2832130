"""`linli import cases FILE`: the map, progress, a summary as the last line, bad rows handed back."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils import translation
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from linli.accounts.operations import installer
from linli.cases.imports.aside import HandedBack, handed_back, lines_back
from linli.cases.imports.maps import CaseMap, map_at
from linli.cases.imports.models import ImportRun
from linli.cases.imports.running import (
    Surveyed,
    begin,
    left_open,
    load_territory,
    look,
    survey,
    take,
)
from linli.cases.imports.tables import TableFile
from linli.cases.operations import RowAt
from linli.cases.permissions import CasePermission as P
from linli.kernel import clock
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import RuleBroken
from linli.territory.calendar.announced import announced_years, source
from linli.territory.calendar.operations import apply_year
from linli.territory.permissions import TerritoryPermission

USABLE, UNUSABLE = 0, 2
SHOWN = 20


def run(file: str, *, map_file: str | None, dry_run: bool, language: str) -> int:
    """Import and print; return the exit status. `language` of the reasons: zh-hans, en or both."""
    path = Path(file)
    try:
        case_map = map_at(Path(map_file)) if map_file else None
        found = survey(TableFile.at(path), case_map)
        _show_map(found)
        actor = importer(found.case_map)
        if dry_run:
            return _look(found, actor=actor, language=language)
        return _take(found, path, actor=actor, language=language)
    except RuleBroken as broken:
        print(_said(broken, language), file=sys.stderr)
        return UNUSABLE


def importer(case_map: CaseMap) -> Actor:
    """Return the actor of the command: it may import into the city, or the territory a map brings along."""
    own = case_map.places.way == "named"
    code = settings.LINLI.city_code if own else case_map.places.root_row.code
    into = Grant("installer", frozenset({P.IMPORT}), "city_code", code)
    permissions = frozenset({P.IMPORT, TerritoryPermission.LOAD})
    return installer(now=clock.now(), permissions=permissions, over=(into,))


def _show_map(found: Surveyed) -> None:
    shape = found.shape
    read_as = "workbook" if shape.is_workbook else f"{shape.encoding}, {shape.delimiter!r} between"
    print(f"{found.file.name}: {found.total} rows, {read_as}")
    print(f"Map: {found.case_map.name} ({found.case_map.code})")
    for what, columns in found.case_map.named_columns:
        print(f"  {what:9} <- {', '.join(columns)}")


def _look(found: Surveyed, *, actor: Actor, language: str) -> int:
    seen = look(found, actor=actor)
    for draft, case in seen.first:
        state = draft.history.state if draft.history else "received"
        print(f"  {draft.external_no}  {case.received_at:%Y-%m-%d %H:%M}  {case.title}  "
              f"[{draft.place.name if draft.place else ''}] {state}")  # fmt: skip
    _tell(((row, broken, False) for row, broken in seen.refused), language)
    _tell(((row, broken, True) for row, broken in seen.doubts), language)
    _tell_open(seen.left_open)
    print(
        f"{seen.total} rows read: {seen.created} would be created, {seen.known} already there, "
        f"{seen.set_aside} would be set aside, {seen.doubtful} taken with a doubt"
        f"{_open_ones(sum(count for _words, count in seen.left_open))}; nothing was written"
    )
    return USABLE


def _tell_open(words: list[tuple[str, int]]) -> None:
    for said, count in words[:SHOWN]:
        print(f"no category for “{said}”: {count} rows")


def _open_ones(count: int) -> str:
    return f", {count} without a category" if count else ""


def _tell(rows: Iterator[tuple[RowAt, RuleBroken, bool]], language: str) -> None:
    for row, broken, _taken in islice(rows, SHOWN):
        print(f"record {row.record}, line {row.line}: {_said(broken, language)}")


def _said(broken: RuleBroken, language: str) -> str:
    said = []
    for one in ("zh-hans", "en"):
        with translation.override(one):
            said.append((one, broken.message))
    return dict(said).get(language) or " / ".join(text for _one, text in said)


def _take(found: Surveyed, path: Path, *, actor: Actor, language: str) -> int:
    load_territory(found, loader=actor)
    run = begin(found, actor=actor)
    before = run.position
    if before:
        print(f"Interrupted before; going on behind row {before}", file=sys.stderr)
    started = time.perf_counter()
    with _progress(path.name, done=before, total=found.total) as show:
        run = take(found, run, actor=actor, progress=show)
    spent = max(time.perf_counter() - started, 0.001)
    summary = (
        f"{run.position} rows read: {run.created} created, {run.known} already there, "
        f"{run.set_aside} set aside, {run.doubtful} taken with a doubt{_open_ones(run.left_open)}; "
        f"{(run.position - before) / spent:.0f} rows a second"
    )
    if run.set_aside or run.doubtful:
        aside = _beside(path)
        with aside.open("w", encoding="utf-8", newline="") as into:
            into.writelines(lines_back(_shown(run, language)))
        summary += f"; those rows are in {aside}"
    if run.left_open:
        _tell_open(left_open(found))
    print(summary)
    return USABLE


def _shown(run: ImportRun, language: str) -> Iterator[HandedBack]:
    for count, one in enumerate(handed_back(run, language=language)):
        if count < SHOWN:
            print(f"record {one.record}, line {one.line}: {one.reason}")
        yield one


def _beside(path: Path) -> Path:
    name = path.name.removesuffix(".gz")
    for ending in (".csv", ".tsv", ".txt", ".xlsx"):
        name = name.removesuffix(ending)
    # A mended file of bad rows is not written over by the rows that are still bad in it.
    number = 2 if name.endswith(".set-aside") else 1
    name = name.removesuffix(".set-aside")
    folder = path.parent if os.access(path.parent, os.W_OK) else Path.cwd()
    aside = folder / f"{name}.set-aside.csv"
    while number > 1 and (aside == path or aside.exists()):
        aside, number = folder / f"{name}.set-aside-{number}.csv", number + 1
    return aside


@contextmanager
def _progress(name: str, *, done: int, total: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
    with bar:
        task = bar.add_task("rows", total=total, completed=done)

        def show(read: int) -> None:
            bar.update(task, completed=read)
            if bar.disable:
                print(f"{read} / {total}", file=sys.stderr)

        yield show


def run_calendar() -> int:
    """Apply every announced year; print what changed; return the exit status."""
    actor = installer(now=clock.now(), permissions=frozenset({TerritoryPermission.CALENDAR}))
    try:
        years = announced_years()
    except ModuleNotFoundError:
        print(
            "The package chinesecalendar is not installed. Install Linli with its extra “calendar”, or "
            "upload the year's file on the page Working days.",
            file=sys.stderr,
        )
        return UNUSABLE
    for year, days in years.items():
        changed = apply_year(actor=actor, year=year, days=days, source=source())
        print(f"{year}: {len(changed)} days changed")
    return USABLE
