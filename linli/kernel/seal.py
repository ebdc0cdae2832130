"""Sealed columns: personal data encrypted in the application, found again by a blind index.

A sealed value is: version byte (the cipher), two bytes of key id, nonce, ciphertext with tag.
Associated data is `table.column.uuid`, so a value moved to another row or column does not open.
"""

import hashlib
import hmac
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

AES_256_GCM = 1
_NONCE = 12


class SealBroken(Exception):
    """A sealed value does not open: wrong key, wrong row, or changed bytes."""


@cache
def _keys() -> dict[int, bytes]:
    """Return the keys by id, the one in force first. Text form: `1:hex,2:hex`, or one bare key."""
    keys: dict[int, bytes] = {}
    for part in settings.LINLI.key("field_keys").split(","):
        name, colon, text = part.strip().rpartition(":")
        keys[int(name) if colon else 1] = bytes.fromhex(text)
    return keys


def seal(text: str, *, where: str) -> bytes:
    """Encrypt `text` for the place `where` (`table.column.uuid`)."""
    key_id, key = next(iter(_keys().items()))
    nonce = secrets.token_bytes(_NONCE)
    head = bytes([AES_256_GCM]) + key_id.to_bytes(2, "big")
    return head + nonce + AESGCM(key).encrypt(nonce, text.encode(), where.encode())


def unseal(value: bytes | memoryview, *, where: str) -> str:
    """Decrypt what `seal` made for the same place. Raises SealBroken."""
    data = bytes(value)
    key = _keys().get(int.from_bytes(data[1:3], "big"))
    if data[:1] != bytes([AES_256_GCM]) or key is None or len(data) < 3 + _NONCE:
        raise SealBroken(where)
    nonce, rest = data[3 : 3 + _NONCE], data[3 + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, rest, where.encode()).decode()
    except InvalidTag as broken:
        raise SealBroken(where) from broken


def blind_index(kind: str, text: str) -> bytes:
    """Return 32 bytes by which an equal value is found without opening any. HMAC-SHA-256."""
    key = bytes.fromhex(settings.LINLI.key("index_key"))
    return hmac.new(key, f"{kind}:{text}".encode(), hashlib.sha256).digest()
