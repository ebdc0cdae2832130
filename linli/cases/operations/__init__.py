"""Every write of a case, by verb family. Import the verbs from here."""

from linli.cases.operations.dispatching import dispatch
from linli.cases.operations.follow_up import close, follow_up, miss_follow_up
from linli.cases.operations.handing_over import close_unit, follow_redrawn_places, hand_over
from linli.cases.operations.handling import accept, contact, report, unmask
from linli.cases.operations.intake import BatchOutcome, Draft, SetAside, receive, receive_batch

__all__ = [
    "BatchOutcome",
    "Draft",
    "SetAside",
    "accept",
    "close",
    "close_unit",
    "contact",
    "dispatch",
    "follow_redrawn_places",
    "follow_up",
    "hand_over",
    "miss_follow_up",
    "receive",
    "receive_batch",
    "report",
    "unmask",
]
