"""The export: what was asked, by whom, and what became of it."""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.cases import flows
from linli.cases.catalogue.models import Category
from linli.cases.exporting.choices import ExportFault, ExportFormat, ExportList, ExportState
from linli.kernel.ids import make_number, show_number
from linli.territory.models import Place
from linli.vault.store import Store

STORE = Store("exports")


class Export(models.Model):
    """导出. A list of cases asked for as a file. Root of its own event stream.

    The rows are those that `user_id` may export when the file is made, not when it was asked for. The words that
    were searched for are kept no longer than the file.
    `beat_at`: the last sign of life of who makes it. `removed_at`: its file is gone, at `expires_at` or later.
    """

    form_key = models.UUIDField(unique=True, default=uuid.uuid4)
    version = models.IntegerField(default=1)
    user_id = models.BigIntegerField()
    asked_at = models.DateTimeField()
    format = models.CharField(_("File format"), max_length=8, choices=ExportFormat.choices)
    language = models.CharField(max_length=16)
    list_asked = models.CharField(
        _("Which cases"), max_length=16, choices=ExportList.choices, blank=True, default=""
    )
    words_asked = models.CharField(_("Words"), max_length=200, blank=True, default="")
    state_asked = models.CharField(_("State"), max_length=32, null=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="+", verbose_name=_("Category")
    )
    place = models.ForeignKey(Place, models.PROTECT, null=True, verbose_name=_("Place"))
    received_from = models.DateTimeField(_("Received from"), null=True)
    received_to = models.DateTimeField(_("Received until"), null=True)
    is_personal = models.BooleanField(_("With names and numbers"), default=False)
    reason = models.CharField(_("Why you need it"), max_length=200, blank=True)

    attempt_count = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    total_count = models.PositiveIntegerField(null=True)
    done_count = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    content = models.CharField(max_length=96, null=True, db_collation="C")
    size = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=16, choices=ExportFault.choices, null=True)
    removed_at = models.DateTimeField(null=True)
    download_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("Export")
        constraints = [
            models.CheckConstraint(
                name="export_format_known", condition=models.Q(format__in=ExportFormat.values)
            ),
            models.CheckConstraint(
                name="export_list_known", condition=models.Q(list_asked__in=ExportList.values)
            ),
            models.CheckConstraint(
                name="export_words_go_with_file",
                condition=models.Q(words_asked="")
                | models.Q(removed_at__isnull=True, failed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="export_personal_has_reason",
                condition=models.Q(is_personal=False) | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="export_from_before_to",
                condition=models.Q(received_to__isnull=True)
                | models.Q(received_from__isnull=True)
                | models.Q(received_to__gt=models.F("received_from")),
            ),
            models.CheckConstraint(
                name="export_finished_is_whole",
                condition=models.Q(
                    finished_at__isnull=True,
                    content__isnull=True,
                    size__isnull=True,
                    expires_at__isnull=True,
                    removed_at__isnull=True,
                )
                | models.Q(
                    begun_at__isnull=False,
                    finished_at__isnull=False,
                    content__isnull=False,
                    content__regex=r"^[0-9a-f]{64,96}$",
                    size__isnull=False,
                    expires_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="export_fault_is_whole",
                condition=models.Q(failed_at__isnull=True, fault__isnull=True)
                | models.Q(
                    failed_at__isnull=False,
                    fault__isnull=False,
                    fault__in=ExportFault.values,
                    finished_at__isnull=True,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["user_id", "-asked_at"], name="export_of_user"),
            models.Index(
                fields=["asked_at"],
                condition=models.Q(finished_at__isnull=True, failed_at__isnull=True),
                name="export_to_make",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(finished_at__isnull=False, removed_at__isnull=True),
                name="export_to_remove",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_number

    @property
    def number(self) -> str:
        """Return the number that stands in the file and is read aloud."""
        return make_number(year=timezone.localtime(self.asked_at).year, counter=self.pk)

    @property
    def shown_number(self) -> str:
        return show_number(self.number)

    @property
    def state(self) -> ExportState:
        if self.removed_at:
            return ExportState.GONE
        if self.finished_at:
            return ExportState.READY
        if self.failed_at:
            return ExportState.FAILED
        return ExportState.RUNNING if self.begun_at else ExportState.WAITING

    @property
    def state_label(self) -> Any:
        """Return the words of the state of cases that was asked for, or None for all."""
        flow, _colon, code = (self.state_asked or "").rpartition(":")
        if not code:
            return None
        return (flows.ORDER if flow == "order" else flows.CASE).state(code).label

    @property
    def share_done(self) -> float:
        """Return the share of the rows that is written, 0 to 1."""
        return self.done_count / self.total_count if self.total_count else 0.0
