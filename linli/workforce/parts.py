"""Steps that operations of higher floors share, inside their transaction."""

import datetime as dt

from django.db import connection

from linli.territory.models import Organisation
from linli.workforce.models import DutyShift


def end_shifts_of(unit: Organisation, *, now: dt.datetime) -> int:
    """End the running shifts of a locked organisation and take back those to come."""
    assert connection.in_atomic_block
    rows = DutyShift.objects.filter(organisation=unit).standing()
    return rows.filter(starts_at__gte=now).update(dropped_at=now) + rows.filter(
        starts_at__lt=now, ends_at__gt=now
    ).update(ends_at=now)
