"""miss_follow_up: a call back that reached nobody is kept, and never counts as an answer."""

import datetime as dt
from typing import Any

import pytest

from linli.cases import operations
from linli.cases.guards import OWN_WORK
from linli.cases.models import Case, WorkOrder
from linli.cases.parts import OVERTAKEN
from linli.kernel.errors import NOT_ALLOWED, NOT_NOW
from tests.builders import Town, a_case, without
from tests.cases.expect import last_event, not_found, refused
from tests.cases.people import a_person
from tests.conftest import NOW


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="reported")


def miss(town: Town, case: Case, *, actor: Any = None, means: str = "phone") -> WorkOrder:
    who = actor or town.actor("follow_up")
    return operations.miss_follow_up(actor=who, case_id=case.pk, means=means)


def test_each_attempt_is_kept_and_counted(town: Town, case: Case) -> None:
    since = case.lead_order.state_since
    for attempt, hours in ((1, 0), (2, 3), (3, 20)):
        moment = NOW + dt.timedelta(hours=hours)
        order = miss(town, case, actor=town.actor("follow_up", now=moment), means="message")
        order.refresh_from_db()
        assert (order.state, order.state_since, order.attempt_count) == ("reported", since, attempt)
        row = order.follow_ups.latest("pk")
        assert (row.at, row.means, row.was_reached) == (moment, "message", False)
        assert (row.was_contacted, row.answered, row.satisfaction) == (None, None, None)
        event = last_event(case)
        assert event.name == "order.follow_up_missed"
        assert event.payload == {"order_id": order.pk, "attempt": attempt, "means": "message"}


def test_no_answer_is_never_satisfied(town: Town, case: Case) -> None:
    order = miss(town, case)
    order.refresh_from_db()
    assert (order.answered, order.satisfaction, order.followed_up_at) == (None, None, None)


def test_only_those_who_call_back_may(town: Town, case: Case) -> None:
    for who in without("cases.follow_up"):
        with refused(NOT_ALLOWED):
            miss(town, case, actor=town.actor(who))


def test_never_the_unit_that_handled_it(town: Town, case: Case) -> None:
    own = a_person(town, "follow_up_caller", place="110000", unit="committee-029")
    with refused(OWN_WORK):
        miss(town, case, actor=own)


def test_a_caller_of_another_area_does_not_see_the_case(town: Town, case: Case) -> None:
    with not_found():
        miss(town, case, actor=a_person(town, "follow_up_caller", place="110106"))


@pytest.mark.parametrize(
    "at", ["received", "dispatched", "accepted", "in_progress", "followed_up", "closed"]
)
def test_only_after_the_report_and_before_the_answer(town: Town, at: str) -> None:
    case = a_case(town, at=at)
    is_over = at in ("followed_up", "closed")
    with refused(OVERTAKEN if is_over else NOT_NOW):
        miss(town, case)


def test_takes_a_fixed_number_of_statements(
    town: Town, case: Case, django_assert_max_num_queries: Any
) -> None:
    actor = town.actor("follow_up")
    # Savepoint and its release, lock, order, move, attempt, version, event.
    with django_assert_max_num_queries(8):
        miss(town, case, actor=actor)
