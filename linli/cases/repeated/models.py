"""A repeated duty and its checks."""

import datetime as dt
from typing import Any, ClassVar, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.cases.repeated.rules import GRACE, LONGEST, MOST_A_DAY, may_be_made
from linli.kernel.actor import Actor
from linli.territory.models import Organisation


class RepeatedDutyQuerySet(models.QuerySet["RepeatedDuty"]):
    def concerning(self, actor: Actor) -> Self:
        """Return the duties that the actor's organisation has, or asked for."""
        if actor.organisation_id is None:
            return self.none()
        return self.filter(
            Q(organisation=actor.organisation_id) | Q(asked_by=actor.organisation_id)
        )


class RepeatedDuty(models.Model):
    """重复任务. What is checked again and again after a case: by whom, on which weekdays (Monday is 0) at which times, until when.

    It goes on after the case is closed. Whoever has it reads `words`, never who asked.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="repeated")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("Who checks")
    )
    asked_by = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    words = models.TextField(_("What is checked each time"))
    weekdays = ArrayField(models.SmallIntegerField(), verbose_name=_("On which days"))
    times = ArrayField(models.TimeField(), verbose_name=_("At which times"))
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("To and including"))
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)
    result = models.TextField(_("Why it ends"), blank=True)

    objects: ClassVar = RepeatedDutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("Repeated duty")
        constraints = [
            models.CheckConstraint(name="repeated_says_what", condition=~Q(words="")),
            models.CheckConstraint(
                name="repeated_has_an_end",
                condition=Q(ends_on__gte=F("starts_on"), ends_on__lte=F("starts_on") + LONGEST),
            ),
            models.CheckConstraint(
                name="repeated_has_a_rhythm",
                condition=Q(
                    weekdays__len__gte=1,
                    weekdays__len__lte=7,
                    times__len__gte=1,
                    times__len__lte=MOST_A_DAY,
                ),
            ),
            models.CheckConstraint(
                name="repeated_end_is_whole",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, result="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(result=""),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "ends_on"], name="repeated_of_unit"),
            models.Index(fields=["asked_by", "ends_on"], name="repeated_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.organisation_id}"


class DutyCheck(models.Model):
    """检查. One check of a repeated duty: when it is due; made, or missed, or neither yet. A row with a time, swept, never a job."""

    duty = models.ForeignKey(RepeatedDuty, models.CASCADE, related_name="checks")
    due_at = models.DateTimeField(_("Due"))
    done_at = models.DateTimeField(null=True)
    done_by = models.BigIntegerField(null=True)
    is_fine = models.BooleanField(_("Is everything as it should be"), null=True)
    note = models.TextField(_("What was seen"), blank=True)
    photo_count = models.PositiveSmallIntegerField(default=0)
    missed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Check")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["duty", "due_at"], name="duty_check_once"),
            models.CheckConstraint(
                name="duty_check_made_is_whole",
                condition=Q(
                    done_at__isnull=True,
                    done_by__isnull=True,
                    is_fine__isnull=True,
                    note="",
                    photo_count=0,
                )
                | Q(done_at__isnull=False, done_by__isnull=False, is_fine__isnull=False)
                & (Q(photo_count__gte=1) | ~Q(note="")),
            ),
            models.CheckConstraint(
                name="duty_check_made_or_missed",
                condition=Q(done_at__isnull=True) | Q(missed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="duty_check_missed_when_over",
                condition=Q(missed_at__isnull=True) | Q(missed_at__gte=F("due_at") + GRACE),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(done_at__isnull=True, missed_at__isnull=True),
                name="duty_check_pending",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="duty_check_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "((OLD.done_at IS NOT NULL AND (OLD.done_at, OLD.done_by, OLD.is_fine, OLD.due_at) IS DISTINCT FROM "
                    "(NEW.done_at, NEW.done_by, NEW.is_fine, NEW.due_at)) OR (OLD.missed_at IS NOT NULL AND "
                    "(OLD.missed_at, OLD.due_at) IS DISTINCT FROM (NEW.missed_at, NEW.due_at)))"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.due_at:%Y-%m-%d %H:%M}"

    def state_at(self, now: dt.datetime) -> Any:
        """Return `done`, `missed`, `due` or `to_come` at a moment; missed by the clock alone, before the sweep says so."""
        if self.done_at is not None:
            return "done"
        if self.missed_at is not None or now >= self.due_at + GRACE:
            return "missed"
        return "due" if may_be_made(self.due_at, now=now) else "to_come"
