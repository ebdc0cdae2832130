"""The attachment: a picture of a case, with time and place beside it and never inside it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.cases.attachments.choices import OF_HELPERS, PERSONAL, AttachmentKind, WithdrawReason
from linli.methods.geo import Point
from linli.territory.models import Organisation
from linli.vault.store import Store

STORE = Store("attachments")


class Attachment(models.Model):
    """附件. One picture, kept sealed in STORE under `content` and, made small, under `small`.

    `at` is when it arrived, by the server's clock; the point is where the phone stood, if its owner gave
    it (WGS 84, `accuracy` in metres). The name that the file had is kept nowhere. `upload_key`: the same
    picture sent again from the same form is one. `seq`: the event that tells of it; `nth`: its turn among
    those that came with it, from 1. `task`: the co-task at which somebody who helps took it; `duty_check`: the
    check of a repeated duty.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="attachments")
    order = models.ForeignKey("cases.WorkOrder", models.CASCADE, null=True, related_name="proofs")
    task = models.ForeignKey("cases.CoTask", models.CASCADE, null=True, related_name="photos")
    duty_check = models.ForeignKey(
        "cases.DutyCheck", models.CASCADE, null=True, related_name="photos"
    )
    seq = models.IntegerField()
    nth = models.PositiveSmallIntegerField()
    upload_key = models.UUIDField(unique=True)
    kind = models.CharField(
        _("What the photos show"), max_length=16, choices=AttachmentKind.choices
    )
    is_shared = models.BooleanField(_("Partners may see them"), default=False)
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    accuracy = models.PositiveIntegerField(null=True)
    content = models.CharField(max_length=96, db_collation="C")
    small = models.CharField(max_length=96, db_collation="C")
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.BigIntegerField(null=True)
    withdrawn_why = models.CharField(
        _("Why it is withdrawn"), max_length=16, choices=WithdrawReason.choices, null=True
    )

    class Meta:
        verbose_name = _("Attachment")
        constraints = [
            models.UniqueConstraint(fields=["case", "seq", "nth"], name="attachment_nth"),
            models.CheckConstraint(
                name="attachment_kind_known", condition=models.Q(kind__in=AttachmentKind.values)
            ),
            models.CheckConstraint(
                name="attachment_personal_not_shared",
                condition=models.Q(is_shared=False) | ~models.Q(kind__in=PERSONAL),
            ),
            models.CheckConstraint(
                name="attachment_of_a_task_shows_work",
                condition=models.Q(task__isnull=True)
                | models.Q(order__isnull=False, kind__in=OF_HELPERS),
            ),
            models.CheckConstraint(
                name="attachment_point_is_whole",
                condition=models.Q(
                    latitude__isnull=True, longitude__isnull=True, accuracy__isnull=True
                )
                | models.Q(
                    latitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__isnull=False,
                    longitude__range=(-180, 180),
                    accuracy__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="attachment_withdrawn_is_whole",
                condition=models.Q(
                    withdrawn_at__isnull=True,
                    withdrawn_by__isnull=True,
                    withdrawn_why__isnull=True,
                )
                | models.Q(
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                    withdrawn_why__isnull=False,
                    withdrawn_why__in=WithdrawReason.values,
                ),
            ),
            models.CheckConstraint(
                name="attachment_is_named",
                condition=models.Q(content__regex=r"^[0-9a-f]{64,96}$")
                & models.Q(small__regex=r"^[0-9a-f]{64,96}$"),
            ),
        ]
        indexes = [
            models.Index(fields=["content"], name="attachment_content"),
            models.Index(fields=["small"], name="attachment_small"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def point(self) -> Point | None:
        """Return (longitude, latitude) in WGS 84, or None where none was given."""
        if self.longitude is None or self.latitude is None:
            return None
        return float(self.longitude), float(self.latitude)

    @property
    def is_personal(self) -> bool:
        """Return whether it shows who asked, so that partners never see it."""
        return self.kind in PERSONAL

    @property
    def is_locked(self) -> bool:
        """Return whether it is looked at only for a reason that is kept."""
        return self.kind == AttachmentKind.IDENTITY_PROOF
