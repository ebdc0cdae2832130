"""The keys of the chain: outside the database, several at a time, the first in force."""

from functools import cache

from django.conf import settings

from linli.journal.chain import Key


def keys() -> dict[int, Key]:
    """Return the keys by id, the one in force first. Read anew each time: a new key needs no restart.

    Text form: `2:hex,1:hex`, or one bare key.
    """
    return _read(settings.LINLI.key("chain_keys"))


def key_in_force() -> Key:
    """Return the key that seals now."""
    return next(iter(keys().values()))


def with_new_key(secret: bytes) -> str:
    """Return the text form of the keys with a new one in front."""
    known = keys()
    fresh = Key(max(known) + 1, secret)
    return ",".join(f"{key.id}:{key.secret.hex()}" for key in (fresh, *known.values()))


@cache
def _read(text: str) -> dict[int, Key]:
    found: dict[int, Key] = {}
    for part in text.split(","):
        name, colon, secret = part.strip().rpartition(":")
        key = Key(int(name) if colon else 1, bytes.fromhex(secret))
        found[key.id] = key
    return found
