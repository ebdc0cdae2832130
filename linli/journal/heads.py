"""Heads: how far the chain reached and what it was, signed, kept in a file outside the database.

Whoever deletes the end of the chain from the database does not know that the file remembers it. The file
holds one line of JSON a batch; when it is full it is put aside under a number and the oldest goes.
"""

import datetime as dt
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from linli.journal.chain import SCHEME, Key

FULL = 4_000_000
KEPT = 8


@dataclass(frozen=True)
class Head:
    """The chain at one moment. Hashes are hexadecimal, `at` is ISO 8601 in UTC."""

    position: int
    root: str
    link: str
    at: str
    key_id: int
    signature: str
    scheme: str = SCHEME
    is_restored: bool = False
    """The database was put back to this position on purpose: what older lines say of later ones is given up."""

    @classmethod
    def signed(
        cls,
        key: Key,
        *,
        position: int,
        root: bytes,
        link: bytes,
        at: dt.datetime,
        is_restored: bool = False,
    ) -> "Head":
        text = at.astimezone(dt.UTC).isoformat(timespec="seconds")
        signature = key.signer.sign(signed_text(position, root.hex(), text, key.id, is_restored))
        return cls(
            position=position,
            root=root.hex(),
            link=link.hex(),
            at=text,
            key_id=key.id,
            signature=signature.hex(),
            is_restored=is_restored,
        )

    def is_genuine(self, public: str) -> bool:
        """Return whether the signature is of the key whose public part is given."""
        text = signed_text(self.position, self.root, self.at, self.key_id, self.is_restored)
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
                bytes.fromhex(self.signature), text
            )
        except (InvalidSignature, ValueError):
            return False
        return True


def signed_text(position: int, root: str, at: str, key_id: int, is_restored: bool) -> bytes:
    """Return what a head's signature covers."""
    text = f"{SCHEME}\n{position}\n{root}\n{at}\n{key_id}\n"
    return (text + ("restored\n" if is_restored else "")).encode()


def head_file() -> Path:
    return Path(settings.LINLI.heads())


def append(head: Head) -> None:
    """Write a head to the file and to the disk under it before returning."""
    path = head_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and path.stat().st_size > FULL:
        _rotate(path)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "ab+") as file:
        if file.tell() and os.pread(file.fileno(), 1, file.tell() - 1) != b"\n":
            file.write(b"\n")  # a crash cut the line before off
        file.write(json.dumps(asdict(head)).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def kept_heads() -> Iterator[Head]:
    """Yield the heads of all files, oldest first. A line cut off by a crash is passed over."""
    for path in [*reversed(_aside(head_file())), head_file()]:
        if not path.exists():
            continue
        for line in path.read_text("utf-8").splitlines():
            try:
                yield Head(**json.loads(line))
            except (ValueError, TypeError):
                continue


def _aside(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}.{number}") for number in range(1, KEPT + 1)]


def _rotate(path: Path) -> None:
    places = [path, *_aside(path)]
    for place, older in reversed(list(pairwise(places))):
        if place.exists():
            place.replace(older)
