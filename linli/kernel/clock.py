"""The clock. Rules take the time as an argument; only the edges of the system read it here."""

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

Clock = Callable[[], dt.datetime]


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC. Called by middleware, commands and nothing else."""
    return timezone.now()


def month_bounds(year: int, month: int) -> tuple[dt.datetime, dt.datetime]:
    """Return the first moment of a month and of the next one, in the site's time zone."""
    zone = timezone.get_default_timezone()
    first = dt.datetime(year, month, 1, tzinfo=zone)
    after = dt.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return first, after


def day_bounds(at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return the first moment of the day of `at` and of the next one, in the site's time zone."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    first = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return first, first + dt.timedelta(days=1)
