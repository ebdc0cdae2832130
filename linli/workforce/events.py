"""What happens to a duty roster, as facts that may be kept for ever."""

import datetime as dt

from linli.kernel.events import Code, event


@event("duty.planned")
class DutyPlanned:
    shift_id: int
    person_id: int
    kind: Code
    starts_at: dt.datetime
    ends_at: dt.datetime


@event("duty.swapped")
class DutySwapped:
    shift_id: int
    instead_of_id: int
    person_id: int


@event("duty.ended")
class DutyEnded:
    shift_id: int
    person_id: int
    had_begun: bool
