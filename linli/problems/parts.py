"""Steps that several operations share, inside their transaction."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from linli.cases.events import CaseGathered
from linli.cases.models import Case
from linli.cases.parts import happened as happened_to_case
from linli.kernel.actor import Actor
from linli.kernel.events import record
from linli.problems.models import Problem, ProblemCase


def happened(problem: Problem, event: Any, *, actor: Actor) -> None:
    """Raise the problem's version and record the event under it: the version is the event's seq."""
    problem.version += 1
    Problem.objects.everywhere("its own version").filter(pk=problem.pk).update(
        version=problem.version
    )
    record(event, actor=actor, kind="problem", stream=problem.pk, seq=problem.version)


def began(problem: Problem, event: Any, *, actor: Actor) -> None:
    """Record the first event of a problem just written."""
    record(event, actor=actor, kind="problem", stream=problem.pk, seq=problem.version)


def locked_cases(problem: Problem) -> list[Case]:
    """Return the cases of a locked problem, locked in the order of their keys."""
    assert connection.in_atomic_block
    return list(
        Case.objects.everywhere("the cases of a problem")
        .filter(pk__in=ProblemCase.objects.filter(problem=problem).values("case"))
        .order_by("pk")
        .select_for_update(of=("self",))
    )


def link(problem: Problem, cases: Sequence[Case], *, actor: Actor, is_after: bool = False) -> None:
    """Make cases a part of a problem."""
    assert connection.in_atomic_block
    ProblemCase.objects.bulk_create(
        ProblemCase(problem=problem, case=case, at=actor.now, is_after=is_after) for case in cases
    )


def tell_cases(cases: Sequence[Case], event: Any, *, actor: Actor) -> None:
    """Write into the story of each case what became of the problem behind it."""
    for case in cases:
        happened_to_case(case, event, actor=actor)


def tell_gathered(problem: Problem, cases: Sequence[Case], *, actor: Actor) -> None:
    """Write into the story of each case that it is a part of a problem now."""
    count = problem.parts.count()
    tell_cases(cases, CaseGathered(problem_id=problem.pk, case_count=count), actor=actor)
