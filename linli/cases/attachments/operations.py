"""Writes of attachments: adding, sharing, withdrawing, looking at a proof of identity."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from linli.accounts.door.rules import require_fresh_proof
from linli.cases.attachments.choices import OF_THE_UNIT
from linli.cases.attachments.events import (
    AttachmentShared,
    AttachmentWithdrawn,
    CaseAttached,
    IdentityLookedAt,
    TaskAttached,
)
from linli.cases.attachments.keeping import Where, keep_pictures
from linli.cases.attachments.models import Attachment
from linli.cases.attachments.receiving import Received
from linli.cases.attachments.rules import (
    CASE_CLOSED,
    NOT_YOUR_ATTACHMENT,
    check_helpers_kind,
    check_kind,
    check_withdrawal,
)
from linli.cases.flows import ENDED
from linli.cases.guards import of_tasked_unit
from linli.cases.models import Case, Unmasking
from linli.cases.parts import happened, locked_order, locked_task
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.operations import IDENTITY_HIDDEN, reason_of
from linli.cases.privacy.rules import is_hidden_from
from linli.kernel.actor import Actor
from linli.kernel.events import Code
from linli.kernel.operation import operation


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
    known, new = _new_ones(case, pictures, kind=kind, form_key=form_key)
    if not new:
        return known
    if case.state in ENDED:
        raise CASE_CLOSED()
    check_kind(kind, order, organisation_id=actor.organisation_id, is_shared=is_shared)
    proves = order if kind in OF_THE_UNIT else None
    rows = keep_pictures(
        case, new, actor=actor, where=where, kind=kind, order=proves, is_shared=is_shared
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
    return [*known, *rows]


@operation(P.TASK)
def attach_to_task(
    *,
    actor: Actor,
    task_id: int,
    kind: str,
    pictures: Sequence[Received],
    form_key: uuid.UUID,
    where: Where | None = None,
) -> list[Attachment]:
    """Add pictures of before or after at a co-task, by whoever helps; else as `attach`.

    The lead sees them in the case, other partners do not. Raises CoTask.DoesNotExist, RuleBroken.
    """
    case, task = locked_task(task_id, actor=actor)
    refusal = of_tasked_unit(task, actor)
    if refusal is not None:
        raise refusal
    known, new = _new_ones(case, pictures, kind=kind, form_key=form_key)
    if not new:
        return known
    check_helpers_kind(kind, task)
    rows = keep_pictures(
        case, new, actor=actor, where=where, kind=kind, order=task.order, task=task
    )
    happened(
        case,
        TaskAttached(
            order_id=task.order_id,
            task_id=task.pk,
            unit_id=task.organisation_id,
            kind=Code(kind),
            count=len(rows),
            has_point=where is not None,
        ),
        actor=actor,
    )
    return [*known, *rows]


def _new_ones(
    case: Case, pictures: Sequence[Received], *, kind: str, form_key: uuid.UUID
) -> tuple[list[Attachment], dict[uuid.UUID, Received]]:
    """Return which pictures of the form are there already, and those that are not, by their keys."""
    sent = {_key_of(form_key, case, kind, one): one for one in pictures}
    known = {row.upload_key: row for row in Attachment.objects.filter(upload_key__in=sent)}
    return list(known.values()), {key: one for key, one in sent.items() if key not in known}


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
    _withdraw(case, found, why=why, reported_at=order.reported_at if order else None, actor=actor)
    return found


@operation(P.TASK)
def withdraw_from_task(
    *, actor: Actor, task_id: int, attachment_id: uuid.UUID, why: str
) -> Attachment:
    """Hide a picture that one's own unit added at a co-task. Raises RuleBroken, DoesNotExist of either."""
    case, task = locked_task(task_id, actor=actor)
    found = Attachment.objects.get(task=task, pk=attachment_id)
    _withdraw(case, found, why=why, reported_at=task.order.reported_at, actor=actor)
    return found


def _withdraw(
    case: Case,
    found: Attachment,
    *,
    why: str,
    reported_at: dt.datetime | None,
    actor: Actor,
) -> None:
    check_withdrawal(found, organisation_id=actor.organisation_id, reported_at=reported_at)
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


@operation(P.UNMASK)
def look_at_identity(
    *, actor: Actor, case_id: int, attachment_id: uuid.UUID, reason: str
) -> Attachment:
    """Return a proof of identity for showing it once, leaving who looked and why. Raises RuleBroken, ProofNeeded."""
    case, _order = locked_order(case_id, actor=actor, permission=P.UNMASK)
    found = _standing(case, attachment_id)
    if not found.is_locked:
        raise Attachment.DoesNotExist
    if is_hidden_from(case, actor):
        raise IDENTITY_HIDDEN()
    why = reason_of(reason)
    require_fresh_proof(actor)
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
