"""Background work of cases."""

from dataclasses import dataclass

from linli.accounts.operations import installer
from linli.cases.clocks.sweeping import renew_deadlines, sweep_alerts
from linli.cases.operations import wake
from linli.cases.permissions import CasePermission as P
from linli.jobs.registry import job
from linli.kernel import clock


@dataclass(frozen=True)
class Round:
    """What one round of the clocks did."""

    raised: int
    lapsed: int
    renewed: int
    woken: int


@job("cases.sweep", cron="* * * * *")
def sweep() -> None:
    """Raise the alerts that are due and end pauses that are over, every minute."""
    sweep_clocks()


def sweep_clocks() -> Round:
    """Sweep in batches until nothing is left. Safe to run at any time, by several at once too."""
    actor = installer(now=clock.now(), permissions=frozenset({P.SWEEP}))
    renewed = raised = settled = woken = 0
    while count := wake(actor=actor):
        woken += count
    while count := renew_deadlines(actor=actor):
        renewed += count
    while (swept := sweep_alerts(actor=actor)).settled:
        raised += swept.raised
        settled += swept.settled
    return Round(raised=raised, lapsed=settled - raised, renewed=renewed, woken=woken)
