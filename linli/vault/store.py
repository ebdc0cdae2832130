"""Stores: folders of sealed files under names of hexadecimal digits, never guessed from outside.

A file is written aside, flushed to the disk and put in its place by one rename: it is there whole or not
at all. The row that names it is written after it; a file that no row names is an orphan, and swept.
"""

import datetime as dt
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from linli.kernel.seal import HEAD, blind_index
from linli.vault.sealing import SealedWriter, seal_head_anew, sealed_key, unsealed

GRACE = dt.timedelta(hours=1)
"""A file younger than this is never swept: its row may be on the way."""
_NAME = re.compile(r"[0-9a-f]{64,96}")
FILES_LOCK = 0x6C_69_6E_6C_69_66
"""Advisory lock: shared while a file gets its row or goes into a backup, exclusive while orphans are removed."""


class NotKept(LookupError):
    """No file of that name is in the store."""


class Store:
    """One folder below the files folder of the installation (setting `files`)."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def folder(self) -> Path:
        return Path(settings.LINLI.files_folder()) / self.name

    def keep(self, data: bytes) -> str:
        """Seal the bytes and return their name: equal bytes have one name and lie here once.

        To be called inside the transaction that writes the row: it holds off the sweep until the commit.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [FILES_LOCK])
        # The index key makes the name: who holds the folder cannot ask whether a known picture is in it.
        name = blind_index(f"vault.{self.name}", hashlib.sha256(data).hexdigest()).hex()
        path = self._path(name)
        if path.exists():
            return name
        with self._placed(name) as file:
            file.write(data)
        return name

    @contextmanager
    def new(self) -> Iterator[tuple[str, SealedWriter]]:
        """Yield a name drawn by lot and the stream to write to; without an error the file then stands."""
        name = secrets.token_hex(32)
        with self._placed(name) as file:
            yield name, file

    def read(self, name: str) -> Iterator[bytes]:
        """Yield the file's bytes in chunks. Raises NotKept at once, SealBroken where a chunk is not ours."""
        file = self._opened(name)

        def chunks() -> Iterator[bytes]:
            with file:
                yield from unsealed(file, where=self._where(name))

        return chunks()

    def size(self, name: str) -> int:
        """Return the bytes that the file takes on the disk. Raises NotKept."""
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError as gone:
            raise NotKept(name) from gone

    def remove(self, name: str) -> None:
        """Remove a file; one that is gone already is no error."""
        self._path(name).unlink(missing_ok=True)

    def sweep(
        self, named: Callable[[Collection[str]], Collection[str]], *, now: dt.datetime
    ) -> int:
        """Remove the files older than GRACE that no row names; return how many. In a transaction.

        `named` gets names and returns those that rows still hold. What a crash left unfinished goes too.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FILES_LOCK])
        removed = 0
        for folder in sorted(self.folder.glob("*/")):
            old = [path for path in folder.iterdir() if _is_old(path, now=now)]
            kept = set(named([path.name for path in old if is_name(path.name)]))
            for path in old:
                if path.name not in kept:
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    def names(self) -> Iterator[str]:
        """Yield the names of the files that are whole, in their order."""
        for folder in sorted(self.folder.glob("*/")):
            yield from sorted(path.name for path in folder.iterdir() if is_name(path.name))

    def head(self, name: str) -> bytes:
        """Return under which cipher and key a file's own key is sealed. Raises NotKept, SealBroken."""
        with self._opened(name) as file:
            return sealed_key(file, where=self._where(name))[:HEAD]

    def reseal(self, name: str) -> None:
        """Seal a file's own key under the key in force. Whoever reads it meanwhile reads on.

        In a transaction, which holds off the sweep until its end. Raises NotKept, SealBroken: the file is as before.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [FILES_LOCK])
        where = self._where(name)
        with self._opened(name) as file, self._aside(self._path(name)) as raw:
            seal_head_anew(file, raw, where=where)

    @contextmanager
    def _placed(self, name: str) -> Iterator[SealedWriter]:
        with self._aside(self._path(name)) as raw:
            writer = SealedWriter(raw, where=self._where(name))
            yield writer
            writer.close()

    @contextmanager
    def _aside(self, path: Path) -> Iterator[IO[bytes]]:
        """Yield a stream beside `path`; without an error what was written is then there in one step."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = path.with_name(f".{path.name[:16]}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(
                os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as raw:
                yield raw
                raw.flush()
                os.fsync(raw.fileno())
            aside.replace(path)
        finally:
            with suppress(FileNotFoundError):
                aside.unlink()
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _opened(self, name: str) -> IO[bytes]:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as gone:
            raise NotKept(name) from gone

    def _path(self, name: str) -> Path:
        if not is_name(name):
            raise NotKept(name)
        return self.folder / name[:2] / name

    def _where(self, name: str) -> str:
        return f"vault.{self.name}.{name}"


def stores(folder: Path) -> list[Store]:
    """Return the stores that have a folder in the files folder, whichever rooms they are of."""
    return [Store(path.name) for path in sorted(folder.glob("*/"))]


def is_name(name: str) -> bool:
    """Return whether a file of a store may bear this name."""
    return _NAME.fullmatch(name) is not None


def _is_old(path: Path, *, now: dt.datetime) -> bool:
    try:
        written = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC)
    except FileNotFoundError:
        return False
    return written < now - GRACE
