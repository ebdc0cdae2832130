"""Restoring: into an empty database, then compared with the list that was made with the dump."""

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from linli.site.backup import errors
from linli.site.backup.contents import Contents, keys_in_use, read_digest, sha256_of
from linli.site.backup.files import Packed, unpack
from linli.site.backup.programs import programs
from linli.site.backup.taking import FORM, files_beside, list_beside

WITH_FILES = 2
"""The form of a list from which a backup holds the sealed files too."""


@dataclass(frozen=True)
class Restored:
    """What came of it: `differences` from the list, and the keys that the data need and that are not here.

    `digest` is what `linli digest` says of the database restored.
    `files`: how many sealed files the backup holds, all there now; None for a backup that was taken without them.
    """

    contents: Contents
    digest: str
    differences: list[str]
    missing_keys: list[dict[str, str]]
    files: int | None


def restore(file: Path, *, address: str, files: Path) -> Restored:
    """Restore `file` into the empty database at `address` (the owner's login), all or nothing.

    The sealed files go back first, into the folder `files`: a file that no row names is swept, a row without its
    file would be a loss. Raises ClusterError. Rights of the application's login are not in a dump; the caller gives them.
    """
    listed = _listed(file)
    with psycopg.connect(address, connect_timeout=10) as connection:
        server = connection.info.server_version // 10000
        row = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
        assert row is not None
        if row[0]:
            raise errors.not_empty(database=connection.info.dbname, count=row[0])
    packed = _put_files_back(file, listed, folder=files)
    programs(server=server).run(
        "pg_restore",
        *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
        str(file),
        address=address,
    )
    with psycopg.connect(address, connect_timeout=10) as connection:
        found = Contents.read(connection)
        digest = read_digest(connection)
    differences = Contents(**listed["contents"]).differences(found)
    if digest != listed.get("digest", digest):  # backups of before this line was kept have none
        differences.append(f"digest: {listed['digest']} -> {digest}")
    here = {(key["name"], key["print"]) for key in keys_in_use()}
    if packed is not None and packed.count != listed["files"]["count"]:
        differences.append(f"files: {listed['files']['count']} -> {packed.count}")
    return Restored(
        contents=found,
        digest=digest,
        differences=differences,
        missing_keys=[k for k in listed["keys_needed"] if (k["name"], k["print"]) not in here],
        files=packed.count if packed else None,
    )


def _put_files_back(file: Path, listed: dict[str, Any], *, folder: Path) -> Packed | None:
    if listed["form"] < WITH_FILES:
        return None
    try:
        return unpack(files_beside(file), folder)
    except (ValueError, tarfile.TarError) as failed:
        raise errors.changed(files_beside(file)) from failed


def _listed(file: Path) -> dict[str, Any]:
    """Return the list of a dump that is whole. Raises ClusterError."""
    beside = list_beside(file)
    try:
        listed: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
        form = listed["form"]
    except (OSError, ValueError, KeyError, TypeError) as failed:
        raise errors.no_list(beside) from failed
    if not 1 <= form <= FORM:
        raise errors.newer_list(beside)
    if sha256_of(file) != listed["sha256"]:
        raise errors.changed(file)
    if form >= WITH_FILES:
        archive = files_beside(file)
        if not archive.exists():
            raise errors.no_files(archive)
        if sha256_of(archive) != listed["files"]["sha256"]:
            raise errors.changed(archive)
    return listed
