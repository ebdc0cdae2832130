"""`linli retention`: take away what is no longer to be kept."""

import click

from linli.cases.privacy.collections import COLLECTIONS, BadRetention
from linli.cases.privacy.retention import due
from linli.cases.tasks import forget_all
from linli.kernel import clock


def run(*, dry_run: bool) -> None:
    """Print each collection with its period and what is, or would be, taken away. Safe to run at any time."""
    try:
        done = {} if dry_run else forget_all()
        for collection in COLLECTIONS:
            kept = f"{collection.code}: kept {collection.period} days after the close"
            if dry_run:
                count = due(collection, at=clock.now()).count()
                print(f"{kept}; {count} cases are due, nothing was changed")
            else:
                print(f"{kept}; {done[collection.code]} cases done")
    except BadRetention as wrong:
        raise click.ClickException(str(wrong)) from wrong
