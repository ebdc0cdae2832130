"""Taking a backup: the dump and its list of contents from one snapshot, and the sealed files that it names."""

import datetime as dt
import importlib.metadata
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from linli.site.backup import errors
from linli.site.backup.contents import Contents, keys_in_use, read_digest, sha256_of
from linli.site.backup.files import pack
from linli.site.backup.programs import programs
from linli.site.backup.record import note_backup
from linli.vault.store import FILES_LOCK

FORM = 2
"""Raised when the list beside a dump changes its form."""


def list_beside(file: Path) -> Path:
    """Return where the list of contents of a dump lies."""
    return file.with_name(file.name + ".json")


def files_beside(file: Path) -> Path:
    """Return where the archive of the sealed files lies."""
    return file.with_name(file.name + ".files.tar")


def backup(file: Path, *, address: str, files: Path, now: dt.datetime) -> dict[str, Any]:
    """Write `file`, its list and the archive of the sealed files, closed to others; return the list.

    `address` is that of the owner's login, `files` the folder of the sealed files: every file that a row of the dump
    names is in the archive, for nothing is swept meanwhile. What is there is not written over. Raises ClusterError.
    """
    for path in (file, list_beside(file), files_beside(file)):
        if path.exists():
            raise errors.stands_already(path)
    partial = file.with_name(f".{file.name}.partial")
    packing = file.with_name(f".{file.name}.files.partial")
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        with (
            psycopg.connect(address, connect_timeout=10) as guard,
            psycopg.connect(address, connect_timeout=10) as connection,
        ):
            guard.execute("SELECT pg_advisory_xact_lock_shared(%s)", [FILES_LOCK])
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            assert row is not None
            contents = Contents.read(connection)
            digest = read_digest(connection)
            programs(server=contents.server).run(
                "pg_dump",
                *("--format=custom", "--no-owner", "--no-privileges"),
                *(f"--snapshot={row[0]}", f"--file={partial}"),
                address=address,
            )
            database = connection.info.dbname
            packed = pack(files, packing)
        listed = {
            "form": FORM,
            "linli": importlib.metadata.version("linli"),
            "taken_at": now.isoformat(timespec="seconds"),
            "database": database,
            "bytes": partial.stat().st_size,
            "sha256": sha256_of(partial),
            "keys_needed": keys_in_use(),
            "contents": contents.as_json(),
            "files": {**asdict(packed), "sha256": sha256_of(packing)},
            "digest": digest,
        }
        _write(list_beside(file), json.dumps(listed, indent=1, ensure_ascii=False) + "\n")
        os.link(packing, files_beside(file))  # refuses a name that was taken meanwhile
        os.link(partial, file)
    finally:
        partial.unlink(missing_ok=True)
        packing.unlink(missing_ok=True)
    note_backup(database, file.resolve(), at=now)
    return listed


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
