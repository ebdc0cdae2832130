"""`linli seed`: progress, and what was added."""

import datetime as dt
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from linli.accounts.models import User
from linli.site.seeding.filling import fill


def run(*, cases: int, seed: int, as_of: dt.datetime) -> int:
    """Seed and print; return the exit status, 2 beside real users."""
    if User.objects.filter(is_demo=False).exists():
        print("This database has real users. Seed another one: --database NAME.", file=sys.stderr)
        return 2
    started = time.perf_counter()
    columns = (TextColumn("cases"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("cases", total=cases)
        try:
            added = fill(
                cases=cases,
                seed=seed,
                as_of=as_of,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except ValueError as refused:
            print(str(refused), file=sys.stderr)
            return 2
    spent = time.perf_counter() - started
    print(f"{added} cases added in {spent:.0f} s, {added / spent:.0f} a second")
    return 0
