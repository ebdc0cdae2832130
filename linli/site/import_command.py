"""`linli import cases FILE`: progress, a summary as the last line, bad rows handed back."""

import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from linli.accounts.operations import installer
from linli.cases.importing import messages
from linli.cases.importing.files import hand_back, import_messages, read_records
from linli.cases.permissions import CasePermission as P
from linli.kernel import clock
from linli.kernel.actor import Grant
from linli.kernel.errors import RuleBroken
from linli.territory.calendar.announced import announced_years, source
from linli.territory.calendar.operations import apply_year
from linli.territory.permissions import TerritoryPermission

USABLE, UNUSABLE = 0, 2


def run(file: str) -> int:
    """Import and print; return the exit status."""
    path = Path(file)
    now = clock.now()
    loader = installer(now=now, permissions=frozenset({TerritoryPermission.LOAD}))
    into = Grant("installer", frozenset({P.IMPORT}), "city_code", messages.ROOT)
    actor = installer(now=now, permissions=frozenset({P.IMPORT}), over=(into,))
    started = time.perf_counter()
    try:
        total = sum(1 for _record in read_records(path))
        columns = (TextColumn(path.name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        bar = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
        with bar:
            task = bar.add_task("rows", total=total)

            def show(read: int) -> None:
                bar.update(task, completed=read)
                if bar.disable:
                    print(f"{read} / {total}", file=sys.stderr)

            done = import_messages(path, actor=actor, loader=loader, progress=show)
    except RuleBroken as broken:
        print(broken.message, file=sys.stderr)
        return UNUSABLE
    spent = time.perf_counter() - started
    summary = (
        f"{done.read} rows read: {done.created} created, {done.known} already there, "
        f"{len(done.refused)} set aside; {done.read / spent:.0f} rows a second"
    )
    if done.refused:
        aside = path.with_name(
            path.name.removesuffix(".gz").removesuffix(".csv") + ".set-aside.csv"
        )
        if not _writable(aside.parent):
            aside = Path.cwd() / aside.name
        hand_back(done.refused, path=aside)
        for row in done.refused[:20]:
            print(f"record {row.record}, line {row.line}: {row.reason}")
        summary += f"; those rows are in {aside}"
    print(summary)
    return USABLE


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


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK)
