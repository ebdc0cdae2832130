"""Background work of the door for other systems."""

from linli.api.hooks.delivering import deliver_due, deliverer
from linli.api.platform.dropping import take_dropped
from linli.api.platform.operations import forget_refused
from linli.jobs.registry import job


@job("api.deliver", cron="* * * * * */5")
def deliver() -> None:
    """Send out what is due."""
    deliver_due()


@job("api.take_dropped", cron="* * * * * */20")
def take() -> None:
    """Take the files that a platform dropped."""
    take_dropped()


@job("api.forget", cron="40 3 * * *")
def forget() -> None:
    """Delete refused rows whose time is over, every night."""
    forget_refused(actor=deliverer())
