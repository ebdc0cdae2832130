"""What becomes of a request: on to dispatch, or one of the branches of article 11; and opened again.

The branches (Beijing's regulation of 2021-09-24, article 11) end a request without an order. Each keeps the
notice that the caller was told; none is taken without one.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.choices import Disposition
from linli.cases.events import (
    CaseAnswered,
    CaseConsulted,
    CaseDeclined,
    CaseMerged,
    CaseReferred,
    CaseReopened,
    CaseTransferred,
    CaseTriaged,
    ConsultationAnswered,
)
from linli.cases.flows import CASE
from linli.cases.models import Case, Consultation, Notice
from linli.cases.parts import (
    decided_already,
    happened,
    locked_order,
    move_case,
    require_case,
)
from linli.cases.permissions import CasePermission as P
from linli.cases.queries import units_around
from linli.cases.rules import CONSULT_AT_MOST
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code
from linli.kernel.operation import operation
from linli.knowledge.models import ArticleVersion
from linli.knowledge.queries import answer_in_force
from linli.territory.models import day_of

UNKNOWN_CASE = Refusal(
    "case.same_as_unknown",
    _("No case with this number within your area. Look the earlier case up first."),
    "same_as",
)
SAME_CASE = Refusal(
    "case.same_as_itself",
    _("This is the number of this very case. Give the earlier one's."),
    "same_as",
)
WRONG_BRANCH = Refusal(
    "case.wrong_branch",
    _("This ground does not lead there. Choose the ground anew."),
    "disposition",
)
NOT_AROUND = Refusal(
    "case.unit_not_around",
    _("This unit does not serve “%(place)s”. Choose one of the units listed."),
    "unit",
)
NOT_ASKED = Refusal(
    "case.not_asked", _("Your unit was not asked about this case, or the time to answer is over.")
)
NOT_TOLD = Refusal(
    "case.article_not_told",
    _(
        "The article that you read out is not in force here any more. Look at the answer again, or write it in "
        "your own words."
    ),
    "told",
)
LEADS_TO = {
    "answer": (Disposition.ANSWER_NOW,),
    "transfer": (Disposition.EMERGENCY_LINE,),
    "refer": (Disposition.STATUTORY_ROUTE, Disposition.PETITION_OPEN, Disposition.BEYOND_DUTY),
    "merge": (Disposition.DUPLICATE,),
    "decline": (Disposition.SECRET, Disposition.UNLAWFUL),
}
"""Which branches each move stands for."""


@operation(P.TRIAGE)
def triage(*, actor: Actor, case_id: int, kind: str, urgency: str) -> Case:
    """Hand a case on to dispatch, with its kind and urgency put right. Raises RuleBroken."""
    case, _order = locked_order(case_id, actor=actor, permission=P.TRIAGE)
    move_case(case, "triage", actor=actor, kind=kind, urgency=urgency)
    told = CaseTriaged(case_id=case.pk, kind=Code(kind), urgency=Code(urgency))
    happened(case, told, actor=actor)
    return case


@operation(P.DISPATCH)
def consult(*, actor: Actor, case_id: int, unit_id: int, words: str) -> Consultation:
    """Ask a unit before dispatch whether the matter is its own (article 12). 4 hours; never an emergency.

    The case can be dispatched at any time meanwhile. Raises RuleBroken.
    """
    case, _order = locked_order(case_id, actor=actor, permission=P.DISPATCH)
    around = {unit.pk: unit for unit in units_around(case.place, at=actor.now)}
    if unit_id not in around:
        raise NOT_AROUND(place=case.place.label)
    asked = Consultation(
        case=case,
        unit=around[unit_id],
        at=actor.now,
        user_id=actor.user_id,
        words=words.strip(),
        due_at=actor.now + CONSULT_AT_MOST,
    )
    move_case(case, "consult", actor=actor, beside=asked)
    asked.save()
    event = CaseConsulted(
        case_id=case.pk, consultation_id=asked.pk, unit_id=unit_id, due_at=asked.due_at
    )
    happened(case, event, actor=actor)
    return asked


@operation(P.TASK)
def answer_consultation(
    *, actor: Actor, consultation_id: int, is_theirs: bool, answer: str
) -> Consultation:
    """Answer for one's own unit whether a matter is its own. Raises Consultation.DoesNotExist, RuleBroken."""
    rows = Consultation.objects.filter(unit=actor.organisation_id)
    case_id = rows.values_list("case_id", flat=True).get(pk=consultation_id)
    case = Case.objects.everywhere("a consultation").select_for_update(of=("self",)).get(pk=case_id)
    asked = rows.get(pk=consultation_id)
    if asked.answered_at is not None:
        label = CASE.find("answer_consultation").label
        raise decided_already(label, asked.answered_by, asked.answered_at)
    if not asked.is_open(actor.now):
        raise NOT_ASKED()
    asked.answered_at, asked.answered_by = actor.now, actor.user_id
    asked.is_theirs, asked.answer = is_theirs, answer.strip()
    move_case(case, "answer_consultation", actor=actor, beside=asked)
    asked.save()
    event = ConsultationAnswered(
        case_id=case.pk, consultation_id=asked.pk, unit_id=asked.unit_id, is_theirs=is_theirs
    )
    happened(case, event, actor=actor)
    return asked


@operation(P.TRIAGE)
def answer(*, actor: Actor, case_id: int, disposition: str, text: str) -> Case:
    """End an inquiry that was answered at once. Raises RuleBroken, also below."""
    case, notice = told(case_id, "answer", disposition, text, actor=actor)
    move_case(case, "answer", actor=actor, beside=notice, **ending(notice))
    happened(case, CaseAnswered(**facts_of(notice)), actor=actor)
    return case


@operation(P.TRIAGE)
def transfer(*, actor: Actor, case_id: int, disposition: str, text: str) -> Case:
    """End a case that was given to an emergency line (110, 119, 120, 122)."""
    case, notice = told(case_id, "transfer", disposition, text, actor=actor)
    move_case(case, "transfer", actor=actor, beside=notice, **ending(notice))
    happened(case, CaseTransferred(**facts_of(notice)), actor=actor)
    return case


@operation(P.TRIAGE)
def refer(*, actor: Actor, case_id: int, disposition: str, text: str) -> Case:
    """End a case that has a statutory route, an open petition, or lies beyond any unit's duty."""
    case, notice = told(case_id, "refer", disposition, text, actor=actor)
    move_case(case, "refer", actor=actor, beside=notice, **ending(notice))
    happened(case, CaseReferred(**facts_of(notice)), actor=actor)
    return case


@operation(P.TRIAGE)
def merge(*, actor: Actor, case_id: int, disposition: str, text: str, same_as: str) -> Case:
    """End a case that brings nothing new to an earlier one, named by its number."""
    standing = earlier_case(same_as, than=case_id, actor=actor)
    case, notice = told(case_id, "merge", disposition, text, actor=actor, same_as=standing)
    move_case(case, "merge", actor=actor, beside=notice, **ending(notice))
    happened(case, CaseMerged(**facts_of(notice)), actor=actor)
    return case


@operation(P.TRIAGE)
def decline(*, actor: Actor, case_id: int, disposition: str, text: str) -> Case:
    """End a case that asks for what is secret, private, unlawful or indecent, with an explanation."""
    case, notice = told(case_id, "decline", disposition, text, actor=actor)
    move_case(case, "decline", actor=actor, beside=notice, **ending(notice))
    happened(case, CaseDeclined(**facts_of(notice)), actor=actor)
    return case


@operation(P.REOPEN)
def reopen(*, actor: Actor, case_id: int, because: str) -> Case:
    """Open a case again for its caller: once, within 15 days of the close. Dispatch follows anew."""
    case, _order = locked_order(case_id, actor=actor, permission=P.REOPEN)
    move_case(
        case,
        "reopen",
        actor=actor,
        reopened_because=because.strip(),
        reopened_at=actor.now,
        closed_before_at=case.closed_at,
        closed_at=None,
        lead_order=None,
        notice=None,
        disposition=None,
    )
    happened(case, CaseReopened(case_id=case.pk), actor=actor)
    return case


def earlier_case(number: str, *, than: int, actor: Actor) -> Case:
    """Return the case that another one is merged with. Raises UNKNOWN_CASE, SAME_CASE."""
    rows = Case.objects.seen_by(actor, permission=P.TRIAGE)
    standing = rows.filter(number=number).first()
    if standing is None:
        raise UNKNOWN_CASE()
    if standing.pk == than:
        raise SAME_CASE()
    return standing


def told(
    case_id: int,
    name: str,
    disposition: str,
    text: str,
    *,
    actor: Actor,
    same_as: Case | None = None,
    cites: int | None = None,
) -> tuple[Case, Notice]:
    """Return the locked case and the notice that its caller was told, once all is there for the move."""
    case, _order = locked_order(case_id, actor=actor, permission=P.TRIAGE)
    notice = Notice(
        case=case,
        at=actor.now,
        user_id=actor.user_id,
        disposition=disposition,
        text=text.strip(),
        same_as=same_as,
        cites=_cited(cites, actor=actor)
        if cites and disposition == Disposition.ANSWER_NOW
        else None,
    )
    require_case(case, name, actor=actor, beside=notice)
    if disposition not in LEADS_TO[name]:
        raise WRONG_BRANCH()
    notice.save()
    return case, notice


def _cited(version_id: int, *, actor: Actor) -> ArticleVersion:
    """Return the article that was read out. Raises NOT_TOLD if it may not be told any more."""
    cited = answer_in_force(version_id, actor=actor, on=day_of(actor.now))
    if cited is None:
        raise NOT_TOLD()
    return cited


def ending(notice: Notice) -> dict[str, Any]:
    """Return the columns of a case that its notice ends."""
    return {"notice": notice, "disposition": notice.disposition, "closed_at": notice.at}


def facts_of(notice: Notice) -> dict[str, Any]:
    """Return what the event of such an end holds."""
    return {
        "case_id": notice.case_id,
        "notice_id": notice.pk,
        "disposition": Code(notice.disposition),
        "same_as_id": notice.same_as_id,
    }
