"""Backup -> drop -> restore -> equal: by the commands that a person types, on real databases."""

import hashlib
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from linli.cases.attachments.models import STORE, Attachment
from linli.site import cluster
from linli.site.backup.contents import Contents, keys_in_use, print_of, sha256_of
from linli.site.backup.files import pack, unpack
from linli.site.backup.programs import Programs, programs
from linli.site.backup.record import last_backup, note_backup, note_of
from linli.site.cluster import ClusterError
from tests.builders import STEPS, a_case
from tests.cases.photos import attached
from tests.cases.standing import standing_town
from tests.conftest import NOW

LINLI = str(Path(sys.executable).with_name("linli"))


pytestmark = pytest.mark.skipif(
    bool(os.environ.get("LINLI_DATABASE_URL")), reason="makes databases of the built-in server"
)


@pytest.fixture
def source(transactional_db: None, files: Path) -> str:
    """Return the tests' own database, with a town and its cases in it."""
    town = standing_town()
    for step in STEPS:
        case = a_case(town, at=step)
        if step == "in_progress":
            attached(town, case, 10, 20)
    return str(connection.settings_dict["NAME"])


@pytest.fixture
def target(source: str) -> Iterator[str]:
    """Yield the name of a database that does not exist yet."""
    name = f"backup_{uuid.uuid4().hex[:8]}"
    yield name
    drop(name)
    for database in (source, name):
        note_of(database).unlink(missing_ok=True)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINLI_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str, database: str, code: int = 0, **settings: str) -> str:
    done = subprocess.run(
        [LINLI, *arguments],
        env={**os.environ, "LINLI_DATABASE_NAME": database, "LINLI_ROLE": "app", **settings},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def drop(name: str) -> None:
    with psycopg.connect(_urls("postgres").superuser_url, autocommit=True) as connection:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(statement.format(sql.Identifier(name)))


def _urls(name: str) -> cluster.Cluster:
    found = cluster.urls(name)
    assert found is not None
    return found


def contents(name: str) -> Contents:
    with psycopg.connect(_urls(name).owner_url) as connection:
        return Contents.read(connection)


@pytest.mark.slow
def test_what_was_dropped_comes_back_equal_and_serves(
    source: str, target: str, tmp_path: Path, files: Path
) -> None:
    before, file = contents(source), tmp_path / "linli.dump"
    kept = {"LINLI_FILES": str(files)}
    told = run("db", "backup", str(file), database=source, **kept)
    assert f"{before.rows} rows" in told
    assert "4 files" in told
    assert stat.S_IMODE((tmp_path / "linli.dump.files.tar").stat().st_mode) == 0o600
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for _ in range(2):  # restored, dropped, restored
        shutil.rmtree(files, ignore_errors=True)
        told = run("db", "restore", str(file), database=target, **kept)
        assert "4 files are there" in told
        for one in Attachment.objects.all():
            assert len(b"".join(STORE.read(one.content))) == one.size  # a photo opens
            assert b"".join(STORE.read(one.small))[:3] == b"\xff\xd8\xff"
        assert "equal to the backup" in told
        assert "linli audit restored" in told
        assert f"digest {run('digest', database=source).strip()}" in told
        after = contents(target)
        assert before == after
        assert after.tables["cases_case"][0] == len(STEPS)
        assert after.sequences["case_number"] == before.sequences["case_number"] > 0
        with psycopg.connect(_urls(target).app_url, autocommit=True) as app:
            assert app.execute("SELECT count(*) FROM cases_case").fetchone() == (len(STEPS),)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("UPDATE kernel_event SET seq = 1")
        refused = run("db", "restore", str(file), database=target, code=1)
        assert "tables already" in refused
        drop(target)


@pytest.mark.slow
def test_a_restore_that_differs_says_where(source: str, target: str, tmp_path: Path) -> None:
    file = tmp_path / "linli.dump"
    run("db", "backup", str(file), database=source)
    beside = tmp_path / "linli.dump.json"
    listed = json.loads(beside.read_text())
    listed["contents"]["tables"]["cases_case"][0] += 1
    listed["keys_needed"][0]["print"] = "0" * 12
    listed["digest"] = "0" * 64 + "  1 events"
    beside.write_text(json.dumps(listed))
    told = run("db", "restore", str(file), "--database", target, database=source, code=1)
    assert f"≠ cases_case: {len(STEPS) + 1} -> {len(STEPS)} rows" in told
    assert "is not here; put it back" in told


def test_contents_notice_a_changed_word_a_moved_number_and_a_lost_constraint(source: str) -> None:
    with psycopg.connect(_urls(source).owner_url) as owner:
        before = Contents.read(owner)
        owner.execute("UPDATE territory_place SET name = '改了' WHERE code = '110105'")
        owner.execute("ALTER SEQUENCE case_number RESTART WITH 999999")
        owner.execute("ALTER TABLE cases_case DROP CONSTRAINT case_words_not_empty")
        owner.execute("DROP TABLE kernel_outbox")
        lines = before.differences(Contents.read(owner))
        owner.rollback()
    assert [line.split(":")[0] for line in lines[:2]] == ["kernel_outbox", "territory_place"]
    assert any(line.startswith("case_number: ") for line in lines)
    assert "constraints differ" in lines


def a_dump(folder: Path) -> Path:
    file = folder / "a.dump"
    file.write_bytes(b"PGDMP")
    pack(folder / "none", folder / "a.dump.files.tar")
    archive = sha256_of(folder / "a.dump.files.tar")
    listed = {
        "form": 2,
        "sha256": hashlib.sha256(b"PGDMP").hexdigest(),
        "files": {"count": 0, "bytes": 0, "sha256": archive},
    }
    (folder / "a.dump.json").write_text(json.dumps(listed))
    return file


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda file: file.with_name("a.dump.json").unlink(), "lists what the dump must hold"),
        (lambda file: file.with_name("a.dump.json").write_text("[]"), "missing or cannot be read"),
        (lambda file: file.with_name("a.dump.json").write_text('{"form": 3}'), "newer version"),
        (lambda file: file.write_bytes(b"PGDM"), "SHA-256 differs"),
        (lambda file: file.with_name("a.dump.files.tar").unlink(), "holds the photos"),
        (
            lambda file: file.with_name("a.dump.files.tar").write_bytes(b"half"),
            "files.tar is not the file",
        ),
    ],
)
def test_a_backup_that_is_not_whole_is_not_restored(
    harm: object, says: str, tmp_path: Path
) -> None:
    from linli.site.backup.restoring import restore

    file = a_dump(tmp_path)
    assert callable(harm)
    harm(file)
    with pytest.raises(ClusterError, match=says):
        restore(file, address="postgresql://nobody@192.0.2.1/none", files=tmp_path / "files")


@pytest.mark.parametrize(
    "name",
    ["../../outside", "attachments/ab/short", f"a/ab/{'ab' * 32}/x", f"a/cd/{'ab' * 32}", "/x"],
)
def test_an_archive_puts_nothing_beside_the_stores(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "bent.tar", "w") as archive:
        member = tarfile.TarInfo(name)
        member.size = 4
        archive.addfile(member, io.BytesIO(b"bent"))
    with pytest.raises(ValueError, match=re.escape(name.lstrip("/"))):
        unpack(tmp_path / "bent.tar", tmp_path / "folder" / "files")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "bent.tar"]


def test_a_backup_is_never_written_over(tmp_path: Path) -> None:
    from linli.site.backup.taking import backup

    file = a_dump(tmp_path)
    nowhere = "postgresql://nobody@192.0.2.1/none"
    with pytest.raises(ClusterError, match="never written over"):
        backup(file, address=nowhere, files=tmp_path / "files", now=NOW)
    assert file.read_bytes() == b"PGDMP"


@pytest.mark.parametrize(("server", "chosen"), [(15, 15), (16, 17), (18, 18)])
def test_programs_are_never_older_than_the_server(
    monkeypatch: pytest.MonkeyPatch, server: int, chosen: int
) -> None:
    there = [Programs(major, Path("/x")) for major in (18, 17, 15)]
    monkeypatch.setattr("linli.site.backup.programs._installed", lambda: iter(there))
    assert programs(server=server).major == chosen
    with pytest.raises(ClusterError, match="postgresql-client-19"):
        programs(server=19)


def test_keys_are_named_with_place_and_print_never_with_their_text(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "keys").mkdir()
    (home / "keys" / "index_key").write_text("ab" * 32 + "\n")
    monkeypatch.setenv("LINLI_FIELD_KEYS", "1:" + "cd" * 32)
    found = {key["name"]: key for key in keys_in_use()}
    assert found["field_keys"]["from"] == "LINLI_FIELD_KEYS"
    assert found["index_key"]["from"] == str(home / "keys" / "index_key")
    assert found["index_key"]["print"] == print_of("ab" * 32) != print_of("ab" * 31 + "ac")
    assert "ab" * 8 not in json.dumps(found) and "cd" * 8 not in json.dumps(found)  # noqa: PT018
    assert not (home / "keys" / "secret_key").exists(), "looking makes no key"


def test_the_last_backup_is_kept_in_mind(home: Path) -> None:
    assert last_backup("linli") is None
    note_backup("linli", home / "a.dump", at=NOW)
    assert last_backup("linli") == (NOW, home / "a.dump")
    note_of("linli").write_text("half")
    assert last_backup("linli") is None
