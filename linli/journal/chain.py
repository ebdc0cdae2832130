"""The arithmetic of the chain: bytes in, bytes out, no database.

Each sealed event has a leaf, a keyed link to the link before it, and a node of a hash tree. The links
(HMAC) let whoever holds the key find any change and say where. The tree lets somebody without the
key check one case against one published head (docs/adr/0011-sealed-record.md).
"""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SCHEME = "linli-1"
"""SHA-256, HMAC-SHA-256, Ed25519. Another set of ciphers gets another name."""

GENESIS = bytes(32)
FIELDS = (
    "id",
    "name",
    "stream_kind",
    "stream_id",
    "seq",
    "at",
    "recorded_at",
    "user_id",
    "organisation_id",
    "channel",
    "payload",
)
"""The whole content of an event, in the order in which rows are read."""


def content(values: Mapping[str, Any]) -> bytes:
    """Return an event's whole content as bytes: the same after a dump, in any time zone."""
    plain = {
        name: value.astimezone(dt.UTC).isoformat(timespec="microseconds")
        if isinstance(value := values[name], dt.datetime)
        else value
        for name in FIELDS
    }
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()


def leaf_of(text: bytes, salt: bytes) -> bytes:
    """Return the leaf of a content. The salt keeps a leaf from being guessed from its few ids."""
    return hashlib.sha256(b"\x00" + salt + text).digest()


def join(left: bytes, right: bytes) -> bytes:
    """Return the node above two nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Key:
    """A secret of the chain. What it is used for is derived from it, each use apart."""

    id: int
    secret: bytes

    @cached_property
    def _links(self) -> bytes:
        return self._derived("link")

    @cached_property
    def _salts(self) -> bytes:
        return self._derived("salt")

    @cached_property
    def signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._derived("head"))

    @property
    def public(self) -> str:
        """Return the public key of the heads, hexadecimal."""
        return self.signer.public_key().public_bytes_raw().hex()

    def salt(self, event_id: int) -> bytes:
        return hmac.digest(self._salts, event_id.to_bytes(8, "big"), "sha256")[:16]

    def leaf(self, event_id: int, text: bytes) -> bytes:
        return leaf_of(text, self.salt(event_id))

    def link(self, before: bytes, event_id: int, leaf: bytes) -> bytes:
        """Return the seal of an event that follows the seal `before`."""
        return hmac.digest(self._links, before + event_id.to_bytes(8, "big") + leaf, "sha256")

    def _derived(self, use: str) -> bytes:
        return hmac.digest(self.secret, f"{SCHEME}.{use}".encode(), "sha256")


# — the tree —
#
# Position p keeps the root of the full subtree that ends at p and is as large as the largest power of
# two that divides p. Every other node is a few of these joined, so nothing is stored twice and a
# proof over ten million events reads some hundred rows.


def peaks(size: int) -> list[int]:
    """Return the positions whose nodes together cover 1 to `size`, the largest first."""
    ends: list[int] = []
    while rest := size - (ends[-1] if ends else 0):
        ends.append((ends[-1] if ends else 0) + (1 << (rest.bit_length() - 1)))
    return ends


def grown(tops: list[bytes], position: int, leaf: bytes) -> list[bytes]:
    """Return the nodes at the peaks after `position` was added; the last is the node it keeps."""
    node, left = leaf, list(tops)
    size = position & -position
    while size > 1:
        node = join(left.pop(), node)
        size //= 2
    return [*left, node]


def root_of(tops: list[bytes]) -> bytes:
    """Return the root over nodes at the peaks, the largest first; 32 zero bytes for an empty tree."""
    if not tops:
        return GENESIS
    root = tops[-1]
    for top in reversed(tops[:-1]):
        root = join(top, root)
    return root


Load = Callable[[int], tuple[bytes, bytes]]
"""Returns (leaf, node) that a position keeps."""


def _full(load: Load, end: int, size: int) -> bytes:
    leaf, node = load(end)
    if end & -end == size:
        return node
    if size == 1:
        return leaf
    half = size // 2
    return join(_full(load, end - half, half), _full(load, end, half))


def _half(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def subtree(load: Load, start: int, size: int) -> bytes:
    """Return the root over `size` leaves after position `start`."""
    if size & (size - 1) == 0:
        return _full(load, start + size, size)
    half = _half(size)
    return join(_full(load, start + half, half), subtree(load, start + half, size - half))


def inclusion(load: Load, position: int, size: int) -> list[bytes]:
    """Return the proof that `position` is in the tree of `size`, the deepest node first."""
    path: list[bytes] = []
    start = 0
    while size > 1:
        half = _half(size)
        if position - start <= half:
            path.append(subtree(load, start + half, size - half))
            size = half
        else:
            path.append(subtree(load, start, half))
            start, size = start + half, size - half
    return path[::-1]


def consistency(load: Load, old: int, size: int) -> list[bytes]:
    """Return the proof that the tree of `size` begins with the tree of `old`, the deepest node first."""
    path: list[bytes] = []
    start, is_whole = 0, True
    while old != size:
        half = _half(size)
        if old <= half:
            path.append(subtree(load, start + half, size - half))
            size = half
        else:
            path.append(subtree(load, start, half))
            start, old, size, is_whole = start + half, old - half, size - half, False
    if not is_whole:
        path.append(subtree(load, start, size))
    return path[::-1]
