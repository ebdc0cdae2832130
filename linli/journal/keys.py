"""The keys of the chain: outside the database, several at a time, the first in force."""

from django.conf import settings

from linli.journal.chain import Key


def keys() -> dict[int, Key]:
    """Return the keys by id, the one in force first. A new key needs no restart."""
    return {
        number: Key(number, secret) for number, secret in settings.LINLI.keys("chain_keys").items()
    }


def key_in_force() -> Key:
    """Return the key that seals now."""
    return next(iter(keys().values()))


def with_new_key(secret: bytes) -> dict[int, bytes]:
    """Return the secrets by id with a new one in front."""
    known = settings.LINLI.keys("chain_keys")
    return {max(known) + 1: secret, **known}
