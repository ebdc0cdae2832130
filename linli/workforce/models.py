"""Duty shifts."""

import datetime as dt
from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from linli.accounts.models import User
from linli.territory.models import Organisation, Place, only
from linli.workforce.choices import DutyKind


class DutyShiftQuerySet(models.QuerySet["DutyShift"]):
    def standing(self) -> Self:
        """Return the shifts that were neither taken back nor given to somebody else."""
        return self.filter(dropped_at=None)

    def at(self, moment: dt.datetime) -> Self:
        """Return the shifts that run at a moment; the end itself is outside."""
        return self.standing().filter(starts_at__lte=moment, ends_at__gt=moment)

    def between(self, first: dt.datetime, after: dt.datetime) -> Self:
        """Return the shifts that run in part of a time."""
        return self.standing().filter(starts_at__lt=after, ends_at__gt=first)


class DutyShift(models.Model):
    """One person on duty for an organisation, from when to when. `place`: a gate or compound, else all of it.

    A shift that is swapped or taken back stays, with `dropped_at`; the one taken over names it.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="duty_shifts")
    user = models.ForeignKey(User, models.PROTECT, related_name="duty_shifts")
    kind = models.CharField(_("Kind of duty"), max_length=16, choices=DutyKind.choices)
    place = models.ForeignKey(Place, models.PROTECT, null=True, verbose_name=_("Place"))
    starts_at = models.DateTimeField(_("From"))
    ends_at = models.DateTimeField(_("To"))
    dropped_at = models.DateTimeField(null=True)
    instead_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="taken_over")

    objects: ClassVar = DutyShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("Duty shift")
        constraints = [
            models.CheckConstraint(name="duty_kind_known", condition=Q(kind__in=DutyKind.values)),
            models.CheckConstraint(
                name="duty_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            ExclusionConstraint(
                name="duty_one_place_at_a_time",
                expressions=[
                    (only("user_id"), RangeOperators.OVERLAPS),
                    (
                        Func(F("starts_at"), F("ends_at"), function="tstzrange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(dropped_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "starts_at"], name="duty_of_unit")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.starts_at:%Y-%m-%d %H:%M}"
