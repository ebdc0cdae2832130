"""The sealed files in a backup: one archive beside the dump, as they lie in the files folder, still sealed."""

import os
import secrets
import shutil
import tarfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from linli.vault.store import is_name, stores


@dataclass(frozen=True)
class Packed:
    """How many files an archive holds, and their bytes."""

    count: int
    bytes: int


def pack(folder: Path, into: Path) -> Packed:
    """Write an archive of every file that is whole. What is removed meanwhile is left out."""
    count = size = 0
    descriptor = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
        for store in stores(folder):
            for name in store.names():
                path = PurePosixPath(store.name, name[:2], name)
                with suppress(FileNotFoundError), (folder / path).open("rb") as file:
                    member = archive.gettarinfo(arcname=str(path), fileobj=file)
                    archive.addfile(member, file)
                    count, size = count + 1, size + member.size
        archive.close()
        raw.flush()
        os.fsync(raw.fileno())
    return Packed(count, size)


def unpack(archive: Path, folder: Path) -> Packed:
    """Put back the files of an archive that are not there; return what the archive holds.

    A file's name says its contents and place: one that is there already is the same. Raises ValueError for a
    member that is no file of a store; nothing outside the folder is ever written.
    """
    count = size = 0
    with tarfile.open(archive, mode="r:") as opened:
        for member in opened:
            parts = PurePosixPath(member.name).parts
            if not (member.isreg() and _is_place(parts)):
                raise ValueError(member.name)
            count, size = count + 1, size + member.size
            path = folder.joinpath(*parts)
            if not path.exists():
                _put_back(opened, member, path)
    return Packed(count, size)


def _is_place(parts: tuple[str, ...]) -> bool:
    return (
        len(parts) == 3
        and parts[0].isidentifier()
        and is_name(parts[2])
        and parts[2][:2] == parts[1]
    )


def _put_back(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name[:16]}.{secrets.token_hex(8)}")
    source = archive.extractfile(member)
    assert source is not None, "a regular file has contents"
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            shutil.copyfileobj(source, raw)
            raw.flush()
            os.fsync(raw.fileno())
        # As old as it was, so that a sweep takes it for what it is.
        os.utime(aside, (member.mtime, member.mtime))
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
