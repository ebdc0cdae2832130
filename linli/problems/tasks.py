"""Background work of problems."""

from linli.jobs.registry import job
from linli.problems.sweeping import sweep_problems


@job("problems.sweep", cron="*/5 * * * *")
def sweep() -> None:
    """Propose, join and open again, every five minutes."""
    sweep_problems()
