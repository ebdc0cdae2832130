"""What comes round for the record."""

from linli.jobs.registry import job
from linli.journal.checking import check
from linli.kernel import clock


@job("journal.check", cron="40 3 * * *")
def check_nightly() -> None:
    """Check the whole record every night."""
    check(now=clock.now())
