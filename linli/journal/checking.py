"""Checking the record and keeping that it was checked."""

import datetime as dt

import structlog

from linli.journal.models import RecordCheck
from linli.journal.verify import Report, verify

log = structlog.get_logger("linli.journal")


def check(*, now: dt.datetime) -> Report:
    """Check the whole record; keep when, how far and how many faults. The faults themselves go to the log by code."""
    report = verify()
    RecordCheck.objects.create(at=now, last_position=report.last, fault_count=len(report.faults))
    for fault in report.faults:
        log.error("record fault", fault=fault.code, position=fault.facts.get("position"))
    return report
