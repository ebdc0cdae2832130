"""The words of the sign-in log, and the numbers of the door."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _


class Means(models.TextChoices):
    """By what somebody came in, or tried to."""

    PASSWORD = "password", _("Password")
    SECOND_FACTOR = "second_factor", _("Second factor")
    PIN = "pin", _("PIN of a phone")
    CODE = "code", _("One-time code")
    PROVIDER = "provider", _("City's sign-in")


class Outcome(models.TextChoices):
    IN = "in", _("Signed in")
    WRONG = "wrong", _("Refused")
    ENDED = "ended", _("Refused five times, the phone was signed out")


PIN_TRIES = 5
CODE_TRIES = 5
CODE_LASTS = dt.timedelta(hours=24)
RESET_LASTS = dt.timedelta(hours=24)
DEVICE_LASTS = dt.timedelta(days=30)
IDLE = dt.timedelta(minutes=15)
"""After so long without a page, a phone that stays signed in asks for its PIN."""
FRESH = dt.timedelta(minutes=15)
"""How recent the second factor must be for looking at personal data."""
