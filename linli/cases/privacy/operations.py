"""Writes about a case's personal data."""

from django.utils.translation import gettext_lazy as _

from linli.accounts.door.rules import require_fresh_proof
from linli.cases.events import RequesterUnmasked, SharedTextWritten
from linli.cases.models import Case, Requester, Unmasking
from linli.cases.parts import happened, locked_order
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.parts import is_shared, who_asked_in
from linli.cases.privacy.rules import is_hidden_from
from linli.cases.privacy.wall import requester_of
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.operation import operation
from linli.methods.language.normal import clean_words
from linli.methods.language.personal import find_personal, take_out

REASON_NEEDED = Refusal(
    "requester.reason_needed",
    _("Say why you need the name and number. The reason is kept with your name and the time."),
    "reason",
)
IDENTITY_HIDDEN = Refusal(
    "requester.identity_hidden",
    _(
        "The caller asked not to be named outside the hotline. Ask the hotline centre to pass on what you "
        "need to know, and answer through them."
    ),
    "reason",
)
NOBODY_LEFT = Refusal(
    "requester.nobody_left",
    _("Name and number are no longer kept: their time was over, and they have been deleted."),
    "reason",
)
SHARED_HOLDS_PERSONAL = Refusal(
    "case.shared_holds_personal",
    _(
        "“%(found)s” tells who asked. Partners may not read that: take it out, or write only the place and "
        "what is to be done."
    ),
    "shared_text",
)
SHARED_EMPTY = Refusal(
    "case.shared_empty",
    _("There are no words yet. Write the place and what is to be done, even in one sentence."),
    "shared_text",
)
CASE_IS_HIDDEN = Refusal(
    "case.is_hidden",
    _(
        "This case is confidential as a whole: no partner reads any of it, so there is nothing to write."
    ),
)


def reason_of(reason: str, *, known: tuple[str, ...] = ()) -> str:
    """Return why somebody looks, without personal data, as it is kept. Raises REASON_NEEDED."""
    why = clean_words(reason)
    if not why:
        raise REASON_NEEDED()
    return take_out(why, find_personal(why, known=known))[:200]


@operation(P.UNMASK)
def unmask(*, actor: Actor, case_id: int, reason: str) -> Requester:
    """Return the requester for reading, once, leaving who looked, when and why. Raises RuleBroken, ProofNeeded.

    The reason is kept without personal data: whoever is looked at may read it, and so may an auditor.
    """
    case, _order = locked_order(case_id, actor=actor, permission=P.UNMASK)
    if is_hidden_from(case, actor):
        raise IDENTITY_HIDDEN()
    if not clean_words(reason):
        raise REASON_NEEDED()
    require_fresh_proof(actor)
    shown = requester_of(case.pk, actor=actor, permission=P.UNMASK)
    if shown is None:
        raise NOBODY_LEFT()
    assert actor.user_id is not None
    why = reason_of(reason, known=(shown.name,))
    looked = Unmasking.objects.create(case=case, at=actor.now, user_id=actor.user_id, reason=why)
    happened(case, RequesterUnmasked(case_id=case.pk, unmasking_id=looked.pk), actor=actor)
    return shown


@operation(P.SHARE)
def write_shared_text(*, actor: Actor, case_id: int, shared_text: str) -> Case:
    """Write anew what partners may read. Raises RuleBroken; Case.DoesNotExist outside the scope.

    Source: the property manager who passed on an order with the complainant's number (Baoshan, 2026): what
    leaves the community's hands must not name who asked.
    """
    case, _order = locked_order(case_id, actor=actor, permission=P.SHARE)
    if not is_shared(case):
        raise CASE_IS_HIDDEN()
    text = clean_words(shared_text)
    if not text:
        raise SHARED_EMPTY()
    if found := who_asked_in(text, case=case, actor=actor, permission=P.SHARE):
        raise SHARED_HOLDS_PERSONAL(found=found)
    case.shared_text = text
    Case.objects.filter(pk=case.pk).update(shared_text=text)
    happened(case, SharedTextWritten(case_id=case.pk, length=len(text)), actor=actor)
    return case
