"""When the last backup of a database was taken from here; `linli doctor` asks."""

import datetime as dt
import json
from contextlib import suppress
from pathlib import Path

from linli.site import cluster


def note_of(database: str) -> Path:
    """Return the file that keeps it in mind."""
    return cluster.home() / "backups" / f"{database}.last.json"


def last_backup(database: str) -> tuple[dt.datetime, Path] | None:
    """Return when and whereto, or None."""
    with suppress(OSError, ValueError, KeyError):
        noted = json.loads(note_of(database).read_text(encoding="utf-8"))
        return dt.datetime.fromisoformat(noted["at"]), Path(noted["file"])
    return None


def note_backup(database: str, file: Path, *, at: dt.datetime) -> None:
    """Keep in mind that `file` was taken."""
    note = note_of(database)
    note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    noted = json.dumps({"at": at.isoformat(), "file": str(file)})
    note.write_text(noted + "\n", encoding="utf-8")
