"""`linli keys`: which keys are in force, a new one, sealing anew, an old one dropped."""

import secrets

import click
from django.conf import settings

from linli.accounts.operations import installer
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.keys import heads_in_use, reseal_all
from linli.kernel import clock
from linli.kernel.seal import index_head, seal_head
from linli.methods.ciphers import CIPHERS, DIGESTS, KEY

NAMES = {"field_keys": "personal columns and files", "index_key": "blind indexes"}


def status() -> None:
    """Print each key set, what is in force, and how many values stand under what."""
    counted = dict(zip(NAMES, heads_in_use(), strict=True))
    left = 0
    for name, what in NAMES.items():
        ids = list(settings.LINLI.keys(name))
        print(f"{what}: keys {', '.join(map(str, ids))}, the first in force; {_where(name)}")
        for head, number in sorted(counted[name].items()):
            in_force = head == (seal_head() if name == "field_keys" else index_head())
            left += 0 if in_force else number
            known = int.from_bytes(head[1:]) in ids
            note = "in force" if in_force else "to be sealed anew" if known else "KEY IS MISSING"
            print(
                f"  {number} with {_method(name, head[0])}, key {int.from_bytes(head[1:])}: {note}"
            )
    print(
        "all is under the keys in force" if not left else f"{left} values left: linli keys reseal"
    )


def rotate(*, index: bool) -> None:
    """Put a new key in force, at once and for every process of this machine."""
    name = "index_key" if index else "field_keys"
    keys = settings.LINLI.keys(name)
    number = max(keys) + 1
    if settings.LINLI.key_file(name) is None:
        raise click.ClickException(
            f"The environment holds these keys. Put a new one before the others yourself: "
            f"LINLI_{name.upper()}={number}:<64 hexadecimal digits>,… (openssl rand -hex 32), first "
            "behind the one in force on every machine, then before it."
        )
    settings.LINLI.write_keys(name, {number: secrets.token_bytes(KEY), **keys})
    print(f"key {number} of {NAMES[name]} is in force. Next: linli keys reseal")


def reseal() -> None:
    """Seal anew in batches; safe while people work, and to be run again after it was stopped."""
    actor = installer(now=clock.now(), permissions=frozenset({P.KEYS}))
    total = 0
    for count in reseal_all(actor=actor):
        total += count
        print(f"{total} rows and files sealed anew", end="\r", flush=True)
    print(f"{total} rows and files sealed anew; all is under the keys in force")


def drop(number: int, *, index: bool) -> None:
    """Take an old key away; refused while it is in force or anything stands under it."""
    name = "index_key" if index else "field_keys"
    keys = settings.LINLI.keys(name)
    used = dict(zip(NAMES, heads_in_use(), strict=True))[name]
    if number not in keys:
        raise click.ClickException(f"There is no key {number}. Known: {', '.join(map(str, keys))}.")
    if number == next(iter(keys)):
        raise click.ClickException(
            f"Key {number} is in force. Put a new one in force first: linli keys rotate"
        )
    if still := sum(count for head, count in used.items() if int.from_bytes(head[1:]) == number):
        raise click.ClickException(
            f"{still} values stand under key {number}. First: linli keys reseal"
        )
    if settings.LINLI.key_file(name) is None:
        raise click.ClickException(
            f"The environment holds these keys. Nothing uses key {number}: take it out there."
        )
    kept = settings.LINLI.put_aside(name, number)
    print(
        f"key {number} of {NAMES[name]} is out of use. It lies in {kept}, for backups and other databases "
        "sealed with it; take that file away when there are none."
    )


def _where(name: str) -> str:
    path = settings.LINLI.key_file(name)
    return f"in {path}" if path else f"from LINLI_{name.upper()}"


def _method(name: str, version: int) -> str:
    methods = CIPHERS if name == "field_keys" else DIGESTS
    return next(
        (method for method, number in methods.items() if number == version), f"method {version}"
    )
