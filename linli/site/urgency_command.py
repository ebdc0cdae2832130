"""`linli urgency`: how urgent each row's words are, which special line to transfer to, and why."""

import csv
import sys
import time
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal, RuleBroken
from linli.methods.language import urgency, urgency_rules
from linli.methods.language.urgency import Urgent
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

COLUMNS = ("id", "class", "special_line", "why")
NO_TEXT = Refusal(
    "analyst.no_text",
    _("The row says nothing in the column “%(column)s”. Write what was said and try again."),
)


def run(source: Path, output: Path) -> int:
    """Judge every row; return the exit status. `special_line`: numbers in the order to call them, by “/”."""
    speak()
    try:
        table = Table(source)
        key = table.first_of("id", "msg_id")
        table.needs("text")
        return _judge(table, output, key=key)
    except RuleBroken as broken:
        print(said(broken), file=sys.stderr)
        return UNUSABLE


def _judge(table: Table, output: Path, *, key: str) -> int:
    aside = Aside(output, table.shape.header)
    counts = dict.fromkeys(Urgent, 0)
    total = table.count()
    started = time.perf_counter()
    with written(output) as into, progress(table.path.name, total=total) as show:
        rows = csv.writer(into)
        rows.writerow(COLUMNS)
        for done, record in enumerate(table.records(), start=1):
            text = record.row.get("text", "")
            fault = fault_of(record, key=key) or (None if text.strip() else NO_TEXT(column="text"))
            if fault:
                aside.add(record, fault)
            else:
                found = urgency.judge(text)
                counts[found.urgent] += 1
                numbers = "/".join(line.number for line in found.lines)
                rows.writerow([record.row[key], found.urgent, numbers, found.why])
            show(done)
    spent = max(time.perf_counter() - started, 0.001)
    classes = ", ".join(f"{count} {urgent}" for urgent, count in counts.items())
    print(
        f"{total} rows read: {classes}; {aside.count} handed back; rules of {urgency_rules.shipped().dated}; "
        f"{total / spent:.0f} rows a second{aside.finish()}"
    )
    return USABLE
