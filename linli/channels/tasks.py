"""Background work of channels."""

from linli.channels.operations import forget_messages
from linli.channels.sending import send_due, sender
from linli.jobs.registry import job
from linli.kernel import clock


@job("channels.send", cron="* * * * * */3")
def send() -> None:
    """Send the messages that are due."""
    send_due(clock=clock.now)


@job("channels.forget", cron="40 3 * * *")
def forget() -> None:
    """Delete messages whose year is over, every night."""
    actor = sender(clock.now())
    while forget_messages(actor=actor):
        continue
