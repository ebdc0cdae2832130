"""What happens to the calendar."""

from linli.kernel.events import event


@event("calendar.applied")
class CalendarApplied:
    year: int
    changed_count: int
    working_count: int
