"""What a platform pushed, and what came of it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.cases.models import Case
from linli.kernel.seal import SEALED, Sealed, seal, unseal
from linli.territory.models import Place


class PlatformOrder(models.Model):
    """平台工单. One order of a platform, by its number there: its receipt, what it held last, the case it became.

    `digest`: of the fields as they came last. `stated_at`: when its source last changed it, as far as it says.
    `code`, `row_sealed`: why it was refused last, with what had come; the row is kept for 30 days.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    source = models.CharField(_("Source"), max_length=32)
    number = models.CharField(_("Number at the source"), max_length=64, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="+")
    digest = models.BinaryField(max_length=32)
    stated_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(_("Received at"))
    pushed_at = models.DateTimeField()
    push_count = models.PositiveIntegerField(default=1)
    change_count = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)
    row_sealed = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("Order of the platform")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "number"],
                condition=~Q(number=""),
                name="platform_order_number",
            ),
            models.UniqueConstraint(
                fields=["source", "digest"],
                condition=Q(number=""),
                name="platform_order_unnumbered",
            ),
            models.CheckConstraint(
                name="platform_order_taken_or_refused",
                condition=Q(case__isnull=False) | ~Q(code=""),
            ),
            models.CheckConstraint(
                name="platform_order_row_with_reason",
                condition=Q(row_sealed__isnull=True) | ~Q(code=""),
            ),
            models.CheckConstraint(
                name="platform_order_pushed_later", condition=Q(pushed_at__gte=F("received_at"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["source", "-pushed_at"],
                condition=~Q(code=""),
                name="platform_order_refused",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.number}"

    def refuse(self, code: str, text: str) -> None:
        """Keep why, and the row with the reason in both languages as JSON, sealed."""
        self.code = code
        self.row_sealed = seal(text, where=f"platform_order.row.{self.id}")

    @property
    def text(self) -> str:
        if self.row_sealed is None:
            return ""
        return unseal(self.row_sealed, where=f"platform_order.row.{self.id}")


SEALED += [
    Sealed(model="api.PlatformOrder", columns={"row_sealed": "platform_order.row"}, indexes={}),
]
