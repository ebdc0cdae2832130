"""Sealed columns: personal data encrypted in the application, found again by a blind index.

A sealed value is: version byte (the cipher), two bytes of key id, nonce, ciphertext with tag.
Associated data is `table.column.uuid`, so a value moved to another row or column does not open.
A blind index is: version byte (the hash), two bytes of key id, 32 bytes.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings

from linli.methods.ciphers import CIPHERS, DIGESTS, NONCE, NotOpened, decrypt, encrypt, keyed_hash

HEAD = 3


class SealBroken(Exception):
    """A sealed value does not open: wrong key, wrong row, or changed bytes."""


@dataclass(frozen=True)
class Sealed:
    """A table with sealed columns, for resealing: `columns` by their part of the associated data (`name.column`
    of `name.column.uuid`), blind indexes as index column by (kind, column that it is the index of)."""

    model: str
    columns: dict[str, str]
    indexes: dict[str, tuple[str, str]]


SEALED: list[Sealed] = []
"""Every table with sealed columns, by room; `linli keys` counts and reseals them."""


def seal_head() -> bytes:
    """Return the first bytes of what is sealed now: cipher in force, key in force."""
    return _head(CIPHERS[settings.LINLI.cipher], next(iter(settings.LINLI.keys("field_keys"))))


def index_head() -> bytes:
    """Return the first bytes of a blind index made now."""
    return _head(DIGESTS[settings.LINLI.digest], next(iter(settings.LINLI.keys("index_key"))))


def _head(version: int, key_id: int) -> bytes:
    return bytes([version]) + key_id.to_bytes(2, "big")


def seal(text: str, *, where: str) -> bytes:
    """Encrypt `text` for the place `where` (`table.column.uuid`)."""
    key_id, key = next(iter(settings.LINLI.keys("field_keys").items()))
    head, nonce = _head(CIPHERS[settings.LINLI.cipher], key_id), secrets.token_bytes(NONCE)
    return (
        head + nonce + encrypt(head[0], key, nonce=nonce, plain=text.encode(), bound=where.encode())
    )


def unseal(value: bytes | memoryview, *, where: str) -> str:
    """Decrypt what `seal` made for the same place, with whatever cipher and key. Raises SealBroken."""
    data = bytes(value)
    key = settings.LINLI.keys("field_keys").get(int.from_bytes(data[1:HEAD]))
    if key is None or len(data) < HEAD + NONCE:
        raise SealBroken(where)
    nonce, rest = data[HEAD : HEAD + NONCE], data[HEAD + NONCE :]
    try:
        return decrypt(data[0], key, nonce=nonce, sealed=rest, bound=where.encode()).decode()
    except NotOpened as broken:
        raise SealBroken(where) from broken


def blind_index(kind: str, text: str) -> bytes:
    """Return 35 bytes by which an equal value is found without opening any."""
    return _index(index_head(), kind, text)


def blind_indexes(kind: str, text: str) -> list[bytes]:
    """Return every form under which the value may stand, the one in force first: look all of them up."""
    heads = [
        _head(digest, key)
        for key in settings.LINLI.keys("index_key")
        for digest in DIGESTS.values()
    ]
    return [_index(head, kind, text) for head in dict.fromkeys([index_head(), *heads])]


def _index(head: bytes, kind: str, text: str) -> bytes:
    key = settings.LINLI.keys("index_key")[int.from_bytes(head[1:])]
    return head + keyed_hash(head[0], key, f"{kind}:{text}".encode())
