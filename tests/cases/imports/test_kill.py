"""`kill -9` of an import, gone on with until it is through: the same cases, states and events as in one go."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from linli.site.digest_command import digest
from tests.cases.imports.bad_rows import a_bad_file
from tests.cases.imports.files import a_table, imported

LINLI = str(Path(sys.executable).with_name("linli"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(
        "LINLI_DATABASE_URL" in os.environ, reason="makes a database of its own on our own server"
    ),
]


def killed_and_resumed(folder: Path, *, rows: int, kills: int, seed: int) -> tuple[str, str, int]:
    """Import a file with `kills` interruptions at random points; return both digests and how often it died.

    The other digest is that of the same file imported in one go, into the test's own database.
    """
    data, bad = a_bad_file(rows, seed=seed)
    file = folder / "file.csv"
    file.write_bytes(data)
    name = f"import_kill_{os.getpid()}"
    environment = {**os.environ, "LINLI_DATABASE_NAME": name, "LINLI_LOG_LEVEL": "CRITICAL"}
    chance = random.Random(seed)

    def run(*arguments: str) -> str:
        command = [LINLI, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    try:
        run("migrate")
        died = 0
        while died < kills:
            died += _killed([LINLI, "import", "cases", str(file)], environment, chance)
        last = run("import", "cases", str(file)).splitlines()[-1]
        assert (
            f"{rows} rows read: {rows - len(bad)} created, 0 already there, {len(bad)} set aside"
            in last
        )
        assert len((folder / "file.set-aside.csv").read_text("utf-8-sig").splitlines()) > len(bad)
        theirs = run("digest").split()[0]
    finally:
        _drop(name)
    imported(a_table(data))
    return theirs, digest(times=False)[1], died


def _killed(command: list[str], environment: dict[str, str], chance: random.Random) -> bool:
    """Start an import and kill it at a random point of one of its batches. Returns whether it died of it."""
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stderr is not None
    reported = 0
    for line in process.stderr:
        reported += " / " in line
        if reported == 1:
            break
    time.sleep(chance.random() * 0.3)  # not to wait for anything: the point within the batch
    process.kill()
    return process.wait() == -9


def _drop(name: str) -> None:
    from linli.site import cluster

    urls = cluster.urls("postgres")
    assert urls is not None
    with psycopg.connect(urls.superuser_url, autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        server.execute(drop)


def test_an_import_killed_in_the_middle_ends_as_one_that_was_not(tmp_path: Path) -> None:
    theirs, ours, died = killed_and_resumed(tmp_path, rows=3_000, kills=1, seed=7)

    assert died == 1
    assert theirs == ours


@pytest.mark.soak
def test_an_import_killed_at_twenty_random_points_ends_as_one_that_was_not(tmp_path: Path) -> None:
    theirs, ours, died = killed_and_resumed(tmp_path, rows=30_000, kills=20, seed=20)

    assert died == 20
    assert theirs == ours
