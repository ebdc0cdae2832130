"""A database of an earlier version is brought up to this one, and nothing that happened is lost.

`upgrades/` holds a small demo of each version, as SQL that every server from PostgreSQL 15 up reads: invented people,
places of Beijing. How a release adds its own: docs/releasing.md.
"""

import gzip
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from linli.site import cluster
from linli.site.digesting import ROWS, digest_of

UPGRADES = Path(__file__).parent / "upgrades"
VERSIONS = sorted(path.name for path in UPGRADES.glob("*.sql.gz"))
LINLI = str(Path(sys.executable).with_name("linli"))
KEYS = {
    "LINLI_FIELD_KEYS": f"1:{'1' * 64}",
    "LINLI_INDEX_KEY": "2" * 64,
    "LINLI_CHAIN_KEYS": f"1:{'3' * 64}",
    "LINLI_SECRET_KEY": "4" * 64,
}
"""The keys under which these demos were made: everybody may know them."""
EVENTS = "SELECT id, name, stream_id, seq, at, payload FROM kernel_event ORDER BY id"
PEOPLE = "SELECT count(*) FROM cases_requester WHERE phone_sealed IS NOT NULL"
SEAL = """
from linli.site.cli import ready
ready()
from linli.journal.drainer import drain
from linli.kernel import clock
while drain(now=clock.now()).count:
    pass
"""
OPEN = """
from linli.site.cli import ready
ready()
from linli.cases.models import Requester
from linli.cases.privacy.wall import wall_open_everywhere
with wall_open_everywhere("test of an upgrade"):
    print(sum(one.phone.startswith("+86") for one in Requester.objects.all()))
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(os.environ.get("LINLI_DATABASE_URL")), reason="makes a database of the built-in server"
    ),
]


class Upgraded:
    """A database of an earlier version, on its way to this one."""

    def __init__(self, folder: Path, version: str) -> None:
        self.name = f"upgrade_{uuid.uuid4().hex[:8]}"
        self.owner_url = cluster.ensure(self.name).owner_url
        self.environment = {
            **os.environ,
            **KEYS,
            "LINLI_DATABASE_NAME": self.name,
            "LINLI_HEAD_FILE": str(folder / "heads"),
            "LINLI_DEMO": "1",
            "LINLI_ROLE": "app",
        }
        script = gzip.decompress((UPGRADES / version).read_bytes()).decode()
        with psycopg.connect(self.owner_url, autocommit=True) as owner:
            owner.execute(script.encode())  # type: ignore[call-overload]

    def run(self, *command: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=check
        )

    def read(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.owner_url) as owner:
            return owner.execute(query.encode()).fetchall()  # type: ignore[call-overload]

    def drop(self) -> None:
        here = cluster.urls("postgres")
        assert here is not None
        with psycopg.connect(here.superuser_url, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(self.name)))


@pytest.fixture(params=VERSIONS)
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Upgraded]:
    database = Upgraded(tmp_path, request.param)
    yield database
    database.drop()


def test_a_database_of_an_earlier_version_goes_on_under_this_one(before: Upgraded) -> None:
    digest = digest_of(before.read(ROWS), times=True)
    events = before.read(EVENTS)
    people = before.read(PEOPLE)
    assert digest[0] == len(events) > 100

    before.run(LINLI, "migrate")

    assert digest_of(before.read(ROWS), times=True) == digest
    assert before.run(LINLI, "digest", "--times").stdout.split()[0] == digest[1]
    after = before.read(EVENTS)
    assert after[: len(events)] == events
    assert before.read(PEOPLE) == people
    before.run(sys.executable, "-c", SEAL)
    told = before.run(LINLI, "audit", "verify", "--english")
    assert str(len(after)) in told.stdout.replace(",", "")
    doctor = before.run(LINLI, "doctor", "--english", check=False).stdout
    bad = [line for line in doctor.splitlines() if line.startswith("bad")]
    assert not bad, doctor
    for (number,) in before.read("SELECT number FROM cases_case ORDER BY id LIMIT 3"):
        assert len(before.run(LINLI, "explain", number).stdout.splitlines()) > 3
    opened = before.run(sys.executable, "-c", OPEN).stdout.split()
    assert opened == [str(people[0][0])], "every telephone number opens under the old keys"
    before.run(LINLI, "migrate")  # again: nothing is left to do


def test_there_is_a_demo_of_an_earlier_version() -> None:
    assert VERSIONS
