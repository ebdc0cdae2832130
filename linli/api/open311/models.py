"""What Open311 keeps of a request beside the case."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.cases.models import Case


class SentRequest(models.Model):
    """开放接口来件. A request that came by Open311: the token told for it, and the point that was sent (WGS-84).

    `is_batch`: its number is told by the token only once somebody has sorted it.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="+")
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    is_batch = models.BooleanField(default=False)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True)

    class Meta:
        verbose_name = _("Request by Open311")
        constraints = [
            models.CheckConstraint(
                name="sent_request_point_is_whole",
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(-180, 180),
                    latitude__range=(-90, 90),
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.token)
