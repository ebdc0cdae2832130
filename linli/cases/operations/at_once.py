"""A request that ends while its caller is still on the line: received, and settled by a branch of article 11."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.choices import Disposition
from linli.cases.events import (
    CaseAnswered,
    CaseDeclined,
    CaseMerged,
    CaseReferred,
    CaseTransferred,
)
from linli.cases.models import Case
from linli.cases.operations.intake import Draft, taken_down
from linli.cases.operations.sorting import LEADS_TO, earlier_case, ending, facts_of, told
from linli.cases.parts import happened, move_case
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.operation import operation

NOTHING_TOLD = Refusal(
    "case.nothing_told",
    _("Write down what the caller is told; without it the case does not end."),
    "told",
)
MOVE_OF: dict[str, str] = {ground: name for name, grounds in LEADS_TO.items() for ground in grounds}
"""By which move each branch ends a case."""
_EVENTS: dict[str, Any] = {
    "answer": CaseAnswered,
    "transfer": CaseTransferred,
    "refer": CaseReferred,
    "merge": CaseMerged,
    "decline": CaseDeclined,
}


@operation(P.RECEIVE)
def settle(
    *,
    actor: Actor,
    draft: Draft,
    disposition: str,
    text: str,
    same_as: str = "",
    on_call: bool = False,
    cites: int | None = None,
) -> Case:
    """Write a request down and end it at once, with what the caller was told. Sent twice it is one case.

    `same_as`: the number of the earlier case, for the same matter; `cites`: the version of the article that the
    caller was told from. Raises RuleBroken as `receive` and the
    moves of each branch do; then nothing is written.
    """
    if not text.strip():
        raise NOTHING_TOLD()
    case, is_new = taken_down(draft, actor=actor, on_call=on_call)
    if not is_new:
        return case
    name = MOVE_OF[disposition]
    same = (
        earlier_case(same_as, than=case.pk, actor=actor)
        if disposition == Disposition.DUPLICATE
        else None
    )
    case, notice = told(case.pk, name, disposition, text, actor=actor, same_as=same, cites=cites)
    move_case(case, name, actor=actor, beside=notice, **ending(notice))
    happened(case, _EVENTS[name](**facts_of(notice)), actor=actor)
    return case
