"""The format of a sealed file: written and read as a stream, in constant memory.

    version byte 1 | length of the sealed key, 2 bytes | sealed key | chunks

The file has a key of its own, sealed by `kernel.seal` like a personal column: a new key of the
installation means sealing that one again, never the whole file. Chunks hold 64 KiB each, AES-256-GCM;
the nonce is the chunk's number and a last byte that is 1 on the last chunk only, so that chunks cannot be
swapped, dropped or cut off unnoticed (the STREAM construction; Hoang, Reyhanitabar, Rogaway and
Vizár, 2015).
"""

import io
import secrets
import shutil
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from linli.kernel.seal import SealBroken, seal, unseal

VERSION = 1
CHUNK = 65_536
_TAG = 16
_SAID = bytes([VERSION])


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


class SealedWriter(io.RawIOBase):
    """A stream that seals what is written to it. Only `close` makes the file whole."""

    def __init__(self, raw: IO[bytes], *, where: str) -> None:
        super().__init__()
        key = secrets.token_bytes(32)
        self._raw, self._cipher = raw, AESGCM(key)
        self._waiting, self._number = bytearray(), 0
        _write_head(raw, key.hex(), where=where)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        """Take bytes; whole chunks go on, but for the last, which only `close` knows."""
        piece = bytes(data)  # type: ignore[call-overload]
        self._waiting += piece
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._waiting), is_last=True)
        super().close()

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._raw.write(self._cipher.encrypt(nonce, chunk, _SAID))
        self._number += 1


def sealed_key(raw: IO[bytes], *, where: str) -> bytes:
    """Read the head of a sealed file and return the sealed key in it. Raises SealBroken."""
    head = raw.read(3)
    if len(head) < 3 or head[0] != VERSION:
        raise SealBroken(where)
    return raw.read(int.from_bytes(head[1:3], "big"))


def seal_head_anew(raw: IO[bytes], into: IO[bytes], *, where: str) -> None:
    """Copy a sealed file with its key sealed under the key in force; its chunks stay. Raises SealBroken."""
    key = unseal(sealed_key(raw, where=where), where=where)
    _write_head(into, key, where=where)
    shutil.copyfileobj(raw, into, CHUNK)


def _write_head(raw: IO[bytes], key: str, *, where: str) -> None:
    sealed = seal(key, where=where)
    raw.write(bytes([VERSION]) + len(sealed).to_bytes(2, "big") + sealed)


def unsealed(raw: IO[bytes], *, where: str) -> Iterator[bytes]:
    """Yield what was sealed, chunk by chunk, each checked before it is given out. Raises SealBroken."""
    cipher = AESGCM(bytes.fromhex(unseal(sealed_key(raw, where=where), where=where)))
    number, chunk = 0, raw.read(CHUNK + _TAG)
    while True:
        ahead = raw.read(CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not ahead), chunk, _SAID)
        except InvalidTag as broken:
            raise SealBroken(where) from broken
        if not ahead:
            return
        number, chunk = number + 1, ahead
