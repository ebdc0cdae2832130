#!/usr/bin/env python3
"""Check a case's sealed history: for anybody, with Python alone and nothing of Linli's.

    python3 check_history.py history.json --head published-head.json

history.json was handed out by `linli audit export`. published-head.json is a head that was published by the city
and kept by somebody else; without it only the city's signature is checked, by the key given with --key.

检验一件诉求的封存经过：只需 Python，不需要邻里系统。head 是城市公布、由他人保存的封存凭证。

Exit status 0 if everything agrees, 1 if not, 2 for files that cannot be read. docs/sealed-record.md says how it works.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Path = list[bytes]
Point = tuple[int, int, int, int]

# — the tree (RFC 6962, with a salt in the leaf) —


def leaf(content: str, salt: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + salt + content.encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def half(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def climb(found: bytes, position: int, size: int, path: Path) -> bytes:
    """Return the root that a leaf at `position` (from 1) leads to, by its path, the deepest first."""
    if size == 1:
        if path:
            raise ValueError("the path is too long")
        return found
    if not path:
        raise ValueError("the path is too short")
    *rest, sibling = path
    if position <= half(size):
        return node(climb(found, position, half(size), rest), sibling)
    return node(sibling, climb(found, position - half(size), size - half(size), rest))


def both_roots(
    old: int, size: int, path: Path, old_root: bytes, is_whole: bool = True
) -> tuple[bytes, bytes]:
    """Return the roots of the trees of `old` and of `size`, by the proof that one begins the other."""
    if old == size:
        if is_whole:
            return old_root, old_root
        return path[0], path[0]
    *rest, sibling = path
    if old <= half(size):
        before, after = both_roots(old, half(size), rest, old_root, is_whole)
        return before, node(after, sibling)
    before, after = both_roots(old - half(size), size - half(size), rest, old_root, False)
    return node(sibling, before), node(sibling, after)


# — Ed25519 (RFC 8032, 5.1.7), checking only —

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def decompress(text: bytes) -> Point:
    """Return the point in extended coordinates, or raise ValueError."""
    y = int.from_bytes(text, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if y >= P or (x * x - square) % P or (x == 0 and text[31] >> 7):
        raise ValueError("not a point")
    if x & 1 != text[31] >> 7:
        x = P - x
    return x, y, 1, x * y % P


def add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = add(total, point)
        point = add(point, point)
        factor >>= 1
    return total


BASE = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_signed(public: bytes, text: bytes, signature: bytes) -> bool:
    """Return whether the Ed25519 signature of `text` is of the key `public` (bytes)."""
    try:
        key, commitment = decompress(public), decompress(signature[:32])
    except ValueError:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + text).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    left, right = times(scalar, BASE), add(commitment, times(challenge, key))
    return (
        not (left[0] * right[2] - right[0] * left[2]) % P
        and not (left[1] * right[2] - right[1] * left[2]) % P
    )


def signed_text(head: Json) -> bytes:
    parts = (head["scheme"], head["position"], head["root"], head["at"], head["key_id"])
    return "".join(f"{part}\n" for part in parts).encode()


# — the check —


def faults(history: Json, published: Json | None = None, key: str | None = None) -> Iterator[str]:
    """Yield what does not agree, one line each."""
    head = history["head"]
    public = key or (published or {}).get("public_key") or history["public_key"]
    for name, one in (("history", head), ("published head", published)):
        if one and not is_signed(
            bytes.fromhex(public), signed_text(one), bytes.fromhex(one["signature"])
        ):
            yield f"The head of the {name} is not signed by the key {public[:16]}… · 封存凭证的签名不对"
    if published:
        yield from disagreements(history, head, published)
    root = bytes.fromhex(head["root"])
    streams: set[tuple[str, int]] = set()
    wanted = 1
    for entry in history["events"]:
        event = json.loads(entry["content"])
        streams.add((event["stream_kind"], event["stream_id"]))
        found = leaf(entry["content"], bytes.fromhex(entry["salt"]))
        path = [bytes.fromhex(one) for one in entry["path"]]
        try:
            is_in = climb(found, entry["position"], head["position"], path) == root
        except (ValueError, RecursionError):
            is_in = False
        if not is_in:
            yield f"Step {event['seq']} ({event['name']}) is not what was sealed at position {entry['position']} · 第 {event['seq']} 步与封存的不符"
        if event["seq"] != wanted:
            yield f"Step {wanted} is missing before step {event['seq']} · 第 {event['seq']} 步之前缺第 {wanted} 步"
        wanted = event["seq"] + 1
    if len(streams) > 1:
        yield "The steps are of more than one case · 混入了别的诉求的经过"


def disagreements(history: Json, head: Json, published: Json) -> Iterator[str]:
    """Yield why the head of the history does not go with the published one."""
    if published["position"] == head["position"]:
        if published["root"] != head["root"]:
            yield "The record is not the one whose head was published · 与公布的封存凭证不符"
        return
    proof = history.get("since")
    if not proof or proof["position"] != published["position"]:
        yield (
            f"The published head is of position {published['position']}. Ask for: linli audit export … --since {published['position']}"
            " · 公布的凭证位次不同，请索取带 --since 的导出"
        )
        return
    old_root = bytes.fromhex(published["root"])
    path = [bytes.fromhex(one) for one in proof["path"]]
    try:
        before, after = both_roots(published["position"], head["position"], path, old_root)
    except (ValueError, IndexError):
        before = after = b""
    if (before, after) != (old_root, bytes.fromhex(head["root"])):
        yield "The record does not begin with the one whose head was published · 与公布的封存凭证不相连"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("history")
    parser.add_argument("--head", help="a published head, as JSON")
    parser.add_argument("--key", help="the public key as published, hexadecimal")
    given = parser.parse_args()
    try:
        with open(given.history, encoding="utf-8") as file:
            history = json.load(file)
        published = None
        if given.head:
            with open(given.head, encoding="utf-8") as file:
                published = json.load(file)
        found = list(faults(history, published, given.key))
    except (OSError, ValueError, KeyError, TypeError) as failed:
        print(f"Cannot be read · 无法读取: {failed!r}")
        return 2
    print(f"{history['case']} · {len(history['events'])} steps · 步")
    for entry in history["events"]:
        event = json.loads(entry["content"])
        print(
            f"  {event['seq']:>3}  {event['at'][:19]}Z  {event['name']:<24} {json.dumps(event['payload'])}"
        )
    for line in found:
        print(f"! {line}")
    if not given.head and not given.key:
        print(
            "The key comes from the file itself; compare it with the published one · 公钥取自文件本身，请与公布的核对"
        )
        print(f"  {history['public_key']}")
    print(
        "NOT WHOLE · 不符"
        if found
        else f"Whole, sealed by {history['head']['at']} · 完整，与封存一致"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
