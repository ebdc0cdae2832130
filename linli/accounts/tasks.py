"""Background work of accounts."""

from linli.accounts.door.operations import sweep_sessions
from linli.accounts.operations import installer
from linli.accounts.permissions import AccountsPermission
from linli.jobs.registry import job
from linli.kernel import clock


@job("accounts.sweep", cron="* * * * *")
def sweep() -> None:
    """End the sessions of people whose role or post is over, every minute."""
    end_sessions()


def end_sessions() -> int:
    """Sweep in batches until nothing is left; return how many people were signed out."""
    actor = installer(now=clock.now(), permissions=frozenset({AccountsPermission.SWEEP}))
    out = 0
    while count := sweep_sessions(actor=actor):
        out += count
    return out
