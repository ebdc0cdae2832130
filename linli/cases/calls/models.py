"""The call."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.cases.calls.choices import CallState


class Interaction(models.Model):
    """通话. One call at a seat of the hotline. Root of its own event stream.

    `rang_at` is None where nobody noted the ringing, `answered_at` where nobody answered. `talk_ended_at`: both
    hung up. `ended_at`: all is written down, and the operator is free. `case`: the first that came of it.
    """

    version = models.IntegerField(default=1)
    user_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    rang_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    talk_ended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    case = models.ForeignKey("cases.Case", models.SET_NULL, null=True, related_name="calls")

    class Meta:
        verbose_name = _("Call")
        constraints = [
            models.CheckConstraint(
                name="call_has_begun",
                condition=models.Q(rang_at__isnull=False) | models.Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="call_in_order",
                condition=(
                    models.Q(rang_at__isnull=True)
                    | models.Q(answered_at__isnull=True)
                    | models.Q(answered_at__gte=models.F("rang_at"))
                )
                & (
                    models.Q(talk_ended_at__isnull=True)
                    | models.Q(talk_ended_at__gte=models.F("answered_at"))
                )
                & (
                    models.Q(talk_ended_at__isnull=True)
                    | models.Q(ended_at__isnull=True)
                    | models.Q(ended_at__gte=models.F("talk_ended_at"))
                ),
            ),
            # Nobody talked without answering, and nobody is done while still talking.
            models.CheckConstraint(
                name="call_ends_after_its_talk",
                condition=models.Q(answered_at__isnull=True, talk_ended_at__isnull=True)
                | models.Q(answered_at__isnull=False)
                & (models.Q(ended_at__isnull=True) | models.Q(talk_ended_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["user_id"],
                condition=models.Q(ended_at__isnull=True),
                name="call_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["user_id", "-answered_at"], name="call_of_operator"),
            models.Index(fields=["organisation_id", "-answered_at"], name="call_of_hotline"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.rang_at or self.answered_at}"

    @property
    def state(self) -> CallState:
        if self.ended_at is not None:
            return CallState.ENDED
        if self.answered_at is None:
            return CallState.RINGING
        return CallState.TALKING if self.talk_ended_at is None else CallState.WRITING

    @property
    def since(self) -> dt.datetime:
        """Return since when it stands as it does."""
        moment = self.ended_at or self.talk_ended_at or self.answered_at or self.rang_at
        assert moment is not None, "a call has rung or was answered (CHECK)"
        return moment
