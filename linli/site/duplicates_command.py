"""`linli duplicates`: whether the two texts of each row tell the same matter, and why."""

import csv
import sys
import time
from pathlib import Path

from linli.kernel.errors import RuleBroken
from linli.methods.language.sameness import compare
from linli.site.analyst_command import (
    UNUSABLE,
    USABLE,
    Aside,
    Table,
    fault_of,
    progress,
    said,
    speak,
    written,
)
from linli.site.answer_command import NOTHING_SAID

COLUMNS = ("id", "same", "score", "why")


def run(source: Path, output: Path) -> int:
    """Compare every pair; return the exit status. `same`: 1 or 0."""
    speak()
    try:
        table = Table(source)
        table.needs("id", "a", "b")
        return _compare(table, output)
    except RuleBroken as broken:
        print(said(broken), file=sys.stderr)
        return UNUSABLE


def _compare(table: Table, output: Path) -> int:
    aside = Aside(output, table.shape.header)
    total, same = table.count(), 0
    started = time.perf_counter()
    with written(output) as into, progress(table.path.name, total=total) as show:
        rows = csv.writer(into)
        rows.writerow(COLUMNS)
        for done, record in enumerate(table.records(), start=1):
            fault = fault_of(record, key="id")
            one, other = (record.row.get(name, "").strip() for name in "ab")
            if fault is None and not (one and other):
                fault = NOTHING_SAID(columns="b" if one else "a")
            if fault:
                aside.add(record, fault)
            else:
                found = compare(one, other)
                same += found.same
                rows.writerow([record.row["id"], int(found.same), f"{found.score:.4f}", found.why])
            show(done)
    spent = max(time.perf_counter() - started, 0.001)
    print(
        f"{total} pairs read: {same} tell the same, {total - same - aside.count} do not, "
        f"{aside.count} handed back{aside.finish()}; {total / spent:.0f} pairs a second"
    )
    return USABLE
