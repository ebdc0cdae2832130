"""dispatch: a case goes to the unit that can solve it, and both clocks start."""

import datetime as dt
from typing import Any

import pytest

from linli.cases import operations
from linli.cases.models import Case, WorkOrder
from linli.cases.operations.dispatching import NOT_SERVING
from linli.kernel.actor import Actor
from linli.kernel.errors import MOVED_ALREADY, NOT_ALLOWED
from tests.builders import Town, a_case, without
from tests.cases.expect import last_event, not_found, refused
from tests.cases.people import a_person
from tests.conftest import NOW


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, now=NOW - dt.timedelta(hours=3))


def dispatch(town: Town, case: Case, *, actor: Actor | None = None, **given: Any) -> WorkOrder:
    arguments = {"lead_id": town.units["committee-029"].pk, **given}
    return operations.dispatch(
        actor=actor or town.actor("dispatcher"), case_id=case.pk, **arguments
    )


@pytest.mark.parametrize(
    ("urgency", "first_contact", "handling"),
    [
        ("E1", "2026-11-18 06:25", "2026-11-18 08:10"),
        ("E2", "2026-11-18 08:10", "2026-11-19 06:10"),
        ("N", "2026-11-19 06:10", "2026-11-25 06:10"),
        ("C", "2026-11-19 06:10", "2026-12-03 06:10"),
    ],
)
def test_both_clocks_start_at_dispatch(
    town: Town, urgency: str, first_contact: str, handling: str
) -> None:
    case = a_case(town, urgency=urgency, now=NOW - dt.timedelta(days=2))
    order = dispatch(town, case, reason="  属地负责  ")
    assert (order.dispatched_at, order.state_since) == (NOW, NOW)
    assert f"{order.first_contact_due_at:%Y-%m-%d %H:%M}" == first_contact
    assert f"{order.handling_due_at:%Y-%m-%d %H:%M}" == handling
    assert not order.first_contact_is_provisional
    assert not order.handling_is_provisional
    assert order.reason == "属地负责"


def test_the_order_stands_and_leads_the_case(town: Town, case: Case) -> None:
    order = dispatch(town, case)
    order.refresh_from_db()
    case.refresh_from_db()
    assert (order.state, order.lead) == ("dispatched", town.units["committee-029"])
    assert (case.state, case.lead_order, case.state_since) == ("in_handling", order, NOW)
    assert case.state_now.code == "dispatched"
    assert (order.first_contact_at, order.reported_at, order.attempt_count) == (None, None, 0)


def test_the_order_keeps_the_scope_of_the_moment(town: Town, case: Case) -> None:
    assert dispatch(town, case).scope == case.scope


def test_the_event_names_order_unit_and_deadlines(town: Town, case: Case) -> None:
    order = dispatch(town, case, reason="许大妈在楼下等")
    event = last_event(case)
    assert (event.name, event.seq, event.at) == ("case.dispatched", 2, NOW)
    assert event.user_id == town.users["dispatcher"].pk
    assert event.payload == {
        "case_id": case.pk,
        "order_id": order.pk,
        "lead_id": order.lead_id,
        "clock_class_id": order.clock_class_id,
        "clock_class": "N",
        "first_contact_due_at": "2026-11-19T06:10:00+00:00",
        "handling_due_at": "2026-11-25T06:10:00+00:00",
        "catalogue_entry_id": order.catalogue_entry_id,
        "copied_count": 0,
    }


def test_a_street_office_may_lead_in_its_communities(town: Town, case: Case) -> None:
    order = dispatch(town, case, lead_id=town.units["street-019"].pk, reason="居委会修不了电梯")
    assert order.lead.code == "street-019"


@pytest.mark.parametrize("unit", ["committee-044", "hotline"])
def test_a_unit_that_does_not_serve_the_place_is_refused(town: Town, case: Case, unit: str) -> None:
    with refused(NOT_SERVING) as broken:
        dispatch(town, case, lead_id=town.units[unit].pk)
    assert broken.value.field == "lead"
    assert "双合家园" in broken.value.message


def test_a_unit_that_is_not_there_or_shut_is_refused(town: Town, case: Case) -> None:
    with refused(NOT_SERVING):
        dispatch(town, case, lead_id=0)
    shut = town.units["committee-029"]
    shut.is_open, shut.closed_at = False, NOW
    shut.save(update_fields=["is_open", "closed_at"])
    with refused(NOT_SERVING):
        dispatch(town, case)


@pytest.mark.parametrize("at", ["dispatched", "accepted", "closed"])
def test_a_second_dispatch_hears_who_was_first(town: Town, at: str) -> None:
    case = a_case(town, at=at)
    with refused(MOVED_ALREADY) as broken:
        dispatch(town, case)
    assert broken.value.facts["who"] == "赵调度"


def test_only_dispatchers_may(town: Town, case: Case) -> None:
    for who in without("cases.dispatch"):
        with refused(NOT_ALLOWED):
            dispatch(town, case, actor=town.actor(who))


@pytest.mark.parametrize("place", ["110105015044", "110105015", "110106"])
def test_a_dispatcher_of_another_area_does_not_see_the_case(
    town: Town, case: Case, place: str
) -> None:
    with not_found():
        dispatch(town, case, actor=a_person(town, "dispatcher", place=place))


def test_a_dispatcher_of_the_street_does(town: Town, case: Case) -> None:
    assert dispatch(town, case, actor=a_person(town, "dispatcher", place="110105019")).pk


def test_takes_a_fixed_number_of_statements(
    town: Town, case: Case, django_assert_max_num_queries: Any
) -> None:
    actor, lead_id = town.actor("dispatcher"), town.units["committee-029"].pk
    # Savepoint and its release, lock, category, place, units, duty items, entries, profile, its classes,
    # order, alerts, case, version, event.
    with django_assert_max_num_queries(15):
        operations.dispatch(actor=actor, case_id=case.pk, lead_id=lead_id)
