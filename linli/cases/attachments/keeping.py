"""Pictures kept with their rows: the step that every operation shares that takes some in, inside its transaction."""

import uuid
from decimal import Decimal
from typing import Any

from linli.cases.attachments.models import STORE, Attachment
from linli.cases.attachments.receiving import Received
from linli.cases.attachments.rules import MOST_A_CASE, MOST_AT_ONCE, TOO_MANY, TOO_MANY_AT_ONCE
from linli.cases.models import Case
from linli.kernel.actor import Actor

Where = tuple[Decimal, Decimal, int]
"""Latitude, longitude (WGS 84) and accuracy in metres."""


def keep_pictures(
    case: Case,
    new: dict[uuid.UUID, Received],
    *,
    actor: Actor,
    where: Where | None,
    **columns: Any,
) -> list[Attachment]:
    """Keep pictures and write their rows, with `columns` equal in all. Raises RuleBroken: too many."""
    if len(new) > MOST_AT_ONCE:
        raise TOO_MANY_AT_ONCE(limit=MOST_AT_ONCE)
    count = Attachment.objects.filter(case=case).count()
    if count + len(new) > MOST_A_CASE:
        raise TOO_MANY(limit=MOST_A_CASE, count=count)
    latitude, longitude, accuracy = where or (None, None, None)
    return Attachment.objects.bulk_create(
        Attachment(
            case=case,
            seq=case.version + 1,
            nth=nth,
            upload_key=key,
            at=actor.now,
            user_id=actor.user_id,
            organisation_id=actor.organisation_id,
            latitude=latitude,
            longitude=longitude,
            accuracy=accuracy,
            content=STORE.keep(one.picture.content),
            small=STORE.keep(one.picture.small),
            size=len(one.picture.content),
            width=one.picture.width,
            height=one.picture.height,
            **columns,
        )
        for nth, (key, one) in enumerate(new.items(), start=1)
    )
