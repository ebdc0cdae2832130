"""Background work of cases."""

from dataclasses import dataclass

from linli.accounts.operations import installer
from linli.cases.attachments.sweeping import sweep_attachment_files
from linli.cases.clocks.sweeping import renew_deadlines, sweep_alerts
from linli.cases.exporting.making import make_exports
from linli.cases.exporting.operations import remove_exports, sweep_export_files
from linli.cases.imports.turns import take_turn
from linli.cases.operations import wake
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.collections import COLLECTIONS
from linli.cases.privacy.retention import forget
from linli.cases.repeated.operations import sweep_checks
from linli.cases.sorting.making import make_models, predict_all
from linli.jobs.registry import job
from linli.kernel import clock
from linli.vault.uploads import sweep_uploads


@job("cases.make_exports", cron="* * * * * */10")
def export() -> None:
    """Make the exports that wait."""
    make_exports()


@job("cases.take_imports", cron="* * * * * */5")
def take_imports() -> None:
    """Give the import whose turn it is its turn."""
    take_turn()


@job("cases.predict", cron="* * * * * */3")
def predict() -> None:
    """Say of cases that came in what they are about."""
    predict_all()


@job("cases.make_models", cron="* * * * * */15")
def learn() -> None:
    """Make the models of categories that are asked for, and try them beside the one in force."""
    make_models()


@job("cases.sweep_files", cron="23 * * * *")
def sweep_files() -> None:
    """Remove files whose time is over, every hour."""
    remove_files()


def remove_files() -> int:
    """Remove files of exports a week old, of attachments deleted, of uploads broken off; return how many."""
    actor = installer(now=clock.now(), permissions=frozenset({P.SWEEP}))
    removed = sweep_uploads(now=actor.now)
    while count := remove_exports(actor=actor):
        removed += count
    return removed + sweep_attachment_files(actor=actor) + sweep_export_files(actor=actor)


@dataclass(frozen=True)
class Round:
    """What one round of the clocks did."""

    raised: int
    lapsed: int
    renewed: int
    woken: int
    missed: int


@job("cases.sweep", cron="* * * * *")
def sweep() -> None:
    """Raise the alerts that are due and end pauses that are over, every minute."""
    sweep_clocks()


@job("cases.retention", cron="20 3 * * *")
def retention() -> None:
    """Delete personal data whose time is over, every night."""
    forget_all()


def forget_all() -> dict[str, int]:
    """Delete in batches until nothing is left; return how many cases by collection. Safe at any time."""
    actor = installer(now=clock.now(), permissions=frozenset({P.FORGET}))
    done = {collection.code: 0 for collection in COLLECTIONS}
    for code in done:
        while count := forget(actor=actor, collection=code):
            done[code] += count
    return done


def sweep_clocks() -> Round:
    """Sweep in batches until nothing is left. Safe to run at any time, by several at once too."""
    actor = installer(now=clock.now(), permissions=frozenset({P.SWEEP}))
    renewed = raised = settled = woken = missed = 0
    while count := wake(actor=actor):
        woken += count
    while count := renew_deadlines(actor=actor):
        renewed += count
    while count := sweep_checks(actor=actor):
        missed += count
    while (swept := sweep_alerts(actor=actor)).settled:
        raised += swept.raised
        settled += swept.settled
    return Round(
        raised=raised, lapsed=settled - raised, renewed=renewed, woken=woken, missed=missed
    )
