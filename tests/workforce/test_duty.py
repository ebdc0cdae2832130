"""Duty rosters: one person at one place at a time; plan, swap, end; who is on duty now."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from linli.kernel.errors import NOT_ALLOWED, Refusal, RuleBroken
from linli.kernel.models import Event
from linli.territory.models import Organisation
from linli.workforce.models import DutyShift
from linli.workforce.operations import (
    BUSY,
    IS_OVER,
    IS_PAST,
    NO_DAY,
    NOT_OF_UNIT,
    SAME_PERSON,
    TOO_FAR,
    end,
    plan,
    swap,
)
from linli.workforce.queries import on_duty, places_of, shifts_of
from linli.workforce.rules import hours_on, monday_of, week_asked
from tests.builders import Town
from tests.cases.people import a_user
from tests.conftest import NOW

TODAY = dt.date(2026, 11, 18)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
HOME = "110105019029"


@pytest.fixture
def colleague(town: Town) -> int:
    return a_user(town, "community_worker", place=HOME, unit="committee-029").pk


def put(town: Town, *, who: str = "worker", user: int | None = None, **given: object) -> DutyShift:
    fields: dict[str, object] = {
        "days": [TODAY],
        "begins": dt.time(9),
        "ends": dt.time(17),
        "kind": "duty",
        **given,
    }
    made = plan(
        actor=town.actor(who),
        organisation_id=town.units["committee-029"].pk,
        user_id=user or town.users["worker"].pk,
        **fields,  # type: ignore[arg-type]
    )
    return made[0]


def refuses(refusal: Refusal, call: object) -> None:
    before = list(DutyShift.objects.order_by("pk").values_list())
    with pytest.raises(RuleBroken) as broken:
        call()  # type: ignore[operator]
    assert broken.value.refusal is refusal
    assert broken.value.message
    assert list(DutyShift.objects.order_by("pk").values_list()) == before


def test_a_whole_week_is_put_down_at_once(town: Town) -> None:
    days = [TODAY + index * DAY for index in range(5)]
    put(town, days=[*days, days[0]])
    assert DutyShift.objects.count() == 5
    unit = town.units["committee-029"]
    assert [row.starts_at for row in shifts_of(unit, first=NOW - DAY, after=NOW + 9 * DAY)] == [
        dt.datetime.combine(day, dt.time(1), tzinfo=dt.UTC) for day in days
    ]
    assert Event.objects.filter(name="duty.planned").count() == 5


def test_a_night_ends_the_next_day(town: Town) -> None:
    shift = put(town, begins=dt.time(22), ends=dt.time(6))
    assert shift.ends_at - shift.starts_at == 8 * HOUR


def test_nobody_is_on_duty_twice_at_once_and_the_refusal_says_where(town: Town) -> None:
    put(town, begins=dt.time(9), ends=dt.time(17))
    refuses(BUSY, lambda: put(town, begins=dt.time(16), ends=dt.time(20)))
    # One day of several is taken: none of them is put down.
    refuses(
        BUSY, lambda: put(town, days=[TODAY + DAY, TODAY], begins=dt.time(16), ends=dt.time(20))
    )
    put(town, begins=dt.time(17), ends=dt.time(20))


def test_the_table_itself_holds_no_overlap(town: Town) -> None:
    shift = put(town)
    with pytest.raises(IntegrityError, match="duty_one_place_at_a_time"), transaction.atomic():
        DutyShift.objects.create(
            organisation=shift.organisation,
            user=shift.user,
            kind="gate",
            starts_at=shift.ends_at - HOUR,
            ends_at=shift.ends_at + HOUR,
        )


def test_only_the_units_own_people_and_holders_of_its_posts_are_on_duty(town: Town) -> None:
    from linli.accounts.appointing import appoint
    from linli.territory.operations import open_post
    from tests.territory.city import manager

    ma = town.users["neighbour"].pk
    refuses(NOT_OF_UNIT, lambda: put(town, user=ma))
    unit = town.units["committee-029"]
    post = open_post(actor=manager(), organisation_id=unit.pk, title="副书记")
    appoint(actor=manager(), post_id=post.pk, username="ma", valid_from=TODAY, valid_to=TODAY + DAY)
    put(town, user=ma)
    refuses(NOT_OF_UNIT, lambda: put(town, user=ma, days=[TODAY + DAY]))


def test_a_roster_is_for_the_time_to_come(town: Town) -> None:
    refuses(IS_PAST, lambda: put(town, days=[TODAY - DAY]))
    refuses(TOO_FAR, lambda: put(town, days=[TODAY + 400 * DAY]))
    refuses(NO_DAY, lambda: put(town, days=[]))


def test_a_swap_before_the_shift_gives_it_away_whole(town: Town, colleague: int) -> None:
    shift = put(town, days=[TODAY + DAY])
    taken = swap(actor=town.actor("worker"), shift_id=shift.pk, user_id=colleague)
    shift.refresh_from_db()
    assert shift.dropped_at == NOW
    assert (taken.starts_at, taken.ends_at) == (shift.starts_at, shift.ends_at)
    assert taken.instead_of == shift
    put(town, days=[TODAY + DAY])  # the first one is free again


def test_a_swap_during_the_shift_hands_over_now(town: Town, colleague: int) -> None:
    shift = put(town)  # since nine; it is ten past two
    taken = swap(actor=town.actor("worker"), shift_id=shift.pk, user_id=colleague)
    shift.refresh_from_db()
    assert shift.ends_at == NOW == taken.starts_at
    place = town.places[HOME]
    assert [row.user_id for row in on_duty(place, at=NOW)] == [colleague]
    assert [row.user_id for row in on_duty(place, at=NOW - HOUR)] == [shift.user_id]


def test_a_swap_that_does_not_fit_changes_nothing(town: Town, colleague: int) -> None:
    shift = put(town)
    other = put(town, user=colleague, begins=dt.time(16), ends=dt.time(20))
    worker = town.actor("worker")
    refuses(BUSY, lambda: swap(actor=worker, shift_id=shift.pk, user_id=colleague))
    refuses(SAME_PERSON, lambda: swap(actor=worker, shift_id=shift.pk, user_id=shift.user_id))
    end(actor=worker, shift_id=other.pk)
    swap(actor=worker, shift_id=shift.pk, user_id=colleague)
    refuses(IS_OVER, lambda: swap(actor=worker, shift_id=shift.pk, user_id=colleague))


def test_ending_a_shift_that_runs_and_taking_back_one_to_come(town: Town) -> None:
    running, later = put(town), put(town, days=[TODAY + DAY])
    worker = town.actor("worker")
    for shift in (running, later):
        end(actor=worker, shift_id=shift.pk)
        shift.refresh_from_db()
        refuses(IS_OVER, lambda pk=shift.pk: end(actor=worker, shift_id=pk))
    assert running.ends_at == NOW
    assert later.dropped_at == NOW
    facts = (
        Event.objects.filter(name="duty.ended").order_by("seq").values_list("payload", flat=True)
    )
    assert [fact["had_begun"] for fact in facts] == [True, False]


def test_on_duty_now_is_whoever_serves_the_place_the_nearest_first(town: Town) -> None:
    put(town)
    street = town.actor("administrator")
    hotline = town.units["hotline"].pk
    plan(
        actor=street,
        organisation_id=hotline,
        user_id=town.users["operator"].pk,
        days=[TODAY],
        begins=dt.time(8),
        ends=dt.time(20),
        kind="desk",
    )
    here = [row.user.display_name for row in on_duty(town.places[HOME], at=NOW)]
    assert here == ["李社工", "孙话务"]
    next_door = [row.user.display_name for row in on_duty(town.places["110105015044"], at=NOW)]
    assert next_door == ["孙话务"]
    assert on_duty(town.places[HOME], at=NOW + 12 * HOUR) == []


def test_the_neighbours_worker_makes_no_roster_here(town: Town) -> None:
    shift = put(town)
    with pytest.raises(Organisation.DoesNotExist):
        put(town, who="neighbour")
    with pytest.raises(Organisation.DoesNotExist):
        end(actor=town.actor("neighbour"), shift_id=shift.pk)
    with pytest.raises(RuleBroken) as broken:
        put(town, who="leader")
    assert broken.value.refusal is NOT_ALLOWED


def test_a_shift_may_be_for_a_compound_of_the_place_served(town: Town) -> None:
    from linli.territory.operations import open_place
    from tests.territory.city import manager

    gate = open_place(actor=manager(), parent_code=HOME, level="compound", name="南院")
    assert places_of(town.units["committee-029"], on=TODAY) == [gate]
    assert places_of(town.units["committee-044"], on=TODAY) == []
    assert put(town, place=gate).place == gate


@given(st.dates(dt.date(2000, 1, 3), dt.date(2100, 1, 1)))
def test_a_week_begins_on_its_monday(day: dt.date) -> None:
    monday = monday_of(day)
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days < 7
    assert week_asked(day.isoformat(), today=TODAY) == monday


@pytest.mark.parametrize("text", ["", "x", "2026-13-01", "0001-01-01x", "一"])
def test_a_week_that_cannot_be_read_is_this_week(text: str) -> None:
    assert week_asked(text, today=TODAY) == dt.date(2026, 11, 16)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.times(), st.times())
def test_hours_last_more_than_nothing_and_at_most_a_day(
    day: dt.date, begins: dt.time, ends: dt.time
) -> None:
    starts_at, ends_at = hours_on(day, begins=begins, ends=ends, zone=dt.UTC)
    assert dt.timedelta(0) < ends_at - starts_at <= dt.timedelta(hours=24)
    assert starts_at.date() == day
