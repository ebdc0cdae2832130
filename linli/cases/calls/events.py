"""What happens to a call. Ids and seconds only; who called stands with the case."""

from linli.kernel.events import event


@event("call.rang")
class CallRang:
    call_id: int


@event("call.answered")
class CallAnswered:
    """`waited`: seconds that it rang, None where nobody knows."""

    call_id: int
    waited: int | None


@event("call.missed")
class CallMissed:
    call_id: int
    waited: int


@event("call.hung_up")
class CallHungUp:
    call_id: int
    talked: int


@event("call.written_down")
class CallWrittenDown:
    """`written`: seconds from the end of the talk until all was written down."""

    call_id: int
    written: int
