"""The counters follow what happens to cases, batch by batch."""

from collections.abc import Sequence

from linli.insight.counting import SUBSCRIBER, recount
from linli.journal.following import subscriber
from linli.journal.queries import Sealed


@subscriber(SUBSCRIBER)
def count(events: Sequence[Sealed]) -> None:
    """Count each case anew to which something happened."""
    if cases := sorted({event.stream_id for event in events if event.stream_kind == "case"}):
        recount(cases)
