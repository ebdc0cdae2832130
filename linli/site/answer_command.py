"""`linli answer`: for each question the answers of a base, best first, or that none is known."""

import csv
import datetime as dt
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from linli.kernel import clock
from linli.kernel.errors import Refusal, RuleBroken
from linli.methods.language.retrieval import Base, Entry
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

COLUMNS = ("query_id", "rank", "reply_id", "score")
IDS, QUESTIONS, ANSWERS = ("msg_id", "id"), ("title", "question"), ("reply", "answer")
NO_DATE = Refusal(
    "analyst.no_date",
    _(
        "“%(value)s” in the column “%(column)s” is no date. Write it as 2026-11-25, or leave it empty."
    ),
)
TWICE = Refusal(
    "analyst.twice",
    _("“%(value)s” stands twice in the column “%(column)s”. Give each row a number of its own."),
)
NOTHING_SAID = Refusal(
    "analyst.nothing_said",
    _("The row has no words in %(columns)s. Fill in one of them and try again."),
)


def run(
    kb: Path, source: Path, output: Path, *, top: int, as_of: dt.date | None, refuse: str
) -> int:
    """Answer every question; return the exit status. `refuse`: auto (only with validity dates) or never."""
    speak()
    started = time.perf_counter()
    try:
        base_table, table = Table(kb), Table(source)
        aside = Aside(output.with_name(f"{_stem(output)}.kb.csv"), base_table.shape.header)
        base, is_dated = _base(base_table, aside)
        return _answer(
            base,
            table,
            output,
            top=top,
            on=as_of or clock.now().astimezone().date(),
            refuse=is_dated and refuse == "auto",
            about_base=f"{len(base.entries)} entries, {aside.count} handed back{aside.finish()}",
            started=started,
        )
    except RuleBroken as broken:
        print(said(broken), file=sys.stderr)
        return UNUSABLE


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").rsplit(".", 1)[0]


def _base(table: Table, aside: Aside) -> tuple[Base, bool]:
    """Return the base, and whether any entry of it is dated."""
    key, answer = table.first_of(*IDS), table.first_of(*ANSWERS)
    asked = [name for name in (*QUESTIONS, "body") if name in table.shape.header]
    entries: dict[str, Entry] = {}
    with progress(table.path.name, total=table.count()) as show:
        for done, record in enumerate(table.records(), start=1):
            try:
                if fault := fault_of(record, key=key):
                    raise fault
                entry = Entry(
                    id=record.row[key].strip(),
                    question="\n".join(
                        words for name in asked if (words := record.row.get(name, "").strip())
                    ),
                    answer=record.row.get(answer, "").strip(),
                    valid_from=_date(record.row, "valid_from"),
                    valid_to=_date(record.row, "valid_to"),
                )
                if entry.id in entries:
                    raise TWICE(value=entry.id, column=key)
                if not entry.answer:
                    raise NOTHING_SAID(columns=answer)
                entries[entry.id] = entry
            except RuleBroken as broken:
                aside.add(record, broken)
            show(done)
    dated = any(entry.valid_from or entry.valid_to for entry in entries.values())
    return Base(list(entries.values())), dated


def _answer(
    base: Base,
    table: Table,
    output: Path,
    *,
    top: int,
    on: dt.date,
    refuse: bool,
    about_base: str,
    started: float,
) -> int:
    key = table.first_of("msg_id", "id", "query_id")
    asked = [name for name in ("title", "query", "question", "body") if name in table.shape.header]
    if not asked:
        table.needs("query")
    aside = Aside(output, table.shape.header)
    total, refused = table.count(), 0
    with written(output) as into, progress(table.path.name, total=total) as show:
        rows = csv.writer(into)
        rows.writerow(COLUMNS)
        for done, record in enumerate(table.records(), start=1):
            try:
                if fault := fault_of(record, key=key):
                    raise fault
                words = [cell for name in asked if (cell := record.row.get(name, "").strip())]
                if not words:
                    raise NOTHING_SAID(columns=", ".join(asked))
                day = _date(record.row, "asked_on") or on
                found = base.find(words[0], "\n".join(words[1:]), top=top, on=day)
                query = record.row[key].strip()
                if not found.ranked or (refuse and not found.is_known):
                    refused += 1
                    rows.writerow([query, 0, "", f"{found.sure:.4f}"])
                else:
                    for rank, (entry, score) in enumerate(found.ranked, start=1):
                        rows.writerow([query, rank, entry.id, f"{score:.6f}"])
            except RuleBroken as broken:
                aside.add(record, broken)
            show(done)
    spent = time.perf_counter() - started
    print(
        f"{total} questions read: {total - refused - aside.count} answered, {refused} not known, "
        f"{aside.count} handed back{aside.finish()}; base: {about_base}; {spent:.1f} s"
    )
    return USABLE


def _date(row: Mapping[str, str], column: str) -> dt.date | None:
    """Return the day in a column, None where it is empty. Raises NO_DATE."""
    value = row.get(column, "").strip()
    if not value:
        return None
    try:
        return dt.date.fromisoformat(value[:10].replace("/", "-").replace(".", "-"))
    except ValueError:
        raise NO_DATE(value=value, column=column) from None
