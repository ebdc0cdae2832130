"""`linli doctor`: each fault is found, weighed and told how to mend; a sound installation passes."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection as django_connection
from psycopg.conninfo import make_conninfo

from linli.site import cluster
from linli.site.config import config
from linli.site.doctor import machine, server
from linli.site.doctor.finding import Finding, Level, bad, ok
from tests.conftest import NOW

LINLI = str(Path(sys.executable).with_name("linli"))
OK, WARN, BAD = Level.OK, Level.WARN, Level.BAD
HEX = "ab" * 32


def levels(findings: Iterable[Finding]) -> list[Level]:
    return [finding.level for finding in findings]


def told(finding: Finding) -> str:
    return f"{finding.found} {finding.mend}" % finding.facts


# — a finding —


def test_a_finding_says_how_to_mend_it_if_and_only_if_it_must_be() -> None:
    with pytest.raises(TypeError):
        Finding(WARN, "Disk", "full")
    with pytest.raises(TypeError):
        Finding(OK, "Disk", "fine", "do something")
    assert ok("Disk", "fine").level is OK
    assert bad("Disk", "full", "free some").mend == "free some"


# — the machine —


@pytest.mark.parametrize(("free", "level"), [(3e9, OK), (1.9e9, WARN), (4.9e8, BAD)])
def test_room_is_weighed(free: float, level: Level) -> None:
    assert machine.room("/var", free=free).level is level


def test_two_folders_of_one_disk_are_one_line(tmp_path: Path) -> None:
    assert len(list(machine.disks([tmp_path, tmp_path / "not" / "yet"]))) == 1


def test_an_old_python_is_bad() -> None:
    assert machine.program((3, 10, 4)).level is BAD
    assert machine.program((3, 11, 2)).level is OK


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    for name in [name for name in os.environ if name.startswith("LINLI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LINLI_HOME", str(tmp_path))
    monkeypatch.setenv("LINLI_HTTPS", "1")
    monkeypatch.setenv("LINLI_HSTS_SECONDS", "31536000")
    config.cache_clear()
    yield monkeypatch
    config.cache_clear()


def test_a_setting_that_nobody_reads_is_found_with_its_nearest_name(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("LINLI_ALOWED_HOSTS", "secret.example.org")
    found = list(machine.settings(os.environ))
    assert levels(found) == [OK, WARN, OK]
    assert "nearest is LINLI_ALLOWED_HOSTS" in told(found[1])
    assert not any("secret.example.org" in told(finding) for finding in found)


@pytest.mark.parametrize(
    ("name", "value", "level"),
    [
        ("LINLI_HTTPS", "perhaps", BAD),
        ("LINLI_TIME_ZONE", "Asia/Peking", BAD),
        ("LINLI_DEBUG", "1", BAD),
        ("LINLI_DEMO", "1", WARN),
        ("LINLI_HTTPS", "0", WARN),
        ("LINLI_HSTS_SECONDS", "0", WARN),
    ],
)
def test_settings_are_weighed(
    environment: pytest.MonkeyPatch, name: str, value: str, level: Level
) -> None:
    environment.setenv(name, value)
    found = list(machine.settings(os.environ))
    assert level in levels(found)
    worst = next(finding for finding in found if finding.level is level)
    assert name in told(worst) or name == "LINLI_HSTS_SECONDS"


def test_keys_that_others_can_read_or_that_are_none_are_bad(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    for name, text in (("index_key", HEX), ("field_keys", f"2:{HEX},1:{HEX}")):
        (folder / name).write_text(text + "\n")
        (folder / name).chmod(0o600)
    assert levels(machine.keys()) == [OK]

    (folder / "index_key").chmod(0o640)
    (folder / "field_keys").write_text("2:abc")
    found = list(machine.keys())
    assert levels(found) == [BAD, BAD, OK]
    assert "chmod 600" in told(found[1])
    assert not any(HEX in told(finding) for finding in found)

    environment.setenv("LINLI_SECRET_KEY", "short")
    config.cache_clear()
    assert "LINLI_SECRET_KEY" in told(next(iter(machine.keys())))


def test_a_folder_that_is_not_there_yet_is_told(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert levels(machine.folder()) == [OK]
    environment.setenv("LINLI_HOME", str(tmp_path / "new"))
    assert levels(machine.folder()) == [WARN]


def test_a_missing_catalogue_is_bad(tmp_path: Path) -> None:
    from linli.site.config import translations_folder

    assert machine.translations(translations_folder()).level is OK
    assert machine.translations(tmp_path).level is BAD


# — the server —


@pytest.mark.parametrize(("seconds", "level"), [(0.3, OK), (-1.9, OK), (2.5, WARN), (-61.0, BAD)])
def test_a_clock_is_weighed(seconds: float, level: Level) -> None:
    assert server.skew(seconds).level is level


@pytest.mark.parametrize(
    ("since", "level"),
    [
        (None, OK),
        (NOW + dt.timedelta(seconds=5), OK),
        (NOW - dt.timedelta(minutes=4), OK),
        (NOW - dt.timedelta(minutes=6), WARN),
        (NOW - dt.timedelta(minutes=61), BAD),
    ],
)
def test_what_waits_is_weighed(since: dt.datetime | None, level: Level) -> None:
    found = server.late("Outbox", "%(count)d %(minutes)d", "mend", since, now=NOW, count=3)
    assert found.level is level


@pytest.mark.parametrize(("hours", "level"), [(None, WARN), (1, OK), (47, OK), (49, WARN)])
def test_a_backup_is_weighed(hours: int | None, level: Level) -> None:
    taken = None if hours is None else (NOW - dt.timedelta(hours=hours), Path("/b/a.dump"))
    assert server.backup(taken, now=NOW).level is level


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the owner's to the tests' database; what is done on it is undone."""
    name = str(django_connection.settings_dict["NAME"])
    with psycopg.connect(address_of("owner", name)) as connection:
        yield connection
        connection.rollback()


def address_of(role: str, name: str) -> str:
    here = config()
    given = here.owner_database_url if role == "owner" else here.database_url
    if given:
        return make_conninfo(given, dbname=name)
    return urls(name).owner_url if role == "owner" else urls(name).app_url


def urls(name: str) -> cluster.Cluster:
    found = cluster.urls(name)
    assert found is not None
    return found


def doctor(*arguments: str, code: int, **settings: str) -> str:
    settings = {"LINLI_ROLE": "app", **settings}
    done = subprocess.run(
        [LINLI, "doctor", *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.mark.django_db
def test_a_sound_installation_passes() -> None:
    name = str(django_connection.settings_dict["NAME"])
    where = {"LINLI_DATABASE_NAME": name, "LINLI_DATABASE_URL": address_of("app", name)}
    sound = doctor("--english", code=0, **where)
    assert "changes of this version are in" in sound
    assert "linli_app adds events" in sound
    assert "0 bad" in sound
    assert "数据库" in doctor(code=0, **where)


def test_tables_that_are_missing_or_of_another_version_are_bad(
    owner: psycopg.Connection[Any],
) -> None:
    assert levels(server.tables(owner)) == [OK]
    owner.execute("DELETE FROM django_migrations WHERE app = 'accounts'")
    owner.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '9999_x', now())"
    )
    missing, newer = server.tables(owner)
    assert "accounts.0001_initial" in told(missing)
    assert "cases.9999_x" in told(newer)
    owner.execute("DROP TABLE django_migrations")
    assert levels(server.tables(owner)) == [BAD]


def test_rights_to_change_the_past_are_bad(owner: psycopg.Connection[Any]) -> None:
    assert "may do anything" in told(next(server.app_login(owner))), "the owner must not serve"
    owner.execute("SET ROLE linli_app")
    assert levels(server.app_login(owner)) == [OK]
    owner.execute("RESET ROLE")
    owner.execute("GRANT TRUNCATE ON kernel_event TO linli_app")
    owner.execute("SET ROLE linli_app")
    (found,) = server.app_login(owner)
    assert found.level is BAD
    assert "rights it should have on events" in told(found)


def test_alerts_that_nobody_swept_and_events_that_nobody_took_are_found(
    owner: psycopg.Connection[Any],
) -> None:
    assert levels(server.waiting(owner, now=NOW)) == [OK, OK]
    owner.execute("SET CONSTRAINTS ALL DEFERRED")
    owner.execute(
        "INSERT INTO kernel_event (name, stream_kind, stream_id, seq, at, recorded_at, channel, payload) "
        "VALUES ('x', 'case', 1, 1, %(at)s, %(at)s, 'web', '{}')",
        {"at": NOW - dt.timedelta(hours=2)},
    )
    owner.execute("INSERT INTO kernel_outbox (event_id) SELECT max(id) FROM kernel_event")
    owner.execute("ALTER TABLE cases_clockalert DROP CONSTRAINT IF EXISTS clock_alert_once")
    owner.execute(
        "INSERT INTO cases_clockalert (order_id, clock, percent, due_at) VALUES (1, 'handling', 50, %s)",
        [NOW - dt.timedelta(minutes=10)],
    )
    outbox, alerts = server.waiting(owner, now=NOW)
    assert (outbox.level, outbox.facts) == (BAD, {"count": 1, "minutes": 120})
    assert (alerts.level, alerts.facts) == (WARN, {"count": 1, "minutes": 10})


@pytest.mark.parametrize(("real", "demo", "level"), [(0, True, OK), (3, False, OK), (1, True, BAD)])
def test_the_demo_beside_real_users_is_bad(real: int, demo: bool, level: Level) -> None:
    assert server.users(real=real, played=19, demo=demo).level is level


@pytest.mark.parametrize(
    "address",
    ["postgresql://linli_app:s3cret-word@127.0.0.1:1/linli", "postgresql://a b/s3cret-word"],
)
def test_a_server_out_of_reach_is_told_without_its_password(address: str) -> None:
    found = doctor("--english", code=1, LINLI_DATABASE_URL=address)
    assert "It cannot be used" in found
    assert "s3cret-word" not in found
