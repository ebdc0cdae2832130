"""Alerts as rows with a time, swept; deadlines that move when the calendar becomes known."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from linli.accounts.operations import installer
from linli.cases import operations, queries
from linli.cases.clocks.models import ClockAlert
from linli.cases.clocks.parts import move_deadlines
from linli.cases.clocks.queries import deadlines_of
from linli.cases.clocks.sweeping import Swept, renew_deadlines, sweep_alerts
from linli.cases.models import Case, WorkOrder
from linli.cases.story import story_of
from linli.kernel.actor import Actor
from linli.kernel.errors import NOT_ALLOWED
from linli.methods.clocks import Pause
from linli.territory.calendar.announced import announced_years
from linli.territory.calendar.files import Day, weekday_rule
from linli.territory.calendar.operations import apply_year
from tests.builders import Town, a_case
from tests.cases.expect import everything, last_event, refused
from tests.conftest import NOW

HOUR = dt.timedelta(hours=1)


def sweeper(now: dt.datetime = NOW) -> Actor:
    return installer(now=now, permissions=frozenset({"cases.sweep"}))


def sweep(now: dt.datetime) -> Swept:
    return sweep_alerts(actor=sweeper(now))


def raised(case: Case) -> list[tuple[str, int]]:
    alerts = ClockAlert.objects.filter(order__case=case, raised_at__isnull=False)
    return list(alerts.order_by("raised_at", "clock", "percent").values_list("clock", "percent"))


@pytest.fixture
def case(town: Town) -> Case:
    """An E2 order dispatched at NOW: contact within 2 hours, handling within 24."""
    return a_case(town, at="dispatched", urgency="E2")


# — the sweep —


def test_nothing_is_raised_before_its_time(case: Case) -> None:
    assert sweep(NOW + HOUR - dt.timedelta(seconds=1)) == Swept()
    assert raised(case) == []


def test_an_alert_is_raised_at_its_time_with_one_event(town: Town, case: Case) -> None:
    assert sweep(NOW + HOUR) == Swept(settled=1, raised=1)
    event = last_event(case)
    assert (event.name, event.at, event.user_id) == ("order.alerted", NOW + HOUR, None)
    assert event.payload == {
        "order_id": case.lead_order_id,
        "clock": "first_contact",
        "percent": 50,
    }


def test_a_second_sweep_changes_nothing(case: Case) -> None:
    sweep(NOW + HOUR)
    before = everything()
    assert sweep(NOW + HOUR) == Swept()
    assert everything() == before


def test_of_several_due_on_a_clock_only_the_highest_is_raised(case: Case) -> None:
    assert sweep(NOW + 19 * HOUR) == Swept(settled=5, raised=2)
    assert sorted(raised(case)) == [("first_contact", 100), ("handling", 75)]
    assert sweep(NOW + 24 * HOUR) == Swept(settled=1, raised=1)
    assert ("handling", 100) in raised(case)
    assert last_event(case).payload["percent"] == 100


def test_a_clock_that_stopped_alerts_nobody(town: Town, case: Case) -> None:
    for verb, arguments in (
        (operations.accept, {}),
        (operations.contact, {"means": "phone", "was_reached": True}),
    ):
        verb(actor=town.actor("worker", now=NOW + HOUR / 2), case_id=case.pk, **arguments)
    assert sweep(NOW + 2 * HOUR) == Swept(settled=3, raised=0)
    assert last_event(case).name == "order.contacted"
    operations.report(
        actor=town.actor("worker", now=NOW + 3 * HOUR),
        case_id=case.pk,
        resolution="solved",
        public_reply="已修好。",
        evidence="完工单",
    )
    assert sweep(NOW + 30 * HOUR) == Swept(settled=3, raised=0)


def test_an_attempt_that_reached_nobody_stops_no_alert(town: Town, case: Case) -> None:
    worker = town.actor("worker", now=NOW + HOUR / 2)
    operations.accept(actor=worker, case_id=case.pk)
    operations.contact(actor=worker, case_id=case.pk, means="phone", was_reached=False)
    assert sweep(NOW + HOUR).raised == 1


def test_a_batch_takes_no_more_than_its_limit_and_loses_nothing(town: Town) -> None:
    cases = [a_case(town, at="dispatched", urgency="E2") for _ in range(5)]
    swept = [sweep_alerts(actor=sweeper(NOW + HOUR), limit=2).raised for _ in range(4)]
    assert swept == [2, 2, 1, 0]
    assert [raised(case) for case in cases] == [[("first_contact", 50)]] * 5


def test_a_sweep_takes_a_fixed_number_of_statements(
    town: Town, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        a_case(town, at="dispatched", urgency="E2")
    # Savepoint and its release, due cases with their lock, alerts, settled, versions, events.
    with django_assert_max_num_queries(8):
        assert sweep(NOW + HOUR).raised == 6


def test_only_who_may_sweeps(town: Town, case: Case) -> None:
    with refused(NOT_ALLOWED):
        sweep_alerts(actor=town.actor("leader", now=NOW + HOUR))


@pytest.mark.django_db(transaction=True)
def test_a_case_somebody_works_on_is_left_for_the_next_sweep() -> None:
    from threading import Thread

    from tests.builders import a_town

    case = a_case(a_town(), at="dispatched", urgency="E2")
    swept: list[Swept] = []

    def other() -> None:
        swept.append(sweep(NOW + HOUR))
        connection.close()

    with transaction.atomic():
        Case._base_manager.select_for_update().get(pk=case.pk)
        thread = Thread(target=other)
        thread.start()
        thread.join(timeout=20)
    assert swept == [Swept()]
    assert sweep(NOW + HOUR).raised == 1


def test_an_alert_is_settled_one_way_only(case: Case) -> None:
    with pytest.raises(IntegrityError, match="clock_alert_settled_once"), transaction.atomic():
        ClockAlert.objects.filter(order__case=case).update(raised_at=NOW, lapsed_at=NOW)


# — where it is seen —


def test_the_story_tells_alerts(case: Case) -> None:
    sweep(NOW + HOUR)
    sweep(NOW + 2 * HOUR)
    told = story_of(case)[-2:]
    assert "50" in told[0].what
    assert [step.tone for step in told] == ["plain", "turn"]
    assert told[0].unit == ""


def test_my_work_shows_the_highest_alert_of_a_running_clock(town: Town, case: Case) -> None:
    def shown(now: dt.datetime) -> int | None:
        (order,) = queries.orders_of(town.actor("worker", now=now))
        return order.alerted_percent

    assert shown(NOW) is None
    sweep(NOW + 2 * HOUR)
    assert shown(NOW + 2 * HOUR) == 100
    worker = town.actor("worker", now=NOW + 3 * HOUR)
    operations.accept(actor=worker, case_id=case.pk)
    operations.contact(actor=worker, case_id=case.pk, means="phone", was_reached=True)
    assert shown(NOW + 3 * HOUR) is None
    sweep(NOW + 12 * HOUR)
    assert shown(NOW + 12 * HOUR) == 50


# — deadlines that move —


def order_of(case: Case) -> WorkOrder:
    case.refresh_from_db()
    return WorkOrder.objects.select_related("clock_class__profile").get(pk=case.lead_order_id)


def know(year: int, *, at: dt.datetime, **changed: Day) -> None:
    days = announced_years().get(year) or weekday_rule(year)
    for date, day in changed.items():
        days[dt.date(year, int(date[1:3]), int(date[3:]))] = day
    apply_year(
        actor=installer(now=at, permissions=frozenset({"territory.calendar"})),
        year=year,
        days=days,
        source="test",
    )


def test_an_order_in_calendar_time_is_left_alone(case: Case) -> None:
    know(2026, at=NOW + HOUR)
    before = everything()
    assert renew_deadlines(actor=sweeper(NOW + HOUR)) == 0
    assert everything() == before


def test_a_deadline_becomes_firm_when_the_year_is_known(town: Town) -> None:
    case = a_case(town, at="dispatched", kind="inquiry")
    assert order_of(case).handling_is_provisional
    know(2026, at=NOW + HOUR)
    assert renew_deadlines(actor=sweeper(NOW + HOUR)) == 1
    order = order_of(case)
    assert not order.handling_is_provisional
    assert not order.first_contact_is_provisional
    assert last_event(case).name == "case.dispatched"
    assert renew_deadlines(actor=sweeper(NOW + 2 * HOUR)) == 0


def test_a_day_off_moves_deadline_and_alerts_and_says_so(town: Town) -> None:
    case = a_case(town, at="dispatched", kind="inquiry")
    know(2026, at=NOW + HOUR, d1119=Day(False, "临时放假"))
    assert renew_deadlines(actor=sweeper(NOW + HOUR)) == 1
    order = order_of(case)
    assert order.handling_due_at == dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
    event = last_event(case)
    assert event.name == "order.due_moved"
    assert event.payload["handling_due_at"] == "2026-11-20T09:30:00+00:00"
    alerts = ClockAlert.objects.filter(order=order, percent=100).values_list("due_at", flat=True)
    assert set(alerts) == {order.handling_due_at}
    assert "17:30" in story_of(case)[-1].what


def test_a_clock_that_stopped_keeps_its_deadline(town: Town) -> None:
    case = a_case(town, at="in_progress", kind="inquiry", now=NOW + HOUR)
    before = order_of(case)
    know(2026, at=NOW + HOUR, d1119=Day(False, "临时放假"))
    renew_deadlines(actor=sweeper(NOW + HOUR))
    after = order_of(case)
    assert after.first_contact_due_at == before.first_contact_due_at
    assert after.handling_due_at == before.handling_due_at + dt.timedelta(days=1)
    reported = a_case(town, at="reported", kind="inquiry", now=NOW)
    know(2026, at=NOW + 2 * HOUR, d1120=Day(False, "临时放假"))
    due_at = order_of(reported).handling_due_at
    renew_deadlines(actor=sweeper(NOW + 2 * HOUR))
    assert order_of(reported).handling_due_at == due_at


def moved(case: Case, *, now: dt.datetime, **given: Any) -> WorkOrder:
    order = order_of(case)
    found = deadlines_of(order.clock_class, at=order.dispatched_at, **given)
    move_deadlines(order, found, now=now)
    return order_of(case)


def test_an_alert_raised_for_a_time_that_lies_ahead_again_is_armed_again(case: Case) -> None:
    sweep(NOW + 18 * HOUR)
    assert ("handling", 75) in raised(case)
    order = moved(case, now=NOW + 18 * HOUR, extension=24)
    assert order.handling_due_at == NOW + 48 * HOUR
    assert not any(clock == "handling" for clock, _percent in raised(case))
    assert sweep(NOW + 24 * HOUR).raised == 1
    assert ("handling", 50) in raised(case)


def test_a_clock_that_stands_alerts_nobody_until_it_goes_on(case: Case) -> None:
    sweep(NOW + 2 * HOUR)
    pause = Pause(NOW + 3 * HOUR, None)
    order = moved(case, now=NOW + 3 * HOUR, pauses=[pause])
    assert order.handling_due_at == NOW + 24 * HOUR
    assert sweep(NOW + 30 * HOUR) == Swept()
    pause = Pause(NOW + 3 * HOUR, NOW + 30 * HOUR)
    order = moved(case, now=NOW + 30 * HOUR, pauses=[pause])
    assert order.handling_due_at == NOW + 51 * HOUR
    assert sweep(NOW + 38 * HOUR) == Swept()
    assert sweep(NOW + 39 * HOUR).raised == 1
