"""Steps on attachments that operations share, inside their transaction."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection

from linli.cases.attachments.choices import AttachmentKind
from linli.cases.attachments.models import Attachment


def has_evidence(order: Any, *, since: dt.datetime | None = None) -> bool:
    """Return whether the order's unit has shown its work: a photo of afterwards that stands.

    `since` asks for one that arrived later, for work that was sent back.
    """
    after = Attachment.objects.filter(
        order=order, kind=AttachmentKind.AFTER, withdrawn_at__isnull=True
    )
    return (after.filter(at__gt=since) if since else after).exists()


def forget_attachments(
    case_ids: Collection[int], *, kinds: Collection[str] = AttachmentKind.values
) -> int:
    """Delete the attachments of cases whose time is over; return how many. The sweep removes the files."""
    assert connection.in_atomic_block
    count, _tables = Attachment.objects.filter(case__in=case_ids, kind__in=kinds).delete()
    return count
