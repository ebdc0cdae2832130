"""Steps on attachments that operations share, inside their transaction."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce

from linli.cases.attachments.choices import AttachmentKind
from linli.cases.attachments.models import Attachment


def has_evidence(order: Any) -> bool:
    """Return whether a photo of afterwards stands that is newer than the order's last report.

    What was sent back or is done again is shown anew. Of the unit or of those who helped it.
    """
    last = order.reports.order_by("-at").values("at")[:1]
    after = Attachment.objects.filter(
        order=order, kind=AttachmentKind.AFTER, withdrawn_at__isnull=True
    )
    began = dt.datetime.min.replace(tzinfo=dt.UTC)
    return after.filter(at__gt=Coalesce(Subquery(last), Value(began))).exists()


def forget_attachments(
    case_ids: Collection[int], *, kinds: Collection[str] = AttachmentKind.values
) -> int:
    """Delete the attachments of cases whose time is over; return how many. The sweep removes the files."""
    assert connection.in_atomic_block
    count, _tables = Attachment.objects.filter(case__in=case_ids, kind__in=kinds).delete()
    return count
