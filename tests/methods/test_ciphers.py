"""Ciphers and keyed hashes against published vectors and an independent implementation."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.ciphers import (
    CIPHERS,
    DIGESTS,
    KEY,
    NONCE,
    NotOpened,
    decrypt,
    encrypt,
    keyed_hash,
    sm4_gcm,
)


def test_sm4_gcm_is_that_of_rfc_8998() -> None:
    sealed = sm4_gcm(
        bytes.fromhex("0123456789abcdeffedcba9876543210"),
        nonce=bytes.fromhex("00001234567800000000abcd"),
        plain=bytes.fromhex(
            "".join(pair * 8 for pair in ("aa", "bb", "cc", "dd", "ee", "ff", "ee", "aa"))
        ),
        bound=bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
    )
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )


@pytest.mark.parametrize(("digest", "name"), [("sha-256", "sha256"), ("sm3", "sm3")])
def test_keyed_hashes_are_plain_hmac(digest: str, name: str) -> None:
    if name not in hashlib.algorithms_available:
        pytest.skip(f"this Python's OpenSSL has no {name} to compare with")
    for text in (b"", b"abc", b"x" * 200):
        assert keyed_hash(DIGESTS[digest], b"k" * KEY, text) == hmac.digest(b"k" * KEY, text, name)


@given(
    st.sampled_from(sorted(CIPHERS.values())),
    st.binary(min_size=KEY, max_size=KEY),
    st.binary(max_size=80),
    st.binary(max_size=40),
)
def test_opens_what_it_sealed_and_only_with_the_same_key_and_place(
    cipher: int, key: bytes, plain: bytes, bound: bytes
) -> None:
    nonce = b"n" * NONCE
    sealed = encrypt(cipher, key, nonce=nonce, plain=plain, bound=bound)
    assert decrypt(cipher, key, nonce=nonce, sealed=sealed, bound=bound) == plain
    other = bytes([key[0] ^ 1]) + key[1:]
    for wrong in (
        {"key": other, "bound": bound},
        {"key": key, "bound": bound + b"x"},
    ):
        with pytest.raises(NotOpened):
            decrypt(cipher, wrong["key"], nonce=nonce, sealed=sealed, bound=wrong["bound"])
    with pytest.raises(NotOpened):
        decrypt(cipher, key, nonce=nonce, sealed=sealed[:-1] + bytes([sealed[-1] ^ 1]), bound=bound)


def test_an_unknown_method_does_nothing() -> None:
    with pytest.raises(NotOpened):
        encrypt(9, b"k" * KEY, nonce=b"n" * NONCE, plain=b"", bound=b"")
    with pytest.raises(NotOpened):
        decrypt(9, b"k" * KEY, nonce=b"n" * NONCE, sealed=b"", bound=b"")
    with pytest.raises(NotOpened):
        keyed_hash(9, b"k" * KEY, b"")
