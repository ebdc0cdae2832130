"""The arithmetic, held against a second, slower reading of the same rules."""

import datetime as dt
import hashlib
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from linli.journal import check_history
from linli.journal.chain import (
    GENESIS,
    Key,
    consistency,
    content,
    grown,
    inclusion,
    join,
    peaks,
    root_of,
)

KEY = Key(1, bytes.fromhex("11" * 32))


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % number).digest() for number in range(count)]


def plain_root(given: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if len(given) == 1:
        return given[0]
    half = 1
    while half * 2 < len(given):
        half *= 2
    return join(plain_root(given[:half]), plain_root(given[half:]))


def kept(given: list[bytes]) -> dict[int, tuple[bytes, bytes]]:
    """Return what each position keeps after all leaves were added one by one."""
    rows: dict[int, tuple[bytes, bytes]] = {}
    tops: list[bytes] = []
    for position, leaf in enumerate(given, start=1):
        tops = grown(tops, position, leaf)
        rows[position] = (leaf, tops[-1])
        assert root_of(tops) == plain_root(given[:position])
        assert tops == [rows[end][1] for end in peaks(position)]
    return rows


def test_the_root_is_that_of_rfc_6962_at_every_size() -> None:
    kept(leaves(130))
    assert root_of([]) == GENESIS


def test_every_position_is_proven_in_every_size() -> None:
    given = leaves(40)
    rows = kept(given)
    for size in range(1, 41):
        root = plain_root(given[:size])
        for position in range(1, size + 1):
            path = inclusion(rows.__getitem__, position, size)
            assert check_history.climb(given[position - 1], position, size, path) == root


def test_every_size_is_proven_to_begin_with_every_smaller_one() -> None:
    given = leaves(40)
    rows = kept(given)
    for size in range(1, 41):
        for old in range(1, size + 1):
            before, after = plain_root(given[:old]), plain_root(given[:size])
            path = consistency(rows.__getitem__, old, size)
            assert check_history.both_roots(old, size, path, before) == (before, after)


@given(st.integers(1, 60), st.data())
def test_a_proof_of_something_else_leads_elsewhere(size: int, data: st.DataObject) -> None:
    given = leaves(size)
    rows = kept(given)
    position = data.draw(st.integers(1, size))
    path = inclusion(rows.__getitem__, position, size)
    root = plain_root(given)
    other = hashlib.sha256(b"another").digest()
    assert check_history.climb(other, position, size, path) != root
    for index in range(len(path)):
        bent = [*path[:index], other, *path[index + 1 :]]
        assert check_history.climb(given[position - 1], position, size, bent) != root


@pytest.mark.parametrize("length", [0, 1, 200])
def test_signatures_are_checked_as_by_the_library(length: int) -> None:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    text = secrets.token_bytes(length)
    signature = private.sign(text)
    assert check_history.is_signed(public, text, signature)
    assert not check_history.is_signed(public, text + b".", signature)
    assert not check_history.is_signed(public, text, signature[:32] + bytes(32))
    assert not check_history.is_signed(public, text, bytes(32) + signature[32:])
    assert not check_history.is_signed(bytes(32), text, signature)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert not check_history.is_signed(other, text, signature)


def test_a_signature_with_a_scalar_out_of_range_is_refused() -> None:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    signature = private.sign(b"text")
    scalar = int.from_bytes(signature[32:], "little") + check_history.ORDER
    stretched = signature[:32] + scalar.to_bytes(32, "little")
    assert not check_history.is_signed(public, b"text", stretched)


def event(**changes: object) -> dict[str, object]:
    at = dt.datetime(2026, 11, 18, 6, 10, tzinfo=dt.UTC)
    return {
        "id": 1,
        "name": "test.happened",
        "stream_kind": "test",
        "stream_id": 1,
        "seq": 1,
        "at": at,
        "recorded_at": at,
        "user_id": None,
        "organisation_id": 3,
        "channel": "web",
        "payload": {"b": 1, "a": 2},
        **changes,
    }


def test_the_content_is_the_same_in_any_time_zone_and_order_of_keys() -> None:
    at = dt.datetime(2026, 11, 18, 14, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    assert content(event(at=at, payload={"a": 2, "b": 1})) == content(event())


def test_the_salt_hides_what_could_be_guessed_and_is_another_for_each_event() -> None:
    text = content(event())
    assert KEY.leaf(1, text) != KEY.leaf(2, text)
    assert KEY.leaf(1, text) != Key(2, bytes.fromhex("22" * 32)).leaf(1, text)
    assert KEY.leaf(1, text) == check_history.leaf(text.decode(), KEY.salt(1))


def test_what_is_derived_from_a_key_stays_the_same_for_ever() -> None:
    """A change of these lines would make every record that exists unreadable."""
    text = content(event())
    assert KEY.leaf(1, text).hex() == LEAF
    assert KEY.link(GENESIS, 1, KEY.leaf(1, text)).hex() == LINK
    assert KEY.public == PUBLIC


LEAF = "c8c9eba10065002a1fe9471a410330f35e34263f05093a51fe2c3ae76393bb5e"
LINK = "e5c573c948889d43ea240832fd97377f509cea945dd9480c87df4701fe32e63e"
PUBLIC = "01547d9d39c839c3c4b290a813f621609976cff8bcb5676b3630483d53e9d86d"
