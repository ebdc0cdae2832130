"""What happens to profiles. What happens to an order's clocks stands in cases/events.py."""

import datetime as dt

from linli.kernel.events import Code, event


@event("clocks.profile_added")
class ProfileAdded:
    profile_id: int
    code: Code
    version: int


@event("clocks.put_in_force")
class ProfilePutInForce:
    term_id: int
    profile_id: int
    place: Code
    is_override: bool
    valid_from: dt.datetime
    valid_to: dt.datetime | None


@event("clocks.term_ended")
class TermEnded:
    term_id: int
    valid_to: dt.datetime
