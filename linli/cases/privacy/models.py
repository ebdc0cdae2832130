"""What people ask about their own data, kept as a row for each case: what, by whom it was done, how they were known."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.cases.privacy.choices import Known, Right


class RightsRequest(models.Model):
    """本人请求. A person asked for a copy, a correction or the deletion of what is kept of her; done at `at`.

    Without personal data: neither what was handed out nor what stood there before. Source: PIPL, articles 45-47 and 50.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="rights_requests")
    at = models.DateTimeField()
    user_id = models.BigIntegerField()
    right = models.CharField(_("What is asked for"), max_length=16, choices=Right.choices)
    known_by = models.CharField(
        _("How you know that it is she"), max_length=16, choices=Known.choices
    )

    class Meta:
        verbose_name = _("Request of the person")
        constraints = [
            models.CheckConstraint(
                name="rights_right_known", condition=models.Q(right__in=Right.values)
            ),
            models.CheckConstraint(
                name="rights_known_by_known", condition=models.Q(known_by__in=Known.values)
            ),
        ]
        triggers = [pgtrigger.Protect(name="rights_request_is_final", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.right}"
