"""Rules of attachments, pure: who adds which kind, when one may still be taken back."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.attachments.choices import OF_HELPERS, OF_THE_UNIT, PERSONAL, AttachmentKind
from linli.kernel.errors import Refusal

MOST_AT_ONCE = 9
MOST_A_CASE = 60
"""Pictures of one case, withdrawn ones among them: enough for a long one, too few for a dump."""

PROOF_OF_OTHERS = Refusal(
    "attachment.proof_of_others",
    _(
        "Only the unit that has the order in hand adds proof of its work. Choose “From the caller”, or "
        "ask that unit."
    ),
    "kind",
)
NOT_SHAREABLE = Refusal(
    "attachment.not_shareable",
    _("Photos of this kind show who asked, so partners never see them. Leave the tick out."),
    "is_shared",
)
CASE_CLOSED = Refusal(
    "attachment.case_closed",
    _("The case is closed; nothing is added to it any more. Something new is a case of its own."),
)
TOO_MANY = Refusal(
    "attachment.too_many",
    _(
        "A case keeps at most %(limit)s photos, and this one has %(count)s. Choose those that say most."
    ),
    "photos",
)
TOO_MANY_AT_ONCE = Refusal(
    "attachment.too_many_at_once",
    _("At most %(limit)s photos go at once. Send these in two or three turns."),
    "photos",
)
NOT_OF_A_TASK = Refusal(
    "attachment.not_of_a_task",
    _("At a task only photos of before and after handling are added. Choose one of the two."),
    "kind",
)
TASK_ENDED = Refusal(
    "attachment.task_ended",
    _(
        "This task has ended; nothing is added to it any more. Send the photos to the unit that asked you."
    ),
)
NOT_YOUR_ATTACHMENT = Refusal(
    "attachment.not_yours",
    _("Another unit added this photo. Only its own people withdraw it or change who sees it."),
)
EVIDENCE_STANDS = Refusal(
    "attachment.evidence_stands",
    _(
        "The report to the caller rests on this photo, so it stays. Add a better one and say so in "
        "the reply."
    ),
)
WITHDRAWN_ALREADY = Refusal(
    "attachment.withdrawn_already",
    _("This photo has been withdrawn already. There is nothing left to do."),
)


def kinds_for(order: Any, *, organisation_id: int | None) -> list[AttachmentKind]:
    """Return the kinds that somebody of an organisation may add to a case with this lead order."""
    has_it_in_hand = order is not None and order.lead_id == organisation_id
    return [kind for kind in AttachmentKind if has_it_in_hand or kind not in OF_THE_UNIT]


def check_kind(kind: str, order: Any, *, organisation_id: int | None, is_shared: bool) -> None:
    """Raise PROOF_OF_OTHERS or NOT_SHAREABLE."""
    if kind not in kinds_for(order, organisation_id=organisation_id):
        raise PROOF_OF_OTHERS()
    if is_shared and kind in PERSONAL:
        raise NOT_SHAREABLE()


def check_helpers_kind(kind: str, task: Any) -> None:
    """Raise TASK_ENDED or NOT_OF_A_TASK."""
    if not task.is_open:
        raise TASK_ENDED()
    if kind not in OF_HELPERS:
        raise NOT_OF_A_TASK()


def check_withdrawal(
    attachment: Any, *, organisation_id: int | None, reported_at: dt.datetime | None
) -> None:
    """Raise NOT_YOUR_ATTACHMENT, WITHDRAWN_ALREADY or EVIDENCE_STANDS."""
    if attachment.organisation_id != organisation_id:
        raise NOT_YOUR_ATTACHMENT()
    if attachment.withdrawn_at is not None:
        raise WITHDRAWN_ALREADY()
    if attachment.kind in OF_THE_UNIT and reported_at and attachment.at <= reported_at:
        raise EVIDENCE_STANDS()
