"""`kill -9` of the database server under concurrent moves: what was acknowledged is what stands."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
COUNT = "SELECT count(*) FROM kernel_event WHERE name = 'order.accepted'"


@pytest.mark.slow
def test_acknowledged_moves_equal_the_database_after_kill_9() -> None:
    home = Path(tempfile.mkdtemp(prefix="lk"))
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("LINLI_")},
        "LINLI_HOME": str(home),
        "LINLI_LOG_LEVEL": "CRITICAL",
    }
    linli = str(Path(sys.executable).with_name("linli"))
    acknowledged = home / "acknowledged"
    urls: list[str] = []
    try:
        subprocess.run([linli, "migrate"], env=environment, check=True, capture_output=True)
        urls = subprocess.run(
            [sys.executable, "-c", "from linli.site import cluster as c; x = c.urls(); print(x.superuser_url, x.pid, x.data_dir.parent)"],
            env=environment, check=True, capture_output=True, text=True,
        ).stdout.split()  # fmt: skip
        client = subprocess.Popen(
            [sys.executable, "-m", "tests.site.kill_client", str(acknowledged)],
            env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert client.stdout is not None
        assert client.stdout.readline().strip() == "ready"
        with psycopg.connect(urls[0], autocommit=True) as watching:
            until = time.monotonic() + 30
            while watching.execute(COUNT).fetchone()[0] < 20 and time.monotonic() < until:  # type: ignore[index]
                pass
            before = watching.execute(COUNT).fetchone()[0]  # type: ignore[index]
        os.kill(int(urls[1]), signal.SIGKILL)
        assert 20 <= before < 100, "the server died in the middle of the moves"
        subprocess.run([linli, "db", "start"], env=environment, check=True, capture_output=True)

        assert client.wait(timeout=90) == 0

        with psycopg.connect(urls[0]) as after:
            events = after.execute(
                "SELECT stream_id FROM kernel_event WHERE name = 'order.accepted' ORDER BY 1"
            ).fetchall()
            orders = after.execute(
                "SELECT case_id FROM cases_workorder WHERE state = 'accepted' ORDER BY 1"
            ).fetchall()
        told = sorted(int(line) for line in acknowledged.read_text().split())
        assert told == [row[0] for row in orders] == [row[0] for row in events]
        assert len(told) == 100
    finally:
        subprocess.run([linli, "db", "stop"], env=environment, capture_output=True, check=False)
        shutil.rmtree(home, ignore_errors=True)
        for folder in urls[2:]:  # as root the data lie in a folder of their own
            shutil.rmtree(folder, ignore_errors=True)
