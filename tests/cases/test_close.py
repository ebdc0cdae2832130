"""close: after an answer, or after three attempts without one."""

from typing import Any

import pytest

from linli.cases import operations
from linli.cases.guards import NOT_YET_ASKED, OWN_WORK
from linli.cases.models import Case
from linli.kernel.errors import MOVED_ALREADY, NOT_ALLOWED, NOT_NOW
from tests.builders import Town, a_case, without
from tests.cases.expect import last_event, not_found, refused
from tests.cases.people import a_person
from tests.conftest import NOW


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="followed_up")


def miss(town: Town, case: Case, *, times: int) -> None:
    for index in range(times):
        means = "message" if index == 1 else "phone"
        operations.miss_follow_up(actor=town.actor("follow_up"), case_id=case.pk, means=means)


def close(town: Town, case: Case, *, actor: Any = None) -> Case:
    return operations.close(actor=actor or town.actor("follow_up"), case_id=case.pk)


@pytest.mark.parametrize("answered", ["solved", "partly", "not_solved"])
def test_a_case_whose_caller_answered_is_closed(town: Town, answered: str) -> None:
    case = a_case(town, at="followed_up", answered=answered)
    close(town, case)
    case.refresh_from_db()
    assert (case.state, case.state_since, case.closed_at) == ("closed", NOW, NOW)
    order = case.lead_order
    order.refresh_from_db()
    assert (order.state, order.state_since) == ("closed", NOW)
    assert case.state_now.code == "closed"
    event = last_event(case)
    assert (event.name, event.seq) == ("case.closed", 7)
    assert event.payload == {"case_id": case.pk, "order_id": order.pk, "was_answered": True}


@pytest.mark.parametrize("times", [0, 1, 2])
def test_not_before_three_attempts(town: Town, times: int) -> None:
    case = a_case(town, at="reported")
    miss(town, case, times=times)
    with refused(NOT_YET_ASKED) as broken:
        close(town, case)
    assert "3" in broken.value.message


@pytest.mark.parametrize("times", [3, 4])
def test_after_three_attempts_without_an_answer(town: Town, times: int) -> None:
    case = a_case(town, at="reported")
    miss(town, case, times=times)
    close(town, case)
    event = last_event(case)
    assert event.payload["was_answered"] is False
    order = case.lead_order
    order.refresh_from_db()
    assert (order.state, order.answered, order.satisfaction) == ("closed", None, None)


def test_three_attempts_by_one_means_are_not_enough(town: Town) -> None:
    case = a_case(town, at="reported")
    for _ in range(4):
        operations.miss_follow_up(actor=town.actor("follow_up"), case_id=case.pk, means="phone")
    with refused(NOT_YET_ASKED):
        close(town, case)


def test_only_those_who_call_back_may(town: Town, case: Case) -> None:
    for who in without("cases.follow_up"):
        with refused(NOT_ALLOWED):
            close(town, case, actor=town.actor(who))


def test_never_the_unit_that_handled_it(town: Town, case: Case) -> None:
    own = a_person(town, "follow_up_caller", place="110000", unit="committee-029")
    with refused(OWN_WORK):
        close(town, case, actor=own)


def test_a_caller_of_another_area_does_not_see_the_case(town: Town, case: Case) -> None:
    with not_found():
        close(town, case, actor=a_person(town, "follow_up_caller", place="110106"))


@pytest.mark.parametrize("at", ["received", "dispatched", "accepted", "in_progress"])
def test_not_before_the_report(town: Town, at: str) -> None:
    case = a_case(town, at=at)
    with refused(NOT_NOW):
        close(town, case)


def test_a_second_close_hears_who_was_first(town: Town) -> None:
    case = a_case(town, at="closed")
    with refused(MOVED_ALREADY) as broken:
        close(town, case)
    assert broken.value.facts["who"] == "周回访"


def test_takes_a_fixed_number_of_statements(
    town: Town, case: Case, django_assert_max_num_queries: Any
) -> None:
    actor = town.actor("follow_up")
    # Savepoint and its release, lock, order, both moves, version, event.
    with django_assert_max_num_queries(9):
        close(town, case, actor=actor)
