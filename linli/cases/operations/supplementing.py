"""More comes to be known of a case after it was received."""

import uuid

from django.utils.translation import gettext_lazy as _

from linli.cases.events import CaseSupplemented
from linli.cases.flows import ENDED
from linli.cases.models import Case, Supplement
from linli.cases.parts import happened
from linli.cases.permissions import CasePermission as P
from linli.cases.rules import check_words
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.operation import operation
from linli.methods.language.normal import clean_words
from linli.methods.language.personal import find_personal

ENDED_ALREADY = Refusal(
    "supplement.ended_already",
    _("This case has ended. Ask the hotline to open it again, or send a new request."),
)
HOLDS_PERSONAL = Refusal(
    "supplement.holds_personal",
    _("“%(found)s” is personal data. Leave it out: who asked is kept with the case already."),
    "words",
)


@operation(P.RECEIVE)
def supplement(*, actor: Actor, case_id: int, words: str, form_key: uuid.UUID) -> Supplement:
    """Add a fact to a case. The same `form_key` again adds nothing.

    Raises Case.DoesNotExist outside the scope; RuleBroken: empty or overlong words, personal data in them, a
    case that has ended.
    """
    case = Case.objects.locked(case_id, actor=actor, permission=P.RECEIVE)
    before = Supplement.objects.filter(case=case, form_key=form_key).first()
    if before is not None:
        return before
    words = clean_words(words)
    check_words(words)
    if case.state in ENDED:
        raise ENDED_ALREADY()
    if found := find_personal(words):
        raise HOLDS_PERSONAL(found=found[0].text)
    added = Supplement.objects.create(
        case=case, at=actor.now, user_id=actor.user_id, words=words, form_key=form_key
    )
    happened(case, CaseSupplemented(case_id=case.pk, supplement_id=added.pk), actor=actor)
    return added
