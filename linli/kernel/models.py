"""The append-only table of what happened, and the outbox that hands it on."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One act. Audit log and outbox at once; ids, codes and numbers only, never personal data.

    No foreign key points here or from here: history never blocks a deletion, and the table can be
    cut into id ranges when it is large.
    """

    name = models.CharField(max_length=64)
    stream_kind = models.CharField(max_length=16)
    stream_id = models.BigIntegerField()
    seq = models.IntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    user_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=16)
    payload = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream_kind", "stream_id", "seq"], name="event_stream_seq"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="event_is_final", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.stream_kind} {self.stream_id} #{self.seq} {self.name}"


class Outbox(models.Model):
    """An event not yet handed on. Written in the event's own transaction, emptied by the drainer."""

    event_id = models.BigIntegerField(unique=True)

    class Meta:
        verbose_name_plural = "outbox"

    def __str__(self) -> str:
        return f"event {self.event_id}"
