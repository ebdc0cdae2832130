"""Talks with whoever asked: the unit's contacts and the call back."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.cases.choices import Answered, Means, Satisfaction
from linli.cases.papers import known


class ContactLog(models.Model):
    """联系. One contact with the requester, by whom, how and with what result."""

    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, related_name="contacts")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    means = models.CharField(_("How"), max_length=16, choices=Means.choices)
    was_reached = models.BooleanField(_("Reached"))
    note = models.TextField(_("What was said"), blank=True)

    class Meta:
        verbose_name = _("Contact")
        constraints = [known("contact_means_known", "means", Means)]

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%Y-%m-%d %H:%M}"


class FollowUp(models.Model):
    """回访. One attempt to ask the caller three questions: answered? solved? satisfied?"""

    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, related_name="follow_ups")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    means = models.CharField(_("How"), max_length=16, choices=Means.choices)
    was_reached = models.BooleanField()
    was_contacted = models.BooleanField(_("Did the unit contact you"), null=True)
    answered = models.CharField(max_length=16, choices=Answered.choices, null=True)
    satisfaction = models.CharField(max_length=16, choices=Satisfaction.choices, null=True)
    note = models.TextField(_("In the caller's words"), blank=True)
    organisation_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("Follow-up")
        triggers = [
            # Article 23: whoever handled it does not ask how well it was handled.
            pgtrigger.Trigger(
                name="follow_up_by_others",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=(
                    "PERFORM 1 FROM cases_workorder WHERE id = NEW.order_id "
                    "AND lead_id = NEW.organisation_id; "
                    "IF FOUND THEN RAISE EXCEPTION 'followed up by its own unit' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'follow_up_by_others'; END IF; "
                    "RETURN NEW;"
                ),
            )
        ]
        constraints = [
            known("follow_up_means_known", "means", Means),
            known("follow_up_answered_known", "answered", Answered),
            known("follow_up_satisfaction_known", "satisfaction", Satisfaction),
            models.CheckConstraint(
                name="follow_up_reached_is_whole",
                condition=models.Q(
                    was_reached=False,
                    was_contacted__isnull=True,
                    answered__isnull=True,
                    satisfaction__isnull=True,
                )
                | models.Q(
                    was_reached=True,
                    was_contacted__isnull=False,
                    answered__isnull=False,
                    satisfaction__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%Y-%m-%d %H:%M}"
