"""Ciphers and keyed hashes by the byte that names them in stored values.

The international pair (AES-256-GCM, SHA-256) and the national one (SM4-GCM, GB/T 32907-2016; SM3, GB/T 32905-2016).
Stored values keep their byte for ever: a setting chooses what is written, never what can be read.
"""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

CIPHERS = {"aes-256-gcm": 1, "sm4-gcm": 2}
DIGESTS = {"sha-256": 1, "sm3": 2}
KEY, NONCE, TAG = 32, 12, 16
"""Sizes in bytes. SM4 takes 16: they are derived, so that one key never serves two ciphers as it is."""


class NotOpened(Exception):
    """The value does not open: another key, other associated data, changed bytes, or an unknown cipher."""


def encrypt(cipher: int, key: bytes, *, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    """Return ciphertext and tag. `bound` is associated data: not hidden, but needed to open."""
    if cipher == CIPHERS["aes-256-gcm"]:
        return AESGCM(key).encrypt(nonce, plain, bound)
    if cipher != CIPHERS["sm4-gcm"]:
        raise NotOpened
    return sm4_gcm(_sm4_key(key), nonce=nonce, plain=plain, bound=bound)


def decrypt(cipher: int, key: bytes, *, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Return what `encrypt` was given. Raises NotOpened."""
    try:
        if cipher == CIPHERS["aes-256-gcm"]:
            return AESGCM(key).decrypt(nonce, sealed, bound)
        if cipher != CIPHERS["sm4-gcm"] or len(sealed) < TAG:
            raise NotOpened
        text, tag = sealed[:-TAG], sealed[-TAG:]
        opening = Cipher(algorithms.SM4(_sm4_key(key)), modes.GCM(nonce, tag)).decryptor()
        opening.authenticate_additional_data(bound)
        return opening.update(text) + opening.finalize()
    except InvalidTag as broken:
        raise NotOpened from broken


def sm4_gcm(key: bytes, *, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    """Return ciphertext and tag of SM4-GCM (RFC 8998) with a key of 16 bytes."""
    sealing = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    sealing.authenticate_additional_data(bound)
    return sealing.update(plain) + sealing.finalize() + sealing.tag


def keyed_hash(digest: int, key: bytes, text: bytes) -> bytes:
    """Return 32 bytes: HMAC with SHA-256 or SM3."""
    if digest == DIGESTS["sha-256"]:
        return hmac.new(key, text, hashlib.sha256).digest()
    if digest != DIGESTS["sm3"]:
        raise NotOpened
    return _hmac_sm3(key, text)


def _sm4_key(key: bytes) -> bytes:
    return _hmac_sm3(key, b"linli sm4-gcm")[:16]


def _hmac_sm3(key: bytes, text: bytes) -> bytes:
    mac = HMAC(key, hashes.SM3())
    mac.update(text)
    return mac.finalize()
