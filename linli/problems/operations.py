"""Writes of problems."""

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from linli.cases.choices import Confidentiality
from linli.cases.events import CaseProblemMeasured, CaseProblemRecurred
from linli.cases.models import Case
from linli.cases.permissions import CasePermission
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.kernel.ids import read_number
from linli.kernel.operation import operation
from linli.problems import events as e
from linli.problems.flows import PROBLEM
from linli.problems.models import (
    Fund,
    Gift,
    Problem,
    ProblemStep,
    ProblemThreshold,
    Spending,
)
from linli.problems.parts import began, happened, link, locked_cases, tell_cases, tell_gathered
from linli.problems.permissions import ProblemPermission as P
from linli.problems.queries import Found, cases_found, new_cases
from linli.problems.rules import WATCH, fen
from linli.territory.models import Organisation, Place
from linli.territory.parts import require_within

TOO_FEW = Refusal(
    "problem.too_few", _("A problem begins with two calls. Mark at least two."), "cases"
)
APART = Refusal(
    "problem.apart",
    _("The marked calls are of different communities. Gather each community's on its own."),
    "cases",
)
OF_KINDS = Refusal(
    "problem.of_kinds",
    _(
        "The marked calls are of different kinds. Gather one kind, and put right the category of what is not of it."
    ),
    "cases",
)
TAKEN = Refusal(
    "problem.case_taken",
    _("A marked call is a part of a problem already. Look at the list again; nothing was changed."),
    "cases",
)
STANDS_ALREADY = Refusal(
    "problem.stands_already",
    _("There is a problem of this kind at this place already. Add the calls to it."),
)
NO_SUCH_CASE = Refusal(
    "problem.no_such_case",
    _("There is no case %(number)s in your area that could be added. Look at the number again."),
    "case",
)
NOT_OF_IT = Refusal(
    "problem.not_of_it",
    _("Only calls of the same community are added to a problem. Gather the others on their own."),
    "case",
)
SAME_PERSON = Refusal(
    "problem.same_person",
    _("You did the first half of this yourself. Somebody else has to do the second."),
)
DONE_ALREADY = Refusal(
    "problem.done_already",
    _("This was done already. Look at the page again; nothing was changed."),
)
NOT_IN_HAND = Refusal(
    "problem.not_in_hand",
    _("Plan and means are written down while a problem is worked on. It is “%(state)s” now."),
)
MORE_THAN_ASKED = Refusal(
    "problem.more_than_asked", _("At most %(most)s yuan were applied for."), "amount"
)
MORE_THAN_LEFT = Refusal(
    "problem.more_than_left",
    _("%(left)s yuan of this grant are left. Write down less, or apply for more."),
    "amount",
)
NOT_DELIVERED = Refusal(
    "problem.not_delivered", _("It is not delivered yet. Write the delivery down first.")
)


@operation(
    P.PLAN, constraints={"problem_one_of_a_kind": STANDS_ALREADY, "problem_case_once": TAKEN}
)
def gather(*, actor: Actor, title: str, cases: Sequence[str], form_key: uuid.UUID) -> Problem:
    """Gather repeated cases of a kind at a place, by their numbers; the same form twice is one problem.

    Its place is theirs, or their community where they lie apart. Raises RuleBroken.
    """
    before = Problem.objects.everywhere("the same form twice").filter(form_key=form_key).first()
    if before is not None:
        return before
    rows = list(
        Case.objects.seen_by(actor, permission=CasePermission.SEE)
        .filter(number__in=cases)
        .exclude(confidentiality=Confidentiality.HIDE_CASE)
        .select_related("place", "category")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    if len(rows) < 2:
        raise TOO_FEW()
    if len({row.category_id for row in rows}) > 1 or rows[0].category is None:
        raise OF_KINDS()
    place = _place_of(rows)
    require_within(place, actor=actor, permission=P.PLAN)
    problem = Problem.objects.create(
        form_key=form_key,
        state="open",
        state_since=actor.now,
        title=title.strip(),
        place=place,
        category=rows[0].category,
        gathered_at=actor.now,
        **place.scope,
    )
    link(problem, rows, actor=actor)
    began(problem, e.ProblemGathered(case_count=len(rows)), actor=actor)
    tell_gathered(problem, rows, actor=actor)
    return problem


def _place_of(rows: Sequence[Case]) -> Place:
    if len({row.place_id for row in rows}) == 1:
        return rows[0].place
    codes = {row.community_code for row in rows}
    if len(codes) > 1 or None in codes:
        raise APART()
    return Place.objects.get(code=codes.pop())


@operation(
    P.SWEEP, constraints={"problem_one_of_a_kind": STANDS_ALREADY, "problem_case_once": TAKEN}
)
def propose(*, actor: Actor, found: Found) -> Problem | None:
    """Propose what repeats at a place as one problem; None where it was gathered meanwhile. Its callers hear nothing yet."""
    rows = list(
        cases_found(found, now=actor.now)
        .select_related("place", "category")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    if len(rows) < found.threshold.minimum:
        return None
    kind, place = rows[0].category, rows[0].place
    assert kind is not None
    problem = Problem.objects.create(
        state=PROBLEM.initial,
        state_since=actor.now,
        title=kind.name,
        place=place,
        category=kind,
        gathered_at=actor.now,
        **place.scope,
    )
    link(problem, rows, actor=actor)
    proposed = e.ProblemProposed(
        case_count=len(rows), minimum=found.threshold.minimum, days=found.threshold.days
    )
    began(problem, proposed, actor=actor)
    return problem


@operation(P.PLAN)
def take_up(*, actor: Actor, problem_id: int) -> None:
    """Take up a proposed problem; it is told in the stories of its cases. Raises Problem.DoesNotExist, RuleBroken."""
    problem = Problem.objects.locked(problem_id, actor=actor, permission=P.PLAN)
    PROBLEM.move(problem, "take_up", actor=actor)
    cases = locked_cases(problem)
    happened(problem, e.ProblemTakenUp(case_count=len(cases)), actor=actor)
    tell_gathered(problem, cases, actor=actor)


@operation(P.PLAN)
def set_aside(*, actor: Actor, problem_id: int, because: str) -> None:
    """Set a problem aside. Its cases count for no other proposal. Raises Problem.DoesNotExist, RuleBroken."""
    problem = Problem.objects.locked(problem_id, actor=actor, permission=P.PLAN)
    was = problem.state
    PROBLEM.move(problem, "set_aside", actor=actor, set_aside_because=because.strip())
    happened(problem, e.ProblemSetAside(was=Code(was)), actor=actor)


@operation(P.PLAN, constraints={"problem_case_once": TAKEN})
def add_case(*, actor: Actor, problem_id: int, case: str) -> None:
    """Add a case of the same community by its number. Raises Problem.DoesNotExist, RuleBroken."""
    problem = Problem.objects.locked(problem_id, actor=actor, permission=P.PLAN)
    PROBLEM.move(problem, "add_case", actor=actor)
    row = (
        Case.objects.seen_by(actor, permission=CasePermission.SEE)
        .filter(number=read_number(case) or "")
        .exclude(confidentiality=Confidentiality.HIDE_CASE)
        .select_for_update(of=("self",))
        .first()
    )
    if row is None:
        raise NO_SUCH_CASE(number=case)
    if any(
        here is not None and here != row.scope[column] for column, here in problem.scope.items()
    ):
        raise NOT_OF_IT()
    link(problem, [row], actor=actor)
    happened(problem, e.ProblemCaseAdded(case_id=row.pk), actor=actor)
    if problem.state != PROBLEM.initial:
        tell_gathered(problem, [row], actor=actor)


@operation(P.PLAN)
def plan(*, actor: Actor, problem_id: int, cause: str, owner: Organisation) -> None:
    """Name or name anew what is behind it, and who looks after it. Raises Problem.DoesNotExist, RuleBroken."""
    problem = Problem.objects.locked(problem_id, actor=actor, permission=P.PLAN)
    PROBLEM.move(problem, "plan", actor=actor, cause=cause.strip(), owner=owner)
    happened(problem, e.ProblemPlanned(owner_id=owner.pk), actor=actor)


@operation(P.PLAN)
def add_step(
    *, actor: Actor, problem_id: int, words: str, due_on: dt.date, form_key: uuid.UUID
) -> ProblemStep:
    """Add a step with its day. Raises Problem.DoesNotExist, RuleBroken."""
    problem = _worked_on(problem_id, actor=actor, permission=P.PLAN)
    step, is_new = ProblemStep.objects.get_or_create(
        form_key=form_key,
        defaults={"problem": problem, "words": words.strip(), "due_on": due_on},
    )
    if is_new:
        happened(problem, e.ProblemStepAdded(step_id=step.pk, due_on=due_on), actor=actor)
    return step


def _worked_on(problem_id: int, *, actor: Actor, permission: str) -> Problem:
    """Return a problem that is worked on, locked."""
    problem: Problem = Problem.objects.locked(problem_id, actor=actor, permission=permission)
    if problem.state != "in_hand":
        raise NOT_IN_HAND(state=problem.state_now.label)
    return problem


@operation(P.PLAN)
def do_step(*, actor: Actor, problem_id: int, row: int) -> None:
    """Say that a step is done. Raises Problem.DoesNotExist, ProblemStep.DoesNotExist, RuleBroken."""
    problem = _worked_on(problem_id, actor=actor, permission=P.PLAN)
    step = ProblemStep.objects.get(pk=row, problem=problem)
    if step.done_at is not None:
        raise DONE_ALREADY()
    step.done_at, step.done_by_id = actor.now, actor.user_id
    step.save(update_fields=["done_at", "done_by"])
    happened(problem, e.ProblemStepDone(step_id=step.pk), actor=actor)


@operation(P.PLAN)
def apply_for_money(
    *, actor: Actor, problem_id: int, source: str, amount: Decimal, form_key: uuid.UUID
) -> Fund:
    """Apply for money (yuan). Raises Problem.DoesNotExist, RuleBroken."""
    problem = _worked_on(problem_id, actor=actor, permission=P.PLAN)
    fund, is_new = Fund.objects.get_or_create(
        form_key=form_key,
        defaults={
            "problem": problem,
            "source": source.strip(),
            "applied": amount,
            "applied_at": actor.now,
            "applied_by_id": actor.user_id,
        },
    )
    if is_new:
        applied = e.ProblemMoneyAppliedFor(fund_id=fund.pk, applied_fen=fen(amount))
        happened(problem, applied, actor=actor)
    return fund


@operation(P.MONEY, constraints={"fund_granted_by_another": SAME_PERSON})
def grant_money(*, actor: Actor, problem_id: int, row: int, amount: Decimal) -> None:
    """Grant all or a part of what somebody else applied for; 0 refuses it. Raises Problem.DoesNotExist, RuleBroken."""
    problem = _worked_on(problem_id, actor=actor, permission=P.MONEY)
    fund = Fund.objects.get(pk=row, problem=problem)
    if fund.granted is not None:
        raise DONE_ALREADY()
    if fund.applied_by_id == actor.user_id:
        raise SAME_PERSON()
    if amount > fund.applied:
        raise MORE_THAN_ASKED(most=fund.applied)
    fund.granted, fund.granted_at, fund.granted_by_id = amount, actor.now, actor.user_id
    fund.save(update_fields=["granted", "granted_at", "granted_by"])
    granted = e.ProblemMoneyGranted(fund_id=fund.pk, granted_fen=fen(amount))
    happened(problem, granted, actor=actor)


@operation(P.PLAN)
def spend(
    *,
    actor: Actor,
    problem_id: int,
    row: int,
    words: str,
    receipt: str,
    amount: Decimal,
    form_key: uuid.UUID,
) -> Spending:
    """Write down what was spent of a grant, with its receipt. Raises Problem.DoesNotExist, RuleBroken."""
    problem = _worked_on(problem_id, actor=actor, permission=P.PLAN)
    before = Spending.objects.filter(form_key=form_key).first()
    if before is not None:
        return before
    fund = Fund.objects.get(pk=row, problem=problem)
    if amount > fund.left:
        raise MORE_THAN_LEFT(left=fund.left)
    fund.spent += amount
    fund.save(update_fields=["spent"])
    spending = Spending.objects.create(
        form_key=form_key,
        problem=problem,
        fund=fund,
        words=words.strip(),
        receipt=receipt.strip(),
        amount=amount,
        spent_at=actor.now,
        spent_by_id=actor.user_id,
    )
    spent = e.ProblemMoneySpent(fund_id=fund.pk, spending_id=spending.pk, spent_fen=fen(amount))
    happened(problem, spent, actor=actor)
    return spending


@operation(P.MONEY, constraints={"spending_checked_by_another": SAME_PERSON})
def check_spending(*, actor: Actor, problem_id: int, row: int) -> None:
    """Check the receipt of somebody else: the money is accounted for. Raises Problem.DoesNotExist, RuleBroken."""
    problem = _worked_on(problem_id, actor=actor, permission=P.MONEY)
    spending = Spending.objects.get(pk=row, problem=problem)
    if spending.checked_at is not None:
        raise DONE_ALREADY()
    if spending.spent_by_id == actor.user_id:
        raise SAME_PERSON()
    spending.checked_at, spending.checked_by_id = actor.now, actor.user_id
    spending.save(update_fields=["checked_at", "checked_by"])
    happened(problem, e.ProblemSpendingChecked(spending_id=spending.pk), actor=actor)


@operation(P.PLAN)
def promise(
    *,
    actor: Actor,
    problem_id: int,
    kind: str,
    organisation: Organisation,
    words: str,
    amount: Decimal,
    unit: str,
    form_key: uuid.UUID,
) -> Gift:
    """Write down the material or labour that an organisation gives. Raises Problem.DoesNotExist, RuleBroken."""
    problem = _worked_on(problem_id, actor=actor, permission=P.PLAN)
    gift, is_new = Gift.objects.get_or_create(
        form_key=form_key,
        defaults={
            "problem": problem,
            "kind": kind,
            "organisation": organisation,
            "words": words.strip(),
            "amount": amount,
            "unit": unit.strip(),
            "promised_at": actor.now,
        },
    )
    if is_new:
        promised = e.ProblemGiftPromised(
            gift_id=gift.pk, kind=Code(kind), organisation_id=organisation.pk
        )
        happened(problem, promised, actor=actor)
    return gift


@operation(P.PLAN)
def deliver(*, actor: Actor, problem_id: int, row: int) -> None:
    """Write down that what was promised was delivered. Raises Problem.DoesNotExist, RuleBroken."""
    problem = _worked_on(problem_id, actor=actor, permission=P.PLAN)
    gift = Gift.objects.get(pk=row, problem=problem)
    if gift.delivered_at is not None:
        raise DONE_ALREADY()
    gift.delivered_at, gift.delivered_by_id = actor.now, actor.user_id
    gift.save(update_fields=["delivered_at", "delivered_by"])
    happened(problem, e.ProblemGiftDelivered(gift_id=gift.pk), actor=actor)


@operation(P.VERIFY, constraints={"gift_verified_by_another": SAME_PERSON})
def verify(*, actor: Actor, problem_id: int, row: int) -> None:
    """Verify a delivery that somebody else wrote down. Raises Problem.DoesNotExist, RuleBroken."""
    problem = _worked_on(problem_id, actor=actor, permission=P.VERIFY)
    gift = Gift.objects.get(pk=row, problem=problem)
    if gift.delivered_at is None:
        raise NOT_DELIVERED()
    if gift.verified_at is not None:
        raise DONE_ALREADY()
    if gift.delivered_by_id == actor.user_id:
        raise SAME_PERSON()
    gift.verified_at, gift.verified_by_id = actor.now, actor.user_id
    gift.save(update_fields=["verified_at", "verified_by"])
    happened(problem, e.ProblemGiftVerified(gift_id=gift.pk), actor=actor)


@operation(P.PLAN)
def end_measure(*, actor: Actor, problem_id: int, measure: str) -> None:
    """Say what was done; from now on the calls are watched, and the stories of its cases tell it.

    Raises Problem.DoesNotExist, RuleBroken.
    """
    problem = Problem.objects.locked(problem_id, actor=actor, permission=P.PLAN)
    until = actor.now + WATCH
    PROBLEM.move(
        problem,
        "end_measure",
        actor=actor,
        measure=measure.strip(),
        measured_at=actor.now,
        watched_until=until,
    )
    happened(problem, e.ProblemMeasureEnded(watched_until=until), actor=actor)
    told = CaseProblemMeasured(problem_id=problem.pk, watched_until=until)
    tell_cases(locked_cases(problem), told, actor=actor)


@operation(P.SWEEP)
def join(*, actor: Actor, problem_id: int) -> int:
    """Let new cases of the kind join a problem that is worked on; return how many."""
    problem = _swept(problem_id)
    cases = _new(problem)
    if not cases or PROBLEM.closed(problem, "join", actor=actor):
        return 0
    PROBLEM.move(problem, "join", actor=actor)
    link(problem, cases, actor=actor)
    happened(problem, e.ProblemJoined(case_count=len(cases)), actor=actor)
    if problem.state != PROBLEM.initial:
        tell_gathered(problem, cases, actor=actor)
    return len(cases)


@operation(P.SWEEP)
def recur(*, actor: Actor, problem_id: int) -> int:
    """Open a watched problem again if calls of its kind came after the measure; return how many came."""
    problem = _swept(problem_id)
    cases = _new(problem)
    if not cases or PROBLEM.closed(problem, "recur", actor=actor):
        return 0
    before = locked_cases(problem)
    PROBLEM.move(problem, "recur", actor=actor, recurred_count=problem.recurred_count + 1)
    link(problem, cases, actor=actor, is_after=True)
    happened(problem, e.ProblemRecurred(case_count=len(cases)), actor=actor)
    told = CaseProblemRecurred(problem_id=problem.pk, case_count=len(cases))
    tell_cases(before, told, actor=actor)
    tell_gathered(problem, cases, actor=actor)
    return len(cases)


def _swept(problem_id: int) -> Problem:
    problem: Problem = (
        Problem.objects.everywhere("problems to look after")
        .select_for_update(of=("self",))
        .select_related("place")
        .get(pk=problem_id)
    )
    return problem


def _new(problem: Problem) -> list[Case]:
    return list(new_cases(problem).order_by("pk").select_for_update(of=("self",)))


@operation(P.MONEY)
def solve(*, actor: Actor, problem_id: int) -> None:
    """Call a problem solved when the watch is over. Raises Problem.DoesNotExist, RuleBroken."""
    problem = Problem.objects.locked(problem_id, actor=actor, permission=P.MONEY)
    PROBLEM.move(problem, "solve", actor=actor)
    happened(problem, e.ProblemSolved(recurred_count=problem.recurred_count), actor=actor)


@operation(P.MONEY)
def set_threshold(*, actor: Actor, place: Place, minimum: int, days: int) -> ProblemThreshold:
    """Set how many calls of a kind within how many days are one problem in an area. Raises OUTSIDE."""
    require_within(place, actor=actor, permission=P.MONEY)
    Place.objects.select_for_update().get(pk=place.pk)
    row, is_new = ProblemThreshold.objects.get_or_create(
        place=place, defaults={"minimum": minimum, "days": days}
    )
    if not is_new:
        row.minimum, row.days, row.version = minimum, days, row.version + 1
        row.save(update_fields=["minimum", "days", "version"])
    threshold = e.ProblemThresholdSet(place=Code(place.code), minimum=minimum, days=days)
    record(threshold, actor=actor, kind="threshold", stream=row.pk, seq=row.version)
    return row
