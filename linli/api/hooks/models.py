"""Where other systems want to be told, and what is owed to each."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.api.hooks.choices import DeliveryFault, DeliveryState, EndpointKind
from linli.cases.models import Case
from linli.kernel.seal import SEALED, Sealed, seal, unseal


class Endpoint(models.Model):
    """送达地址. An address that a token's owner wants to be told at: of what its token may see, and nothing else.

    `source`: the platform whose results these are. What happens to it stands in its token's stream.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    token = models.ForeignKey(
        "api.AccessToken", models.PROTECT, related_name="endpoints", verbose_name=_("Access token")
    )
    kind = models.CharField(_("What is told"), max_length=8, choices=EndpointKind.choices)
    url = models.CharField(_("Address"), max_length=500)
    source = models.CharField(_("Source"), max_length=32, blank=True)
    secret_sealed = models.BinaryField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Endpoint")
        constraints = [
            models.CheckConstraint(
                name="endpoint_kind_known",
                condition=Q(kind=EndpointKind.EVENTS, source="")
                | Q(kind=EndpointKind.RESULTS) & ~Q(source=""),
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @classmethod
    def sealed(cls, secret: str, **columns: object) -> Self:
        """Return an unsaved endpoint with its secret sealed."""
        row = cls(**columns)
        row.secret_sealed = seal(secret, where=f"endpoint.secret.{row.id}")
        return row

    @property
    def secret(self) -> str:
        return unseal(self.secret_sealed, where=f"endpoint.secret.{self.id}")


SEALED += [
    Sealed(model="api.Endpoint", columns={"secret_sealed": "endpoint.secret"}, indexes={}),
]


class Delivery(models.Model):
    """送达. One happening owed to one endpoint: made once, tried until it arrived or is given up.

    Its key is the other side's key too: what arrives twice (a worker died between the answer and its note) is one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    position = models.BigIntegerField(_("Position"))
    event_id = models.BigIntegerField()
    event = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    fault = models.CharField(max_length=16, choices=DeliveryFault.choices, null=True)
    delivered_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Delivery")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "position"], name="delivery_once"),
            models.CheckConstraint(
                name="delivery_stands_somewhere",
                condition=Q(next_at__isnull=False, delivered_at__isnull=True, dead_at__isnull=True)
                | Q(next_at__isnull=True, delivered_at__isnull=False, dead_at__isnull=True)
                | Q(next_at__isnull=True, delivered_at__isnull=True, dead_at__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_fault_known",
                condition=Q(fault__isnull=True) | Q(fault__in=DeliveryFault.values),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="delivery_due"
            ),
            models.Index(
                fields=["endpoint", "-dead_at"],
                condition=Q(dead_at__isnull=False),
                name="delivery_dead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} at {self.position}"

    @property
    def state(self) -> DeliveryState:
        if self.delivered_at:
            return DeliveryState.DELIVERED
        return DeliveryState.DEAD if self.dead_at else DeliveryState.WAITING
