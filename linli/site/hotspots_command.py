"""`linli hotspots`: which messages are about one matter, how hot it is, and what it is called."""

import csv
import datetime as dt
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal, RuleBroken
from linli.methods.language.topics import Message, Topics
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
from linli.site.answer_command import NOTHING_SAID, TWICE

COLUMNS = ("msg_id", "group", "heat", "name")
SHOWN = 5
NO_TIME = Refusal(
    "analyst.no_time",
    _("“%(value)s” in the column “%(column)s” is no time. Write it as 2026-11-25 09:30."),
)
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?.*)?"
)


def run(source: Path, output: Path) -> int:
    """Group every message; return the exit status. The rows come out in the order they came in."""
    speak()
    try:
        return _group(Table(source), output)
    except RuleBroken as broken:
        print(said(broken), file=sys.stderr)
        return UNUSABLE


def _group(table: Table, output: Path) -> int:
    started = time.perf_counter()
    key = table.first_of("id", "msg_id")
    table.needs("title", "time", "body")
    aside = Aside(output, table.shape.header)
    messages: dict[str, Message] = {}
    for record in table.records():
        try:
            if fault := fault_of(record, key=key):
                raise fault
            message = _message(record.row, key=key)
            if message.id in messages:
                raise TWICE(value=message.id, column=key)
            messages[message.id] = message
        except RuleBroken as broken:
            aside.add(record, broken)
    with progress(table.path.name, total=len(messages)) as show:
        found = Topics(list(messages.values()), progress=show)
    topic_of = {m.id: topic for topic in found.topics for m in topic.messages}
    with written(output) as into:
        rows = csv.writer(into)
        rows.writerow(COLUMNS)
        for number in messages:
            topic = topic_of.get(number)
            rows.writerow(
                [number, topic.number, f"{topic.heat:.2f}", topic.name] if topic else [number, "", "", ""]
            )  # fmt: skip
    for topic in found.topics[:SHOWN]:
        print(f"{topic.heat:8.2f}  {len(topic.messages)} of {topic.people}  {topic.name}")
    print(
        f"{len(messages) + aside.count} messages read: {len(topic_of)} in {len(found.topics)} groups, "
        f"{len(messages) - len(topic_of)} in none, {aside.count} handed back{aside.finish()}; "
        f"{time.perf_counter() - started:.1f} s"
    )
    return USABLE


def _message(row: Mapping[str, str], *, key: str) -> Message:
    title, body = row.get("title", "").strip(), row.get("body", "").strip()
    if not title and not body:
        raise NOTHING_SAID(columns="title, body")
    likes = row.get("likes", "").strip()
    return Message(
        id=row[key].strip(),
        title=title,
        body=body,
        at=_time(row.get("time", "").strip()),
        user=row.get("user", "").strip(),
        likes=int(likes) if likes.isdecimal() else 0,
    )


def _time(value: str) -> dt.datetime:
    """Return the time written, without a zone: only spans between the times of one file are used."""
    hit = _TIME.fullmatch(value)
    if not hit:
        raise NO_TIME(value=value, column="time")
    try:
        return dt.datetime(*(int(part or 0) for part in hit.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        raise NO_TIME(value=value, column="time") from None
