"""`linli retention`: take away what is no longer to be kept."""

import click

from linli.accounts.operations import installer
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.collections import COLLECTIONS, BadRetention
from linli.cases.privacy.retention import due, forget
from linli.kernel import clock


def run(*, dry_run: bool) -> None:
    """Print each collection with its period and what is, or would be, taken away. Safe to run at any time."""
    actor = installer(now=clock.now(), permissions=frozenset({P.FORGET}))
    try:
        for collection in COLLECTIONS:
            kept = f"{collection.code}: kept {collection.period} days after the close"
            if dry_run:
                print(
                    f"{kept}; {due(collection, at=actor.now).count()} cases are due, nothing was changed"
                )
                continue
            total = 0
            while count := forget(actor=actor, collection=collection.code):
                total += count
            print(f"{kept}; {total} cases done")
    except BadRetention as wrong:
        raise click.ClickException(str(wrong)) from wrong
