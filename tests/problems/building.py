"""Problems made by the real operations, at any of their states."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from linli.cases.models import Case
from linli.kernel.actor import Actor, Grant
from linli.problems import operations
from linli.problems.models import Fund, Gift, Problem
from linli.problems.permissions import ProblemPermission as P
from linli.problems.queries import found_repeated
from tests.builders import Town, a_case
from tests.conftest import NOW

DAY = dt.timedelta(days=1)
HOME = "110105019029"


def clockwork(now: dt.datetime = NOW) -> Actor:
    """Return the actor of the sweep."""
    return Actor(user_id=None, name="linli", grants=(_sweep(),), now=now)


def _sweep() -> Any:
    return Grant(role="", permissions=frozenset({P.SWEEP}))


def calls(town: Town, count: int = 3, *, now: dt.datetime = NOW, **given: Any) -> list[Case]:
    """Return so many calls of one kind at one place, a day apart, the last a day before `now`."""
    return [a_case(town, now=now - (count - i) * DAY, **given) for i in range(count)]


def gathered(town: Town, *, now: dt.datetime = NOW, rows: list[Case] | None = None) -> Problem:
    """Return a problem gathered by hand from three calls."""
    rows = rows or calls(town, now=now)
    return operations.gather(
        actor=town.actor("worker", now=now),
        title="六号楼电梯总停",
        cases=[row.number for row in rows],
        form_key=uuid.uuid4(),
    )


def planned(town: Town, *, now: dt.datetime = NOW, rows: list[Case] | None = None) -> Problem:
    problem = gathered(town, now=now, rows=rows)
    operations.plan(
        actor=town.actor("worker", now=now),
        problem_id=problem.pk,
        cause="电梯超过使用年限，配件停产",
        owner=town.units["committee-029"],
    )
    return fresh(problem)


def a_fund(town: Town, problem: Problem, *, amount: str = "40000") -> Fund:
    return operations.apply_for_money(
        actor=town.actor("worker"),
        problem_id=problem.pk,
        source="社区公益金",
        amount=Decimal(amount),
        form_key=uuid.uuid4(),
    )


def a_gift(town: Town, problem: Problem) -> Gift:
    return operations.promise(
        actor=town.actor("worker"),
        problem_id=problem.pk,
        kind="labour",
        organisation=town.units["team-029"],
        words="安装人工",
        amount=Decimal(6),
        unit="工日",
        form_key=uuid.uuid4(),
    )


def measured(town: Town, *, now: dt.datetime = NOW, rows: list[Case] | None = None) -> Problem:
    problem = planned(town, now=now, rows=rows)
    operations.end_measure(
        actor=town.actor("worker", now=now), problem_id=problem.pk, measure="更换了曳引机"
    )
    return fresh(problem)


def proposed(town: Town, *, now: dt.datetime = NOW) -> Problem:
    calls(town, now=now)
    (found,) = found_repeated(now=now)
    made = operations.propose(actor=clockwork(now), found=found)
    assert made is not None
    return made


def at_state(town: Town, state: str) -> Problem:
    """Return a problem that stands in a state."""
    if state == "proposed":
        return proposed(town)
    if state == "set_aside":
        problem = gathered(town)
        operations.set_aside(actor=town.actor("worker"), problem_id=problem.pk, because="一时停电")
        return fresh(problem)
    if state == "solved":
        problem = measured(town, now=NOW - 100 * DAY)
        operations.solve(actor=town.actor("street_officer"), problem_id=problem.pk)
        return fresh(problem)
    return {"open": gathered, "in_hand": planned, "watched": measured}[state](town)


def fresh(problem: Problem) -> Problem:
    return (
        Problem.objects.everywhere("test")
        .select_related("place", "category", "owner")
        .get(pk=problem.pk)
    )
