"""Codes of clocks, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.methods.clocks import Unit

ALERT_PERCENTS = (50, 75, 100)
"""Shares of a limit at which somebody is alerted: practice of the hotlines (our default)."""


class ClockCode(models.TextChoices):
    """Classes of time limit. The first four are the urgencies of a case; an inquiry has its own."""

    EMERGENCY = "E1", _("Emergency")
    LIVELIHOOD = "E2", _("Livelihood")
    NORMAL = "N", _("Normal")
    COMPLEX = "C", _("Complex")
    INQUIRY = "Q", _("Inquiry")


class LimitUnit(models.TextChoices):
    """In what a limit is measured."""

    MINUTE = Unit.MINUTE.value, _("minutes")
    HOUR = Unit.HOUR.value, _("hours")
    DAY = Unit.DAY.value, _("days")
    WORKING_HOUR = Unit.WORKING_HOUR.value, _("working hours")
    WORKING_DAY = Unit.WORKING_DAY.value, _("working days")


class OrderClock(models.TextChoices):
    """The two clocks of an order."""

    FIRST_CONTACT = "first_contact", _("Response clock")
    HANDLING = "handling", _("Handling clock")
