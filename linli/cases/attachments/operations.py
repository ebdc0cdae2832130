"""Writes of attachments: adding, sharing, withdrawing, looking at a proof of identity."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from linli.cases.attachments.choices import OF_THE_UNIT
from linli.cases.attachments.events import (
    AttachmentShared,
    AttachmentWithdrawn,
    CaseAttached,
    IdentityLookedAt,
)
from linli.cases.attachments.models import STORE, Attachment
from linli.cases.attachments.receiving import Received
from linli.cases.attachments.rules import (
    CASE_CLOSED,
    MOST_A_CASE,
    MOST_AT_ONCE,
    NOT_YOUR_ATTACHMENT,
    TOO_MANY,
    TOO_MANY_AT_ONCE,
    check_kind,
    check_withdrawal,
)
from linli.cases.flows import ENDED
from linli.cases.models import Case, Unmasking
from linli.cases.parts import happened, locked_order
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.operations import IDENTITY_HIDDEN, reason_of
from linli.cases.privacy.rules import is_hidden_from
from linli.kernel.actor import Actor
from linli.kernel.events import Code
from linli.kernel.operation import operation

Where = tuple[Decimal, Decimal, int]
"""Latitude, longitude (WGS 84) and accuracy in metres."""


@operation(P.ATTACH)
def attach(
    *,
    actor: Actor,
    case_id: int,
    kind: str,
    pictures: Sequence[Received],
    form_key: uuid.UUID,
    is_shared: bool = False,
    where: Where | None = None,
) -> list[Attachment]:
    """Add pictures to a case; return those of this form, also when some were there already.

    The same form sent again (a dead connection, a double click) adds only what had not arrived. Raises
    RuleBroken: a kind that is not this unit's, too many, a closed case.
    """
    case, order = locked_order(case_id, actor=actor, permission=P.ATTACH)
    sent = {_key_of(form_key, case, kind, one): one for one in pictures}
    known = {row.upload_key: row for row in Attachment.objects.filter(upload_key__in=sent)}
    new = {key: one for key, one in sent.items() if key not in known}
    if not new:
        return list(known.values())
    if case.state in ENDED:
        raise CASE_CLOSED()
    check_kind(kind, order, organisation_id=actor.organisation_id, is_shared=is_shared)
    if len(new) > MOST_AT_ONCE:
        raise TOO_MANY_AT_ONCE(limit=MOST_AT_ONCE)
    count = Attachment.objects.filter(case=case).count()
    if count + len(new) > MOST_A_CASE:
        raise TOO_MANY(limit=MOST_A_CASE, count=count)
    latitude, longitude, accuracy = where or (None, None, None)
    rows = Attachment.objects.bulk_create(
        Attachment(
            case=case,
            order=order if kind in OF_THE_UNIT else None,
            seq=case.version + 1,
            nth=nth,
            upload_key=key,
            kind=kind,
            is_shared=is_shared,
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
        )
        for nth, (key, one) in enumerate(new.items(), start=1)
    )
    happened(
        case,
        CaseAttached(
            case_id=case.pk,
            kind=Code(kind),
            count=len(rows),
            is_shared=is_shared,
            has_point=where is not None,
        ),
        actor=actor,
    )
    return [*known.values(), *rows]


def _key_of(form: uuid.UUID, case: Case, kind: str, one: Received) -> uuid.UUID:
    return uuid.uuid5(form, f"{case.pk} {kind} {one.sent}")


@operation(P.ATTACH)
def share_attachment(
    *, actor: Actor, case_id: int, attachment_id: uuid.UUID, is_shared: bool
) -> Attachment:
    """Let partners see a picture, or no longer. Said again, it changes nothing. Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.ATTACH)
    found = _standing(case, attachment_id)
    if found.organisation_id != actor.organisation_id:
        raise NOT_YOUR_ATTACHMENT()
    if found.is_shared == is_shared:
        return found
    check_kind(found.kind, order, organisation_id=actor.organisation_id, is_shared=is_shared)
    found.is_shared = is_shared
    Attachment.objects.filter(pk=found.pk).update(is_shared=is_shared)
    event = AttachmentShared(case_id=case.pk, attachment=Code(str(found.pk)), is_shared=is_shared)
    happened(case, event, actor=actor)
    return found


@operation(P.ATTACH)
def withdraw_attachment(
    *, actor: Actor, case_id: int, attachment_id: uuid.UUID, why: str
) -> Attachment:
    """Hide a picture from everybody; it is kept until the case's time is over. Raises RuleBroken."""
    case, order = locked_order(case_id, actor=actor, permission=P.ATTACH)
    found = Attachment.objects.get(case=case, pk=attachment_id)
    check_withdrawal(
        found,
        organisation_id=actor.organisation_id,
        reported_at=order.reported_at if order else None,
    )
    written: dict[str, Any] = {
        "withdrawn_at": actor.now,
        "withdrawn_by": actor.user_id,
        "withdrawn_why": why,
        "is_shared": False,
    }
    for column, value in written.items():
        setattr(found, column, value)
    Attachment.objects.filter(pk=found.pk).update(**written)
    event = AttachmentWithdrawn(case_id=case.pk, attachment=Code(str(found.pk)), why=Code(why))
    happened(case, event, actor=actor)
    return found


@operation(P.UNMASK)
def look_at_identity(
    *, actor: Actor, case_id: int, attachment_id: uuid.UUID, reason: str
) -> Attachment:
    """Return a proof of identity for showing it once, leaving who looked and why. Raises RuleBroken."""
    case, _order = locked_order(case_id, actor=actor, permission=P.UNMASK)
    found = _standing(case, attachment_id)
    if not found.is_locked:
        raise Attachment.DoesNotExist
    if is_hidden_from(case, actor):
        raise IDENTITY_HIDDEN()
    why = reason_of(reason)
    assert actor.user_id is not None
    looked = Unmasking.objects.create(case=case, at=actor.now, user_id=actor.user_id, reason=why)
    event = IdentityLookedAt(
        case_id=case.pk, attachment=Code(str(found.pk)), unmasking_id=looked.pk
    )
    happened(case, event, actor=actor)
    return found


def _standing(case: Case, attachment_id: uuid.UUID) -> Attachment:
    """Return an attachment of the locked case that is not withdrawn. Raises Attachment.DoesNotExist."""
    return Attachment.objects.get(case=case, pk=attachment_id, withdrawn_at__isnull=True)
