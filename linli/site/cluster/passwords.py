"""What an embedded cluster keeps under LINLI_HOME/pg: passwords, the note of where it lies, the lock."""

import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from urllib.parse import quote

from linli.site.cluster import errors
from linli.site.cluster.layout import PORT, Layout, account

ROLES = {"superuser": "postgres", "owner": "linli_owner", "app": "linli_app"}
LOCK_SECONDS = 150
MARK = "has-cluster"
"""File in LINLI_HOME that says: a cluster was made for this home."""


def make_passwords(here: Layout) -> None:
    """Make the passwords that do not exist yet. One that exists may be a cluster's: it stays."""
    for role in ROLES:
        if not _file(here, role).exists():
            _write_private(_file(here, role), secrets.token_urlsafe(24) + "\n")


def password(here: Layout, role: str) -> str:
    """Return a role's password. Raises ClusterError if its file is missing."""
    try:
        return _file(here, role).read_text(encoding="ascii").strip()
    except FileNotFoundError as failed:
        raise passwords_lost(here) from failed


def url(here: Layout, role: str, *, database: str) -> str:
    """Return the address of a database for one role. It holds the password."""
    login = f"{ROLES[role]}:{quote(password(here, role), safe='')}"
    place = f"host={quote(str(here.socket_dir))}&port={PORT}"
    return f"postgresql://{login}@/{quote(database, safe='')}?{place}"


def passwords_lost(here: Layout) -> errors.ClusterError:
    """Return the error for passwords that are missing or do not fit."""
    return errors.passwords_lost(
        private=here.private, data_dir=here.data_dir, account=account(here).name
    )


def nothing_left(here: Layout) -> bool:
    """Say whether the home is a new one: no password, no note, and not the mark of a cluster's home.

    A home with the mark is no new one: there, lost passwords are an accident to be told of. (Other files
    prove nothing: a type checker that reads the settings makes keys before there is any database.)
    """
    files = (_mark(here), here.private / "cluster.json", *(_file(here, role) for role in ROLES))
    return not any(file.exists() for file in files)


def _mark(here: Layout) -> Path:
    return here.private.parent / MARK


def _file(here: Layout, role: str) -> Path:
    return here.private / f"{role}.password"


def record(here: Layout) -> dict[str, str] | None:
    """Return what was noted when the cluster was last used; None before the first time.

    Keys: data_dir, version. Raises ClusterError if the data folder is not where it was noted to be:
    an empty database in its place would look like the loss of everything.
    """
    try:
        noted = json.loads((here.private / "cluster.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if here.made_by is None:
        if noted["data_dir"] == str(here.data_dir):
            raise errors.data_gone(data_dir=here.data_dir, private=here.private)
        raise errors.elsewhere(
            recorded=noted["data_dir"], expected=here.data_dir, private=here.private
        )
    return cast(dict[str, str], noted)


def write_record(here: Layout, *, version: str) -> None:
    """Note where the cluster lies and which version of PostgreSQL runs it."""
    _mark(here).touch(mode=0o600)
    noted = {"data_dir": str(here.data_dir), "version": version}
    if record(here) != noted:
        _write_private(here.private / "cluster.json", json.dumps(noted, ensure_ascii=False))


def _write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read at any moment, whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    partial.replace(path)


@contextmanager
def locked(here: Layout) -> Iterator[None]:
    """Hold the cluster's lock, which the system takes back when this process dies."""
    import fcntl  # POSIX only, like the whole cluster

    path = here.private / "lock"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as failed:
                if time.monotonic() > deadline:
                    raise errors.busy(lock=path, seconds=LOCK_SECONDS) from failed
                time.sleep(0.05)
        yield
