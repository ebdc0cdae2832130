"""What the check of the chain can find, in words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

SENTENCES: dict[str, Any] = {
    "changed": gettext_lazy("Position %(position)s: %(event)s was changed after it was sealed."),
    "gone": gettext_lazy(
        "Position %(position)s: event %(event_id)s was deleted from the table of events."
    ),
    "missing": gettext_lazy(
        "Positions %(first)s to %(last)s were deleted; the next is %(event)s at position %(position)s."
    ),
    "cut_out": gettext_lazy(
        "Before position %(position)s (%(event)s) something was deleted or its seal was changed; the positions "
        "after it may have been closed up."
    ),
    "inserted": gettext_lazy(
        "Position %(position)s: %(event)s was inserted; the drainer never sealed it."
    ),
    "moved": gettext_lazy(
        "Position %(position)s: %(event)s stands in the wrong place; it belongs before position %(before)s."
    ),
    "renumbered": gettext_lazy(
        "Position %(position)s should be %(wanted)s: positions were renumbered from here."
    ),
    "node": gettext_lazy(
        "Position %(position)s: the tree's node was changed; the event itself is whole."
    ),
    "key": gettext_lazy(
        "Position %(position)s: sealed with key %(key_id)s, which is not among the chain keys. Add it to the keys and check again."
    ),
    "tail": gettext_lazy(
        "Positions %(first)s to %(last)s are missing at the end: the head file of %(at)s goes to %(last)s."
    ),
    "head": gettext_lazy(
        "Position %(position)s is not what the head file noted at %(at)s: the past before it was changed."
    ),
    "forged_head": gettext_lazy(
        "The head file's line of position %(position)s does not carry our signature."
    ),
    "unsealed": gettext_lazy(
        "%(event)s is in the table of events, but was never handed to the drainer: inserted, or cut out of the order."
    ),
    "lost": gettext_lazy(
        "Event %(event_id)s waits to be sealed, but is gone from the table of events."
    ),
    "sealed_twice": gettext_lazy("Event %(event_id)s is sealed and waits to be sealed again."),
    "too_many": gettext_lazy("More than %(count)s faults; the check stopped here."),
}


@dataclass(frozen=True)
class Fault:
    """One thing found. `stream` is the (kind, id) of the event it is about, where that is known."""

    code: str
    facts: dict[str, Any]
    stream: tuple[str, int] | None = None

    def __str__(self) -> str:
        return str(SENTENCES[self.code]) % self.facts
