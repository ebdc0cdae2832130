"""follow_up: the caller answers three questions, asked by somebody who did not handle the case."""

from typing import Any

import pytest

from linli.cases import operations
from linli.cases.guards import OWN_WORK
from linli.cases.models import Case, FollowUp
from linli.kernel.errors import FIELD_NEEDED, MOVED_ALREADY, NOT_ALLOWED, NOT_NOW
from tests.builders import Town, a_case, without
from tests.cases.expect import last_event, not_found, refused
from tests.cases.people import a_person
from tests.conftest import NOW


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="reported")


def follow_up(town: Town, case: Case, *, actor: Any = None, **given: Any) -> FollowUp:
    arguments = {
        "means": "phone",
        "was_contacted": True,
        "answered": "solved",
        "satisfaction": "satisfied",
        **given,
    }
    return operations.follow_up(
        actor=actor or town.actor("follow_up"), case_id=case.pk, **arguments
    )


@pytest.mark.parametrize(
    ("answered", "satisfaction", "was_contacted"),
    [("solved", "very", True), ("partly", "basically", True), ("not_solved", "not", False)],
)
def test_the_three_answers_are_kept(
    town: Town, case: Case, answered: str, satisfaction: str, was_contacted: bool
) -> None:
    row = follow_up(
        town,
        case,
        answered=answered,
        satisfaction=satisfaction,
        was_contacted=was_contacted,
        note=" 电梯好了，谢谢。 ",
    )
    row.refresh_from_db()
    assert (row.at, row.user_id, row.means) == (NOW, town.users["follow_up"].pk, "phone")
    assert (row.was_reached, row.was_contacted) == (True, was_contacted)
    assert (row.answered, row.satisfaction, row.note) == (
        answered,
        satisfaction,
        "电梯好了，谢谢。",
    )
    order = row.order
    order.refresh_from_db()
    assert (order.state, order.state_since, order.followed_up_at) == ("followed_up", NOW, NOW)
    assert (order.answered, order.satisfaction, order.attempt_count) == (answered, satisfaction, 1)


def test_the_event_holds_the_answers_but_no_words(town: Town, case: Case) -> None:
    row = follow_up(town, case, note="许大妈很满意")
    event = last_event(case)
    assert (event.name, event.seq) == ("order.followed_up", 6)
    assert event.payload == {
        "order_id": row.order_id,
        "follow_up_id": row.pk,
        "was_contacted": True,
        "answered": "solved",
        "satisfaction": "satisfied",
    }


def test_the_case_stays_open_until_it_is_closed(town: Town, case: Case) -> None:
    follow_up(town, case)
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("in_handling", None)


def test_an_answer_after_missed_attempts_counts_them(town: Town, case: Case) -> None:
    for _ in range(2):
        operations.miss_follow_up(actor=town.actor("follow_up"), case_id=case.pk, means="phone")
    assert follow_up(town, case).order.attempt_count == 3


@pytest.mark.parametrize("missing", ["answered", "satisfaction"])
def test_every_answer_is_needed(town: Town, case: Case, missing: str) -> None:
    with refused(FIELD_NEEDED):
        follow_up(town, case, **{missing: ""})


def test_only_those_who_call_back_may(town: Town, case: Case) -> None:
    for who in without("cases.follow_up"):
        with refused(NOT_ALLOWED):
            follow_up(town, case, actor=town.actor(who))


def test_never_the_unit_that_handled_it(town: Town, case: Case) -> None:
    own = a_person(town, "follow_up_caller", place="110000", unit="committee-029")
    with refused(OWN_WORK):
        follow_up(town, case, actor=own)


def test_a_caller_of_another_area_does_not_see_the_case(town: Town, case: Case) -> None:
    with not_found():
        follow_up(town, case, actor=a_person(town, "follow_up_caller", place="110106"))


@pytest.mark.parametrize("at", ["received", "dispatched", "accepted", "in_progress"])
def test_not_before_the_report(town: Town, at: str) -> None:
    case = a_case(town, at=at)
    with refused(NOT_NOW):
        follow_up(town, case)


@pytest.mark.parametrize("at", ["followed_up", "closed"])
def test_a_second_call_back_hears_who_was_first(town: Town, at: str) -> None:
    case = a_case(town, at=at)
    with refused(MOVED_ALREADY) as broken:
        follow_up(town, case, answered="not_solved", satisfaction="not")
    assert broken.value.facts["who"] == "周回访"


def test_takes_a_fixed_number_of_statements(
    town: Town, case: Case, django_assert_max_num_queries: Any
) -> None:
    actor = town.actor("follow_up")
    # Savepoint and its release, lock, order, move, answers, version, event.
    with django_assert_max_num_queries(8):
        follow_up(town, case, actor=actor)
