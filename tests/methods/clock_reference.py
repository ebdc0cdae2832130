"""A slow, obvious clock: it walks from minute to minute and counts. Shares nothing with the real one."""

import datetime as dt
from dataclasses import dataclass

BEIJING = dt.timezone(dt.timedelta(hours=8))
MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "working_hour": 60}


@dataclass
class Reference:
    """Everything a clock depends on, as plain values. Times are Beijing's, on whole minutes."""

    amount: int
    unit: str
    start: dt.datetime
    pauses: list[tuple[dt.datetime, dt.datetime | None]]
    extension: int
    exceptions: dict[dt.date, bool]
    known_years: set[int]
    times: tuple[tuple[int, int], ...]
    step: int = 1

    def counts(self, minute: dt.datetime) -> bool:
        """Return whether the stretch of `step` minutes that begins here is counted."""
        if any(
            begin <= minute and (end is None or minute < end) and begin != end
            for begin, end in self.pauses
        ):
            return False
        if self.unit == "working_day" and minute.date() == self.start.date():
            return False
        if self.unit.startswith("working"):
            day = minute.date()
            if not self.exceptions.get(day, day.weekday() < 5):
                return False
            clock = minute.hour * 60 + minute.minute
            return any(begin <= clock < end for begin, end in self.times)
        return True

    def wanted(self) -> int:
        """Return how many minutes must be counted."""
        each = MINUTES.get(self.unit) or sum(end - begin for begin, end in self.times)
        return (self.amount + self.extension) * each

    def due(self) -> tuple[dt.datetime, bool] | None:
        """Return the end and whether a day of an unknown year was met; None if it stands for ever."""
        minute, counted, met = self.start, 0, set[int]()
        while True:
            if any(end is None and begin <= minute for begin, end in self.pauses):
                return None
            is_first_day = self.unit == "working_day" and minute.date() == self.start.date()
            if self.unit.startswith("working") and not is_first_day:
                met.add(minute.year)
            is_counted = self.counts(minute)
            minute += dt.timedelta(minutes=self.step)
            if is_counted:
                counted += self.step
                if counted >= self.wanted():
                    return minute, not met <= self.known_years

    def elapsed(self, at: dt.datetime) -> int:
        """Return the minutes counted by a moment."""
        minute, counted = self.start, 0
        while minute < at:
            counted += self.step if self.counts(minute) else 0
            minute += dt.timedelta(minutes=self.step)
        return counted
