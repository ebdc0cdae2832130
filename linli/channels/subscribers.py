"""People are told of what happened, batch by batch, behind the moves and never in their way."""

from collections.abc import Sequence

from linli.channels.making import make_messages
from linli.journal.following import subscriber
from linli.journal.queries import Sealed
from linli.kernel import clock

SUBSCRIBER = "channels.messages"


@subscriber(SUBSCRIBER)
def tell(events: Sequence[Sealed]) -> None:
    """Write the messages of a batch of events, exactly once."""
    make_messages(events, now=clock.now())
