"""`linli sweep`: raise the alerts that are due, move deadlines whose working days became known."""

from linli.accounts.operations import installer
from linli.cases.clocks.sweeping import renew_deadlines, sweep_alerts
from linli.cases.permissions import CasePermission as P
from linli.kernel import clock


def run() -> None:
    """Sweep in batches until nothing is left, and say what was done. Safe to run at any time, twice too."""
    actor = installer(now=clock.now(), permissions=frozenset({P.SWEEP}))
    renewed = raised = settled = 0
    while count := renew_deadlines(actor=actor):
        renewed += count
    while (swept := sweep_alerts(actor=actor)).settled:
        raised += swept.raised
        settled += swept.settled
    print(f"{raised} alerts raised, {settled - raised} lapsed; {renewed} orders' deadlines renewed")
