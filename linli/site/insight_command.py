"""`linli insight rebuild`: the counters made anew from the cases."""

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from linli.insight.counting import rebuild


def run() -> None:
    """Rebuild, showing how far it has come, and say how many cases were counted."""
    started = time.perf_counter()
    columns = (TextColumn("cases"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("cases", total=None)
        count = rebuild(progress=lambda done, total: bar.update(task, completed=done, total=total))
    print(f"{count} cases counted in {time.perf_counter() - started:.1f} s")
