"""What comes round: proposing, joining, opening again, and how often; counts around a measure."""

import datetime as dt

import pytest
import time_machine

from linli.cases.story import story_of
from linli.kernel.errors import RuleBroken
from linli.problems import operations
from linli.problems.models import Problem, ProblemCase
from linli.problems.queries import before_and_after, found_repeated
from linli.problems.sweeping import Round, sweep_problems
from linli.territory.parts import OUTSIDE
from tests.builders import Town, a_case
from tests.conftest import NOW
from tests.problems.building import DAY, calls, fresh, gathered, measured, planned, proposed


def swept(now: dt.datetime = NOW) -> Round:
    with time_machine.travel(now, tick=False):
        return sweep_problems()


def all_problems() -> list[Problem]:
    return list(Problem.objects.everywhere("test").order_by("pk"))


def test_three_calls_of_a_kind_in_thirty_days_are_proposed_once(town: Town) -> None:
    calls(town, 2)
    a_case(town, now=NOW - 31 * DAY)
    a_case(town, category="0401")
    a_case(town, place="110105019030")
    assert swept() == Round(0, 0, 0)
    a_case(town)
    assert swept() == Round(1, 0, 0)
    assert swept() == Round(0, 0, 0)
    (problem,) = all_problems()
    assert (problem.state, problem.parts.count()) == ("proposed", 3)


def test_callers_hear_of_a_problem_when_somebody_takes_it_up(town: Town) -> None:
    problem = proposed(town)
    case = ProblemCase.objects.filter(problem=problem).earliest("pk").case
    before = len(story_of(case))
    operations.take_up(actor=town.actor("worker"), problem_id=problem.pk)
    assert len(story_of(case)) == before + 1


def test_what_was_set_aside_is_not_proposed_again_by_the_same_calls(town: Town) -> None:
    problem = proposed(town)
    operations.set_aside(actor=town.actor("worker"), problem_id=problem.pk, because="一时停电")
    assert swept() == Round(0, 0, 0)
    calls(town, 3)
    assert swept() == Round(1, 0, 0)


def test_confidential_calls_count_for_no_problem(town: Town) -> None:
    calls(town, 2)
    a_case(town, confidentiality="hide_case")
    assert swept() == Round(0, 0, 0)


def test_an_area_sets_its_own_threshold_and_no_others(town: Town) -> None:
    officer = town.actor("street_officer")
    calls(town, 3)
    given = {"minimum": 4, "days": 60}
    operations.set_threshold(actor=officer, place=town.places["110105019"], **given)
    assert list(found_repeated(now=NOW)) == []
    a_case(town, now=NOW - 50 * DAY)
    (found,) = found_repeated(now=NOW)
    assert (found.threshold.minimum, found.threshold.days) == (4, 60)
    with pytest.raises(RuleBroken) as broken:
        operations.set_threshold(actor=officer, place=town.places["110105015"], **given)
    assert broken.value.refusal is OUTSIDE


def test_new_calls_join_what_is_worked_on(town: Town) -> None:
    problem = planned(town, now=NOW - 2 * DAY)
    case = a_case(town)
    assert swept() == Round(0, 1, 0)
    assert ProblemCase.objects.filter(problem=problem, case=case, is_after=False).exists()
    assert fresh(problem).state == "in_hand"


def test_a_new_call_opens_a_watched_problem_again(town: Town) -> None:
    rows = calls(town, now=NOW - 20 * DAY)
    problem = measured(town, now=NOW - 20 * DAY, rows=rows)
    assert swept() == Round(0, 0, 0)
    new = a_case(town)
    assert swept() == Round(0, 0, 1)
    assert swept() == Round(0, 0, 0)
    again = fresh(problem)
    assert (again.state, again.recurred_count) == ("open", 1)
    assert ProblemCase.objects.get(case=new).is_after
    assert {step.icon for step in story_of(rows[0])[-2:]} == {"done", "redo"}


def test_a_solved_problem_stays_solved_and_the_next_is_a_new_one(town: Town) -> None:
    problem = measured(town, now=NOW - 100 * DAY)
    operations.solve(actor=town.actor("street_officer"), problem_id=problem.pk)
    calls(town, 3)
    assert swept() == Round(1, 0, 0)
    assert [one.state for one in all_problems()] == ["solved", "proposed"]


def test_counts_around_a_measure_have_dates_and_denominators(town: Town) -> None:
    rows = calls(town, 3, now=NOW - 20 * DAY)
    problem = measured(town, now=NOW - 20 * DAY, rows=rows)
    assert before_and_after(gathered_elsewhere(town), now=NOW) is None
    a_case(town, now=NOW - 5 * DAY, category="0401")
    a_case(town, now=NOW - 4 * DAY)
    counted = before_and_after(problem, now=NOW)
    assert counted is not None
    before, since = counted
    assert (before.count, before.of, since.count, since.of) == (3, 3, 1, 2)
    assert before.days == since.days == 20


def gathered_elsewhere(town: Town) -> Problem:
    rows = calls(town, 2, now=NOW - 200 * DAY, category="1304")
    return gathered(town, now=NOW - 200 * DAY, rows=rows)
