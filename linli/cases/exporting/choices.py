"""Codes of exports, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExportFormat(models.TextChoices):
    XLSX = "xlsx", _("Spreadsheet (XLSX)")
    CSV = "csv", _("Table as text (CSV)")
    JSONL = "jsonl", _("For programs (JSON lines)")


class ExportList(models.TextChoices):
    """The list whose rows are asked for; the empty one is every case of the area."""

    ALL = "", _("All cases of your area")
    TO_DISPATCH = "to_dispatch", _("Those waiting for dispatch")
    IN_HAND = "in_hand", _("Those that your unit has in hand")
    WAITS = "waits", _("Those of your unit that wait for others")


CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
}


class ExportState(models.TextChoices):
    """How an export stands; follows from its times, stored nowhere."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")
    GONE = "gone", _("Deleted")


class ExportFault(models.TextChoices):
    """Why an export could not be made."""

    NOT_ALLOWED = "not_allowed", _("Your role no longer includes this export.")
    TOO_MANY = "too_many", _("More rows than one file may hold. Narrow the time or the place.")
    BROKEN = "broken", _("It broke off several times. Please tell IT, with the number above.")
