"""Clock profiles, from when to when they are in force, and the alerts of each order."""

import datetime as dt
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.cases.clocks.choices import ALERT_PERCENTS, ClockCode, LimitUnit, OrderClock
from linli.cases.clocks.rules import Limits, limit_words
from linli.methods.clocks import Limit, Unit, WorkingTimes, working_times
from linli.territory.models import Place, is_english


def _known(name: str, field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=models.Q(**{f"{field}__in": choices.values}))


class ClockProfile(models.Model):
    """时限方案. One version of a city's limits. A version is never changed: orders point at it."""

    code = models.CharField(_("Profile code"), max_length=32, db_collation="C")
    version = models.IntegerField(_("Version"))
    name = models.CharField(_("Name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    basis = models.CharField(_("Where the limits come from"), max_length=500)
    basis_en = models.CharField(_("The same in English"), max_length=500, blank=True)
    working_times = models.CharField(_("Working times"), max_length=100)
    created_at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("Clock profile")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="clock_profile_version"),
            models.CheckConstraint(
                name="clock_profile_says_basis", condition=~models.Q(name="") & ~models.Q(basis="")
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="clock_profile_is_final", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    @property
    def label(self) -> str:
        """Return the name in the language in force."""
        return (self.name_en if is_english() else "") or self.name

    @property
    def basis_shown(self) -> str:
        """Return the basis in the language in force."""
        return (self.basis_en if is_english() else "") or self.basis

    @property
    def times(self) -> WorkingTimes:
        return working_times(self.working_times)

    def of(self, code: str) -> "ClockClass":
        """Return a class of this profile. Reads all of them once. Raises KeyError for an unknown code."""
        return {one.code: one for one in self.classes.all()}[code]


class ClockClass(models.Model):
    """One class of a profile: how long for the first contact, how long in all."""

    profile = models.ForeignKey(ClockProfile, models.CASCADE, related_name="classes")
    code = models.CharField(_("Class"), max_length=4, choices=ClockCode.choices)
    first_contact_amount = models.PositiveSmallIntegerField(_("First contact within"))
    first_contact_unit = models.CharField(max_length=16, choices=LimitUnit.choices)
    handling_amount = models.PositiveSmallIntegerField(_("Handling within"))
    handling_unit = models.CharField(max_length=16, choices=LimitUnit.choices)

    class Meta:
        verbose_name = _("Clock class")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "code"], name="clock_class_once"),
            _known("clock_class_code_known", "code", ClockCode),
            _known("clock_class_contact_unit", "first_contact_unit", LimitUnit),
            _known("clock_class_handling_unit", "handling_unit", LimitUnit),
            models.CheckConstraint(
                name="clock_class_takes_time",
                condition=models.Q(first_contact_amount__gte=1, handling_amount__gte=1),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="clock_class_is_final", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.code}"

    @property
    def limits(self) -> Limits:
        return Limits(
            Limit(self.first_contact_amount, Unit(self.first_contact_unit)),
            Limit(self.handling_amount, Unit(self.handling_unit)),
        )

    @property
    def label(self) -> str:
        """Return profile, version and class in words."""
        return f"{self.profile.label} v{self.profile.version} · {self.get_code_display()}"

    @property
    def first_contact_words(self) -> str:
        return limit_words(self.limits.first_contact)

    @property
    def handling_words(self) -> str:
        return limit_words(self.limits.handling)


class ClockTermQuerySet(models.QuerySet["ClockTerm"]):
    def at(self, moment: dt.datetime) -> Self:
        """Return the terms in force at a moment; the end itself is outside."""
        return self.filter(valid_from__lte=moment).exclude(valid_to__lte=moment)


class ClockTerm(models.Model):
    """From when to when a profile is in force in an area; without a place, wherever no other is.

    An override (an epidemic) stands beside the ordinary term and applies to the orders it is chosen for.
    No two terms of one area and kind overlap: the constraints `clock_term_apart` and
    `clock_override_apart` of the database.
    """

    profile = models.ForeignKey(ClockProfile, models.PROTECT, related_name="terms")
    place = models.ForeignKey(Place, models.PROTECT, null=True, verbose_name=_("Area"))
    is_override = models.BooleanField(_("Override"), default=False)
    valid_from = models.DateTimeField(_("From"))
    valid_to = models.DateTimeField(_("To"), null=True)
    version = models.IntegerField(default=1)

    objects: ClassVar = ClockTermQuerySet.as_manager()

    class Meta:
        verbose_name = _("Profile in force")
        constraints = [
            models.CheckConstraint(
                name="clock_term_ends_after_start",
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gt=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.profile} {self.place_id} {self.valid_from:%Y-%m-%d}"


class ClockAlert(models.Model):
    """A point of an order's clock at which its unit is alerted. A row with a time, swept; never a job.

    `due_at` is null while the clock stands. A row is settled once: raised, or lapsed because the clock
    had stopped or a higher alert of the same clock was due too.
    """

    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, related_name="alerts")
    clock = models.CharField(max_length=16, choices=OrderClock.choices)
    percent = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField(null=True)
    raised_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Clock alert")
        constraints = [
            models.UniqueConstraint(fields=["order", "clock", "percent"], name="clock_alert_once"),
            _known("clock_alert_clock_known", "clock", OrderClock),
            models.CheckConstraint(
                name="clock_alert_percent_known", condition=models.Q(percent__in=ALERT_PERCENTS)
            ),
            models.CheckConstraint(
                name="clock_alert_settled_once",
                condition=models.Q(raised_at__isnull=True) | models.Q(lapsed_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(raised_at__isnull=True, lapsed_at__isnull=True),
                name="clock_alert_pending",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.clock} {self.percent}%"
