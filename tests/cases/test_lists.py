"""What each person finds on her list, and in which order."""

import datetime as dt
from typing import Any

import pytest

from linli.cases import queries
from linli.cases.models import Case
from linli.cases.views.rates import month_asked
from linli.cases.views.work import group_of
from tests.builders import Town, a_case
from tests.cases.people import a_person
from tests.conftest import NOW

HOUR = dt.timedelta(hours=1)


def ids(rows: Any) -> list[int]:
    return [row.pk for row in rows]


def test_the_queue_holds_what_waits_for_dispatch_the_oldest_first(town: Town) -> None:
    late, early = a_case(town, now=NOW), a_case(town, now=NOW - HOUR)
    a_case(town, at="dispatched")
    assert ids(queries.received(actor=town.actor("dispatcher"))) == [early.pk, late.pk]


def test_the_queue_ends_at_the_dispatchers_area(town: Town) -> None:
    mine, _other = a_case(town), a_case(town, place="110105015044")
    street = a_person(town, "dispatcher", place="110105019")
    assert ids(queries.received(actor=street)) == [mine.pk]


def test_work_is_the_units_own_the_most_pressing_deadline_first(town: Town) -> None:
    week = a_case(town, at="in_progress", urgency="N")  # reached: seven days from dispatch
    day = a_case(town, at="dispatched", urgency="N")  # not reached yet: 24 hours
    hours = a_case(town, at="accepted", urgency="E2")  # 2 hours
    a_case(town, at="reported")
    a_case(town, at="dispatched", lead="street-019")
    orders = list(queries.orders_of(town.actor("worker")))
    assert [order.case for order in orders] == [hours, day, week]
    assert [order.due_next_at for order in orders] == [
        hours.lead_order.first_contact_due_at,
        day.lead_order.first_contact_due_at,
        week.lead_order.handling_due_at,
    ]


def test_whoever_has_no_unit_has_no_orders_in_hand(town: Town) -> None:
    a_case(town, at="dispatched")
    alone = a_person(town, "community_worker", place="110105019029", unit=None)
    assert ids(queries.orders_of(alone)) == []
    assert ids(queries.waiting_of(alone)) == []


def test_what_the_unit_waits_for(town: Town) -> None:
    asked = a_case(town, at="followed_up", now=NOW - HOUR)
    waiting = a_case(town, at="reported", now=NOW)
    a_case(town, at="closed")
    assert [o.case for o in queries.waiting_of(town.actor("worker"))] == [asked, waiting]


def test_calls_back_are_those_of_other_units_the_longest_waiting_first(town: Town) -> None:
    late, early = a_case(town, at="reported"), a_case(town, at="reported", now=NOW - HOUR)
    a_case(town, at="in_progress")
    a_case(town, at="closed")
    caller = town.actor("follow_up")
    assert [o.case for o in queries.to_follow_up(actor=caller)] == [early, late]
    own = a_person(town, "follow_up_caller", place="110000", unit="committee-029")
    assert ids(queries.to_follow_up(actor=own)) == []
    alone = a_person(town, "follow_up_caller", place="110000", unit=None)
    assert len(queries.to_follow_up(actor=alone)) == 2
    elsewhere = a_person(town, "follow_up_caller", place="110106")
    assert ids(queries.to_follow_up(actor=elsewhere)) == []


def test_earlier_cases_of_a_number_are_found_within_the_area_only(town: Town) -> None:
    phone = "19900001234"
    here = a_case(town, phone=phone, now=NOW - HOUR)
    newer = a_case(town, phone="+86 199 0000 1234")
    elsewhere = a_case(town, phone=phone, place="110105015044", now=NOW - 2 * HOUR)
    a_case(town, phone="19900005678")
    number = "+8619900001234"
    assert queries.earlier_of(number, actor=town.actor("operator")) == [newer, here, elsewhere]
    local = a_person(town, "operator", place="110105019")
    assert queries.earlier_of(number, actor=local) == [newer, here]


def test_open_cases_at_a_place_and_below_it(town: Town) -> None:
    community = a_case(town, now=NOW - HOUR)
    street = a_case(town, place="110105019", lead="street-019")
    a_case(town, at="closed")
    operator = town.actor("operator")
    assert queries.open_at(town.places["110105019"], actor=operator) == [street, community]
    assert queries.open_at(town.places["110105019029"], actor=operator) == [community]
    assert queries.open_at(town.places["110106"], actor=operator) == []


def test_leads_are_the_units_around_a_place_the_nearest_first(town: Town) -> None:
    codes = {
        place: [unit.code for unit in queries.leads_for(town.places[place], at=NOW)]
        for place in ("110105019029", "110105019030", "110105019", "110106")
    }
    assert codes == {
        "110105019029": ["committee-029", "street-019"],
        "110105019030": ["street-019"],
        "110105019": ["street-019"],
        "110106": [],
    }


def test_seen_is_what_lies_in_the_area_or_with_the_own_unit(town: Town) -> None:
    here = a_case(town)
    ours = a_case(town, at="dispatched", place="110105019030", lead="street-019")
    theirs = a_case(town, place="110105015044")
    handler = a_person(town, "community_worker", place="110105019029", unit="street-019")
    seen = Case.objects.seen_by(handler, permission="cases.see")
    assert set(seen) == {here, ours}
    assert theirs not in seen
    assert not Case.objects.seen_by(handler, permission="cases.dispatch").exists()


def test_a_closed_case_stays_readable_for_its_unit(town: Town) -> None:
    case = a_case(town, at="closed")
    worker = town.actor("worker")
    assert queries.case_for(case.number, actor=worker) == case
    with pytest.raises(Case.DoesNotExist):
        queries.case_for(case.number, actor=town.actor("neighbour"))


@pytest.mark.parametrize(
    ("due", "group"),
    [
        (NOW - dt.timedelta(seconds=1), "late"),
        (NOW, "two_hours"),
        (NOW + 2 * HOUR, "two_hours"),
        (NOW + 2 * HOUR + dt.timedelta(seconds=1), "today"),
        (dt.datetime(2026, 11, 18, 15, 59, 59, tzinfo=dt.UTC), "today"),  # 23:59:59 in Beijing
        (dt.datetime(2026, 11, 18, 16, 0, tzinfo=dt.UTC), "week"),
        (dt.datetime(2026, 11, 24, 15, 59, 59, tzinfo=dt.UTC), "week"),
        (dt.datetime(2026, 11, 24, 16, 0, tzinfo=dt.UTC), "later"),
    ],
)
def test_deadlines_are_grouped_by_the_days_of_the_site(due: dt.datetime, group: str) -> None:
    assert group_of(due, now=NOW) == group


@pytest.mark.parametrize(
    ("asked", "month"),
    [
        ("", "2026-11"),
        ("2026-10", "2026-10"),
        ("2026-11", "2026-11"),
        ("2026-12", "2026-11"),
        ("3000-01", "2026-11"),
        ("2026-13", "2026-11"),
        ("2026-10-05", "2026-11"),
        ("十月", "2026-11"),
        ("0001-01", "2026-11"),
        ("0999-12", "2026-11"),
        ("\x00", "2026-11"),
    ],
)
def test_the_month_asked_for(asked: str, month: str) -> None:
    assert f"{month_asked(asked, now=NOW):%Y-%m}" == month


def test_this_month_is_that_of_the_site() -> None:
    new_month = dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)  # midnight in Beijing
    assert month_asked("", now=new_month) == dt.date(2026, 12, 1)
