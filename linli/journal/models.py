"""Where each event stands in the one order, and how far each follower has read."""

import pgtrigger
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

# The rows of one statement must go on from the last position without a gap. Read once a statement. The table is
# named with its schema: while a dump is restored no schema is searched.
_GAPLESS = """
    IF (SELECT min(position) <> 1 + coalesce((SELECT max(o.position) FROM public.journal_eventorder o
                WHERE o.position < (SELECT min(n.position) FROM added n)), 0)
            OR max(position) - min(position) + 1 <> count(*) FROM added) THEN
        RAISE EXCEPTION 'positions go on without a gap' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
"""


class EventOrder(models.Model):
    """次序. One sealed event: its position, its leaf, the tree's node that ends here, its link.

    Written by the drainer only, never changed. No foreign key: history never blocks a deletion.
    """

    position = models.BigIntegerField(_("Position"), primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    leaf = models.BinaryField(max_length=32)
    node = models.BinaryField(max_length=32)
    link = models.BinaryField(max_length=32)
    key_id = models.SmallIntegerField()

    class Meta:
        verbose_name = _("Place in the order")
        verbose_name_plural = _("Places in the order")
        constraints = [
            models.CheckConstraint(
                name="event_order_is_whole",
                condition=models.Q(position__gt=0)
                & models.Q(models.lookups.Exact(Length("leaf"), 32))
                & models.Q(models.lookups.Exact(Length("node"), 32))
                & models.Q(models.lookups.Exact(Length("link"), 32)),
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="event_order_is_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="event_order_is_gapless",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="added"),
                func=_GAPLESS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: event {self.event_id}"


class Cursor(models.Model):
    """游标. How far one subscriber has read. Moved in the transaction of what it wrote."""

    name = models.CharField(_("Subscriber"), max_length=64, primary_key=True)
    position = models.BigIntegerField(_("Position"))
    moved_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=64, blank=True)
    failure_count = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("Cursor")
        verbose_name_plural = _("Cursors")
        constraints = [
            models.CheckConstraint(
                name="cursor_position_known", condition=models.Q(position__gte=0)
            ),
            models.CheckConstraint(
                name="cursor_failure_is_whole",
                condition=models.Q(failed_at__isnull=True, failure="", failure_count=0)
                | models.Q(failed_at__isnull=False, failure_count__gt=0) & ~models.Q(failure=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"


class RecordCheck(models.Model):
    """校验. One check of the whole record: when, how far, and how much was wrong."""

    at = models.DateTimeField(_("Checked"))
    last_position = models.BigIntegerField(_("Position"))
    fault_count = models.IntegerField(_("Faults"))

    class Meta:
        verbose_name = _("Check of the record")
        verbose_name_plural = _("Checks of the record")
        indexes = [models.Index(fields=["-at"], name="record_check_newest")]
        constraints = [
            models.CheckConstraint(
                name="record_check_counts",
                condition=models.Q(last_position__gte=0, fault_count__gte=0),
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="record_check_is_final", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.fault_count} faults up to {self.last_position}"
