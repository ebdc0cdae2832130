"""Restoring: into an empty database, then compared with the list that was made with the dump."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from linli.site.backup import errors
from linli.site.backup.contents import Contents, keys_in_use, sha256_of
from linli.site.backup.programs import programs
from linli.site.backup.taking import FORM, list_beside


@dataclass(frozen=True)
class Restored:
    """What came of it: `differences` from the list, and the keys that the data need and that are not here."""

    contents: Contents
    differences: list[str]
    missing_keys: list[dict[str, str]]


def restore(file: Path, *, address: str) -> Restored:
    """Restore `file` into the empty database at `address` (the owner's login), all or nothing.

    Raises ClusterError. Rights of the application's login are not in a dump; the caller gives them.
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
    programs(server=server).run(
        "pg_restore",
        *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
        str(file),
        address=address,
    )
    with psycopg.connect(address, connect_timeout=10) as connection:
        found = Contents.read(connection)
    here = {(key["name"], key["print"]) for key in keys_in_use()}
    return Restored(
        contents=found,
        differences=Contents(**listed["contents"]).differences(found),
        missing_keys=[k for k in listed["keys_needed"] if (k["name"], k["print"]) not in here],
    )


def _listed(file: Path) -> dict[str, Any]:
    """Return the list of a dump that is whole. Raises ClusterError."""
    beside = list_beside(file)
    try:
        listed: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
        form = listed["form"]
    except (OSError, ValueError, KeyError, TypeError) as failed:
        raise errors.no_list(beside) from failed
    if form != FORM:
        raise errors.newer_list(beside)
    if sha256_of(file) != listed["sha256"]:
        raise errors.changed(file)
    return listed
