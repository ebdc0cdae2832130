"""accept: the lead unit takes its order in hand; the clocks run on."""

from typing import Any

import pytest

from linli.cases import operations
from linli.cases.guards import NOT_YOUR_ORDER
from linli.cases.models import Case
from linli.kernel.errors import MOVED_ALREADY, NOT_ALLOWED, NOT_NOW
from tests.builders import Town, a_case, without
from tests.cases.expect import last_event, not_found, refused
from tests.cases.people import a_person
from tests.conftest import NOW


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="dispatched")


def test_the_order_is_taken_in_hand(town: Town, case: Case) -> None:
    dispatched = case.lead_order
    order = operations.accept(actor=town.actor("worker"), case_id=case.pk)
    order.refresh_from_db()
    assert (order.state, order.state_since, order.accepted_at) == ("accepted", NOW, NOW)
    assert order.first_contact_at is None
    assert order.first_contact_due_at == dispatched.first_contact_due_at
    assert order.handling_due_at == dispatched.handling_due_at
    event = last_event(case)
    assert (event.name, event.seq, event.at) == ("order.accepted", 3, NOW)
    assert event.user_id == town.users["worker"].pk
    assert event.payload == {"order_id": order.pk}
    assert case.state == "in_handling"


def test_only_handlers_may(town: Town, case: Case) -> None:
    for who in without("cases.handle"):
        with refused(NOT_ALLOWED):
            operations.accept(actor=town.actor(who), case_id=case.pk)


def test_only_the_lead_unit_may(town: Town, case: Case) -> None:
    above = a_person(town, "community_worker", place="110105019", unit="street-019")
    with refused(NOT_YOUR_ORDER) as broken:
        operations.accept(actor=above, case_id=case.pk)
    assert "双合家园社区居委会" in broken.value.message


def test_somebody_without_a_unit_may_not(town: Town, case: Case) -> None:
    alone = a_person(town, "community_worker", place="110105019029", unit=None)
    with refused(NOT_YOUR_ORDER):
        operations.accept(actor=alone, case_id=case.pk)


def test_the_neighbours_worker_does_not_see_the_case(town: Town, case: Case) -> None:
    with not_found():
        operations.accept(actor=town.actor("neighbour"), case_id=case.pk)


def test_a_unit_that_leads_beyond_its_own_area_sees_the_case(town: Town) -> None:
    """The street office leads; its worker holds a role over one community elsewhere in the street."""
    case = a_case(town, at="dispatched", lead="street-019")
    handler = a_person(town, "community_worker", place="110105019030", unit="street-019")
    operations.accept(actor=handler, case_id=case.pk)
    assert last_event(case).name == "order.accepted"


def test_a_case_not_dispatched_has_nothing_to_accept(town: Town) -> None:
    case = a_case(town)
    with refused(NOT_NOW):
        operations.accept(actor=town.actor("worker"), case_id=case.pk)


@pytest.mark.parametrize("at", ["accepted", "in_progress", "reported", "closed"])
def test_a_second_acceptance_hears_who_was_first(town: Town, at: str) -> None:
    case = a_case(town, at=at)
    with refused(MOVED_ALREADY) as broken:
        operations.accept(actor=town.actor("worker"), case_id=case.pk)
    assert broken.value.facts["who"] == "李社工"


def test_a_case_that_does_not_exist(town: Town) -> None:
    with not_found():
        operations.accept(actor=town.actor("worker"), case_id=0)


def test_takes_a_fixed_number_of_statements(
    town: Town, case: Case, django_assert_max_num_queries: Any
) -> None:
    actor = town.actor("worker")
    # Savepoint and its release, lock, order, move, version, event.
    with django_assert_max_num_queries(7):
        operations.accept(actor=actor, case_id=case.pk)
