"""What is owed to other systems follows what happens, batch by batch."""

from collections.abc import Sequence

from linli.api.hooks.planning import plan_deliveries
from linli.journal.following import subscriber
from linli.journal.queries import Sealed
from linli.kernel import clock


@subscriber("api.deliveries", since="now")
def plan(events: Sequence[Sealed]) -> None:
    """Write down what each endpoint is owed."""
    plan_deliveries(events, now=clock.now())
