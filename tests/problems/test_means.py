"""Gathering, steps, money and gifts: once each, never both halves by one person, never more than there is."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from linli.cases.operations import receive
from linli.cases.story import story_of
from linli.kernel.errors import Refusal, RuleBroken
from linli.problems import guards, operations
from linli.problems.models import Fund, Gift, Problem, ProblemCase, ProblemStep, Spending
from tests.builders import Town, a_case, a_draft
from tests.conftest import NOW
from tests.problems.building import (
    a_fund,
    a_gift,
    calls,
    fresh,
    gathered,
    planned,
)


def refuses(refusal: Refusal, call: Any, **given: Any) -> None:
    with pytest.raises(RuleBroken) as broken:
        call(**given)
    assert broken.value.refusal is refusal


def gather(town: Town, rows: list[Any], key: uuid.UUID | None = None) -> Problem:
    return operations.gather(
        actor=town.actor("worker"),
        title="电梯总停",
        cases=[row.number for row in rows],
        form_key=key or uuid.uuid4(),
    )


def test_a_double_click_gathers_once_and_the_stories_tell_it(town: Town) -> None:
    rows, key = calls(town), uuid.uuid4()
    problem = gather(town, rows, key)
    assert gather(town, rows, key) == problem
    assert ProblemCase.objects.filter(problem=problem).count() == 3
    for row in rows:
        row.refresh_from_db()
        last = story_of(row)[-1]
        assert "one problem" in last.what or "一个问题" in last.what
        assert last.facts[0][1] == "3"
        assert "许" not in last.what + last.body


def test_what_cannot_be_one_problem_is_refused(town: Town) -> None:
    rows = calls(town)
    refuses(operations.TOO_FEW, gather, town=town, rows=rows[:1])
    other = a_case(town, category="0401")
    refuses(operations.OF_KINDS, gather, town=town, rows=[*rows, other])
    hidden = receive(actor=town.actor("operator"), draft=a_draft(town, confidentiality="hide_case"))
    refuses(operations.TOO_FEW, gather, town=town, rows=[rows[0], hidden])
    gather(town, rows[:2])
    more = calls(town, 2)
    with pytest.raises(RuleBroken) as broken:
        gather(town, more)
    assert broken.value.refusal is operations.STANDS_ALREADY


def test_a_case_is_in_one_problem_only(town: Town) -> None:
    rows = calls(town)
    problem = gathered(town, rows=rows)
    with pytest.raises(RuleBroken) as broken:
        operations.add_case(
            actor=town.actor("worker"), problem_id=problem.pk, case=rows[0].shown_number
        )
    assert broken.value.refusal is operations.TAKEN


def test_the_way_of_the_money(town: Town) -> None:
    problem = planned(town)
    worker, officer = town.actor("worker"), town.actor("street_officer")
    fund = a_fund(town, problem)
    of_it = {"problem_id": problem.pk, "row": fund.pk}
    spending = {"words": "钢材", "receipt": "No. 1201", "form_key": uuid.uuid4()}
    too_much = {"amount": Decimal("40000.01")}
    refuses(operations.MORE_THAN_ASKED, operations.grant_money, actor=officer, **of_it, **too_much)
    refuses(
        operations.MORE_THAN_LEFT,
        operations.spend,
        actor=worker,
        **of_it,
        **spending,
        amount=Decimal(1),
    )
    operations.grant_money(actor=officer, amount=Decimal(30000), **of_it)
    refuses(
        operations.DONE_ALREADY, operations.grant_money, actor=officer, amount=Decimal(1), **of_it
    )
    spent = operations.spend(actor=worker, amount=Decimal(29000), **of_it, **spending)
    assert operations.spend(actor=worker, amount=Decimal(29000), **of_it, **spending) == spent
    fund.refresh_from_db()
    assert (fund.spent, fund.left) == (29000, 1000)
    measure = {"problem_id": problem.pk, "measure": "建了车棚"}
    refuses(guards.NOT_ACCOUNTED, operations.end_measure, actor=worker, **measure)
    check = {"problem_id": problem.pk, "row": spent.pk}
    operations.check_spending(actor=officer, **check)
    refuses(operations.DONE_ALREADY, operations.check_spending, actor=officer, **check)
    operations.end_measure(actor=worker, **measure)
    assert fresh(problem).state == "watched"


def test_nobody_does_both_halves(town: Town) -> None:
    """The sub-district's officer may plan and grant, but not what she asked for herself."""
    problem = planned(town)
    officer = town.actor("street_officer")
    of_it = {"actor": officer, "problem_id": problem.pk}
    fund = operations.apply_for_money(
        source="街道经费", amount=Decimal(100), form_key=uuid.uuid4(), **of_it
    )
    refuses(operations.SAME_PERSON, operations.grant_money, row=fund.pk, amount=Decimal(1), **of_it)
    gift = a_gift(town, problem)
    refuses(operations.NOT_DELIVERED, operations.verify, row=gift.pk, **of_it)
    operations.deliver(row=gift.pk, **of_it)
    refuses(operations.SAME_PERSON, operations.verify, row=gift.pk, **of_it)
    measure = {"actor": officer, "problem_id": problem.pk, "measure": "装好了"}
    refuses(guards.NOT_VERIFIED, operations.end_measure, **measure)
    operations.verify(actor=town.actor("worker"), problem_id=problem.pk, row=gift.pk)
    operations.end_measure(**measure)


def test_steps_are_done_before_the_measure_is(town: Town) -> None:
    problem, worker = planned(town), town.actor("worker")
    key = uuid.uuid4()
    given = {"problem_id": problem.pk, "words": "三家报价", "due_on": NOW.date(), "form_key": key}
    step = operations.add_step(actor=worker, **given)
    assert operations.add_step(actor=worker, **given) == step
    measure = {"actor": worker, "problem_id": problem.pk, "measure": "换了"}
    refuses(guards.STEPS_OPEN, operations.end_measure, **measure)
    operations.do_step(actor=worker, problem_id=problem.pk, row=step.pk)
    refuses(
        operations.DONE_ALREADY,
        operations.do_step,
        actor=worker,
        problem_id=problem.pk,
        row=step.pk,
    )
    operations.end_measure(**measure)


def test_a_row_of_another_problem_is_none(town: Town) -> None:
    one = planned(town)
    gift = a_gift(town, one)
    other = planned(town, rows=calls(town, category="0401"))
    with pytest.raises(Gift.DoesNotExist):
        operations.deliver(actor=town.actor("worker"), problem_id=other.pk, row=gift.pk)


@pytest.mark.parametrize(
    ("table", "changes", "constraint"),
    [
        (Gift, {"verified": "worker", "delivered": "worker"}, "gift_verified_by_another"),
        (Gift, {"verified": "worker"}, "gift_verified_after_delivery"),
        (Fund, {"granted": "worker"}, "fund_granted_by_another"),
        (Fund, {"spent": Decimal(1)}, "fund_spent_within_grant"),
        (Spending, {"checked": "worker"}, "spending_checked_by_another"),
        (ProblemStep, {"done_at": NOW}, "step_done_is_whole"),
        (Problem, {"cause": ""}, "problem_planned_is_whole"),
    ],
)
def test_the_database_keeps_what_belongs_together(
    town: Town, table: Any, changes: dict[str, Any], constraint: str
) -> None:
    problem, worker = planned(town), town.actor("worker")
    fund = a_fund(town, problem)
    a_gift(town, problem)
    if table is Spending:
        of_it = {"problem_id": problem.pk, "row": fund.pk}
        operations.grant_money(actor=town.actor("street_officer"), amount=Decimal(9), **of_it)
        operations.spend(
            actor=worker,
            words="钉",
            receipt="1",
            amount=Decimal(2),
            form_key=uuid.uuid4(),
            **of_it,
        )
    operations.add_step(
        actor=worker,
        problem_id=problem.pk,
        words="报价",
        due_on=NOW.date(),
        form_key=uuid.uuid4(),
    )
    written: dict[str, Any] = {}
    for name, value in changes.items():
        if value == "worker":
            written |= {f"{name}_at": NOW, f"{name}_by": worker.user_id}
            if name == "granted":
                written["granted"] = Decimal(1)
        else:
            written[name] = value
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        table._base_manager.update(**written)
