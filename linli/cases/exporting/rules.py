"""Rules of exports, pure."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal

KEPT = dt.timedelta(days=7)
"""How long a finished file can be fetched (our choice: a week's work, no archive)."""
SILENT = dt.timedelta(minutes=2)
"""Without a sign of life for so long, who made the file has died and another takes it over."""
MOST_TRIES = 3
MOST_ROWS = 1_000_000
MOST_PERSONAL = 5_000
"""Rows with names and numbers in one file: each is written into its case as a look."""
MOST_LIVE = 20

REASON_NEEDED = Refusal(
    "export.reason_needed",
    _("Say what the names and numbers are needed for. It stands in every one of the cases."),
    "reason",
)
OUTSIDE_AREA = Refusal(
    "export.outside_area",
    _("This place lies outside your area. Choose one within it, or leave the place empty."),
    "place",
)
ENDS_BEFORE = Refusal(
    "export.ends_before", _("The end lies before the start. Change one of the two."), "received_to"
)
TOO_MANY_LIVE = Refusal(
    "export.too_many_live",
    _("You have %(limit)s exports that are not over. Wait until some have expired."),
)
NOT_READY = Refusal("export.not_ready", _("The file is not ready yet. It appears here by itself."))
EXPIRED = Refusal(
    "export.expired", _("The file was deleted after seven days. Ask for the export again.")
)
