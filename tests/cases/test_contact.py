"""contact: the unit speaks to the requester; the first time it reaches her the response clock stops."""

import datetime as dt
from typing import Any

import pytest

from linli.cases import operations
from linli.cases.guards import NOT_YOUR_ORDER
from linli.cases.models import Case, ContactLog
from linli.cases.parts import OVERTAKEN
from linli.kernel.errors import NOT_ALLOWED, NOT_NOW
from tests.builders import Town, a_case, without
from tests.cases.expect import last_event, not_found, refused
from tests.cases.people import a_person
from tests.conftest import NOW


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="accepted")


def contact(town: Town, case: Case, *, actor: Any = None, **given: Any) -> ContactLog:
    arguments = {"means": "phone", "was_reached": True, **given}
    return operations.contact(actor=actor or town.actor("worker"), case_id=case.pk, **arguments)


def test_the_first_contact_stops_the_response_clock(town: Town, case: Case) -> None:
    log = contact(town, case, means="visit", note="  上门说明，下午换电机。 \n")
    order = case.lead_order
    order.refresh_from_db()
    assert (order.state, order.state_since, order.first_contact_at) == ("in_progress", NOW, NOW)
    assert order.reported_at is None
    log.refresh_from_db()
    assert (log.order, log.at, log.user_id) == (order, NOW, town.users["worker"].pk)
    assert (log.means, log.was_reached) == ("visit", True)
    assert log.note == "上门说明，下午换电机。"


def test_the_event_says_how_and_whether_but_not_what(town: Town, case: Case) -> None:
    log = contact(town, case, note="她说老人有心脏病")
    event = last_event(case)
    assert (event.name, event.seq) == ("order.contacted", 4)
    assert event.payload == {
        "order_id": case.lead_order_id,
        "contact_id": log.pk,
        "means": "phone",
        "was_reached": True,
        "is_first": True,
    }


def test_an_attempt_that_reaches_nobody_is_kept_and_stops_nothing(town: Town, case: Case) -> None:
    contact(town, case, was_reached=False, note="无人接听")
    order = case.lead_order
    order.refresh_from_db()
    assert (order.state, order.first_contact_at) == ("in_progress", None)
    assert order.contacts.get().note == "无人接听"
    assert last_event(case).payload["is_first"] is False


def test_only_the_first_that_reaches_counts(town: Town, case: Case) -> None:
    moments = [NOW + dt.timedelta(minutes=minutes) for minutes in (0, 30, 60)]
    reached = (False, True, True)
    firsts = []
    for moment, was_reached in zip(moments, reached, strict=True):
        actor = town.actor("worker", now=moment)
        contact(town, case, actor=actor, was_reached=was_reached)
        firsts.append(last_event(case).payload["is_first"])
    order = case.lead_order
    order.refresh_from_db()
    assert order.first_contact_at == moments[1]
    assert firsts == [False, True, False]
    assert order.state_since == moments[0]  # further contacts do not change the state
    assert order.contacts.count() == 3


def test_only_handlers_may(town: Town, case: Case) -> None:
    for who in without("cases.handle"):
        with refused(NOT_ALLOWED):
            contact(town, case, actor=town.actor(who))


def test_only_the_lead_unit_may(town: Town, case: Case) -> None:
    above = a_person(town, "community_worker", place="110105019", unit="street-019")
    with refused(NOT_YOUR_ORDER):
        contact(town, case, actor=above)


def test_the_neighbours_worker_does_not_see_the_case(town: Town, case: Case) -> None:
    with not_found():
        contact(town, case, actor=town.actor("neighbour"))


@pytest.mark.parametrize("at", ["received", "dispatched", "reported", "followed_up", "closed"])
def test_only_while_the_order_is_in_hand(town: Town, at: str) -> None:
    case = a_case(town, at=at)
    is_over = at in ("reported", "followed_up", "closed")
    with refused(OVERTAKEN if is_over else NOT_NOW):
        contact(town, case)


def test_takes_a_fixed_number_of_statements(
    town: Town, case: Case, django_assert_max_num_queries: Any
) -> None:
    actor = town.actor("worker")
    # Savepoint and its release, lock, order, move, log, version, event.
    with django_assert_max_num_queries(8):
        contact(town, case, actor=actor)
