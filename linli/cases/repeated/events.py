"""What happens to a repeated duty, as facts that may be kept for ever."""

import datetime as dt

from linli.kernel.events import event


@event("repeated.started")
class RepeatedStarted:
    repeated_id: int
    unit_id: int
    checks: int
    ends_on: dt.date


@event("repeated.checked")
class RepeatedChecked:
    repeated_id: int
    check_id: int
    unit_id: int
    is_fine: bool
    photos: int


@event("repeated.missed")
class RepeatedMissed:
    repeated_id: int
    check_id: int
    unit_id: int
    due_at: dt.datetime


@event("repeated.ended")
class RepeatedEnded:
    repeated_id: int
    unit_id: int
