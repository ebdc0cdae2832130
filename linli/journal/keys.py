"""The keys of the chain: outside the database, several at a time, the first in force."""

from functools import cache

from django.conf import settings

from linli.journal.chain import Key


@cache
def keys() -> dict[int, Key]:
    """Return the keys by id, the one in force first. Text form: `2:hex,1:hex`, or one bare key."""
    found: dict[int, Key] = {}
    for part in settings.LINLI.key("chain_keys").split(","):
        name, colon, text = part.strip().rpartition(":")
        key = Key(int(name) if colon else 1, bytes.fromhex(text))
        found[key.id] = key
    return found


def key_in_force() -> Key:
    """Return the key that seals now."""
    return next(iter(keys().values()))
