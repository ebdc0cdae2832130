"""Keep a small demo of this version, so that the next version is tested to take it over.

    .venv/bin/python tools/release_demo.py

Writes tests/site/upgrades/VERSION-demo.sql.gz: 24 cases of the demo and the places that they need, as SQL that every
server from PostgreSQL 15 up reads, under keys that everybody may know. Needs the built-in server.
"""

import gzip
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from linli.site import cluster
from linli.site.backup.programs import programs
from tests.site.test_upgrade import KEYS, UPGRADES

ROOT = Path(__file__).resolve().parents[1]
NAME = "linli_release_demo"
REFERENCES = """
    SELECT conrelid::regclass::text, attname FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE confrelid = 'territory_place'::regclass AND contype = 'f' AND conrelid <> confrelid
"""
NEEDED = """
    WITH RECURSIVE needed(id) AS (
        {used} UNION SELECT id FROM territory_place WHERE level IN ('city', 'district')
        UNION SELECT p.parent_id FROM territory_place p JOIN needed USING (id) WHERE p.parent_id IS NOT NULL
    ) SELECT id FROM needed
"""
SPARE = """
    DELETE FROM territory_place p WHERE id <> ALL (%s)
    AND NOT EXISTS (SELECT FROM territory_place c WHERE c.parent_id = p.id)
"""


def main() -> None:
    """Load, prune, write."""
    here = cluster.ensure(NAME)
    linli = str(Path(sys.executable).with_name("linli"))
    subprocess.run(
        [linli, "demo", "--load-only", "--cases", "24"],
        env={**os.environ, **KEYS, "LINLI_DATABASE_NAME": NAME, "LINLI_DEMO": "1"},
        check=True,
    )
    with psycopg.connect(here.owner_url, autocommit=True) as owner:
        owner.execute("SET row_security = off")
        used = sql.SQL(" UNION ").join(
            sql.SQL("SELECT {} FROM {} WHERE {} IS NOT NULL").format(
                sql.Identifier(column), sql.Identifier(table), sql.Identifier(column)
            )
            for table, column in owner.execute(REFERENCES).fetchall()
        )
        needed = [key for (key,) in owner.execute(sql.SQL(NEEDED).format(used=used)).fetchall()]
        while owner.execute(SPARE, [needed]).rowcount:
            pass
        owner.execute("DELETE FROM accounts_session")
    raw = ROOT / ".venv" / "release-demo.sql"
    programs(server=int(here.version.partition(".")[0])).run(
        "pg_dump",
        *("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=200", f"--file={raw}"),
        address=here.owner_url,
    )
    # Comments say when; the other lines are of a server that is newer than the oldest that must read this.
    left_out = ("--", "\\", "SET transaction_timeout")
    kept = [line for line in raw.read_text("utf-8").splitlines() if not line.startswith(left_out)]
    file = UPGRADES / f"{version('linli')}-demo.sql.gz"
    file.write_bytes(gzip.compress("\n".join(kept).encode() + b"\n", 9, mtime=0))
    raw.unlink()
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1000:.0f} kB, {len(needed)} places")


if __name__ == "__main__":
    main()
