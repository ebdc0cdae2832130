"""How fast cases come in: from a file in batches, and one by one; beside a bare COPY of the same rows.

    .venv/bin/python bench/import_rows.py [--rows 10000] [--single 2000] [--file FILE]

Works in a database of its own (linli_bench_import), made anew each time. Rows are made up unless a file is
given. Prints rows a second, the CPU a row of this process and of the database's (the steadiest figures on a busy
machine), what rate that CPU alone allows on one core, and how many times longer than COPY of the same columns into
a plain table it took.
"""

import argparse
import csv
import io
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

DATABASE = "linli_bench_import"
SUBJECTS = ("路灯不亮", "垃圾没有清运", "楼道堆物", "井盖松动", "噪声扰民", "停车占道", "水压不足")
SENTENCES = (
    "已经一个月了，没有人来看。",
    "希望尽快处理。",
    "老人和孩子出行都不方便。",
    "反映过两次，都说在等通知。",
)


def made_up(rows: int) -> bytes:
    """Return a message board's file with as many rows, some 200 characters each."""
    chance = random.Random(1)
    into = io.StringIO()
    writer = csv.writer(into)
    writer.writerow(["msg_id", "user", "title", "time", "body", "likes", "dislikes"])
    for number in range(rows):
        subject = chance.choice(SUBJECTS)
        body = "".join(chance.choice(SENTENCES) for _ in range(12)) + f"第{number}件。"
        place = f"A市A{number % 9 + 1}区"
        writer.writerow(
            [number, f"A{number}", f"{place}{subject}", "2019-07-19 18:19:54", place + body, 0, 0]
        )
    return into.getvalue().encode()


def measured(name: str, rows: int, work: Callable[[], object], *, copy: float = 0) -> float:
    """Run the work once, print its figures, return the seconds it took."""
    wall, own, theirs = time.perf_counter(), time.process_time(), _database_cpu()
    work()
    spent, cpu = time.perf_counter() - wall, time.process_time() - own
    database = _database_cpu() - theirs
    ratio = f"{spent / rows / copy:8.0f}" if copy else "       1"
    print(
        f"{name:22} {rows:7} rows {rows / spent:9.0f} /s {cpu / rows * 1000:8.3f} + {database / rows * 1000:.3f} "
        f"ms CPU a row, {rows / max(cpu + database, 0.001):.0f} /s of CPU {ratio} x COPY"
    )
    return spent


def _database_cpu() -> float:
    """Return the processor seconds of the database's process behind this one's connection."""
    from django.db import connection

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--single", type=int, default=2_000)
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    os.environ["LINLI_DATABASE_NAME"] = DATABASE
    import psycopg
    from psycopg import sql

    from linli.site import cluster

    with psycopg.connect(cluster.ensure().superuser_url, autocommit=True) as owner:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
        owner.execute(drop)
    linli = str(Path(sys.executable).with_name("linli"))
    subprocess.run([linli, "migrate"], check=True, stdout=subprocess.DEVNULL)
    from linli.site.cli import ready

    ready()
    measure(given.file.read_bytes() if given.file else made_up(given.rows), single=given.single)


def measure(data: bytes, *, single: int) -> None:
    """Take the rows in batches, then some of them once more one by one, by the same rules."""
    from dataclasses import replace

    from django.db import connection

    from linli.cases import operations
    from linli.cases.imports import running
    from linli.cases.imports.tables import TableFile, read_records
    from linli.cases.permissions import CasePermission as P
    from linli.kernel.actor import Grant
    from linli.site.import_command import importer

    found = running.survey(TableFile("bench.csv", lambda: io.BytesIO(data)))
    actor = importer(found.case_map)
    running.load_territory(found, loader=actor)
    records = list(read_records(found.file, found.shape))
    cells = [tuple(record.row.values()) for record in records]
    columns = ", ".join(f"c{place} text" for place in range(len(cells[0])))

    def copied() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE bare ({columns})")
            with cursor.copy("COPY bare FROM STDIN") as copy:
                for row in cells:
                    copy.write_row(row)

    bare = measured("bare COPY", found.total, copied) / found.total
    run = running.begin(found, actor=actor)
    measured(
        "in batches of 500", found.total, lambda: running.take(found, run, actor=actor), copy=bare
    )
    reading = running.reading_of(found, actor=actor)
    drafts = [reading.draft(one.record, one.row)[0] for one in records[:single]]
    drafts = [replace(draft, source="single") for draft in drafts]
    grant = Grant("bench", frozenset({P.RECEIVE}), "city_code", found.case_map.places.root_row.code)
    caller = replace(actor, grants=(*actor.grants, grant))

    def one_by_one() -> None:
        for draft in drafts:
            operations.receive(actor=caller, draft=draft)

    measured("one by one", len(drafts), one_by_one, copy=bare)


if __name__ == "__main__":
    main()
