"""What cases follow of the record themselves: each that comes in gets its prediction, each decision is kept beside it."""

from collections.abc import Sequence

from linli.cases.sorting.parts import note_cases
from linli.journal.following import subscriber
from linli.journal.queries import Sealed


@subscriber("cases.sorting")
def sort(events: Sequence[Sealed]) -> None:
    """Note what came in and what was decided."""
    note_cases(events)
