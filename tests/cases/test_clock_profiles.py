"""Profiles: shipped, versioned, in force from when to when; dispatch goes by the one in force."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from linli.accounts.operations import installer
from linli.cases import operations
from linli.cases.choices import Urgency
from linli.cases.clocks import operations as clocks
from linli.cases.clocks.choices import ClockCode, LimitUnit
from linli.cases.clocks.models import ClockAlert, ClockClass, ClockProfile, ClockTerm
from linli.cases.clocks.queries import offered, profile_for, terms
from linli.cases.clocks.rules import (
    CONTACT_AFTER_HANDLING,
    Limits,
    check_limits,
    class_of,
    deadlines,
    limit_words,
)
from linli.cases.clocks.shipped import SHIPPED
from linli.cases.models import Case, WorkOrder
from linli.cases.operations.dispatching import NO_PROFILE
from linli.kernel.actor import Actor
from linli.kernel.errors import NOT_ALLOWED, Refusal, RuleBroken
from linli.kernel.models import Event
from linli.methods.clocks import Calendar, Limit, Pause, Unit
from linli.territory.calendar.announced import announced_years
from linli.territory.calendar.operations import apply_year
from tests.builders import Town, a_case
from tests.cases.expect import refused
from tests.conftest import NOW

DAY = dt.timedelta(days=1)
ALWAYS = Calendar(times=((0, 1440),), zone=dt.UTC)


def shipped(code: str) -> ClockProfile:
    return ClockProfile.objects.get(code=code, version=1)


def clerk(*, now: dt.datetime = NOW) -> Actor:
    return installer(now=now, permissions=frozenset({"cases.clocks"}))


def put(town: Town, code: str, *, place: str | None = None, **given: Any) -> ClockTerm:
    return clocks.put_in_force(
        actor=given.pop("actor", clerk()),
        profile=shipped(code),
        place=town.places[place] if place else None,
        **given,
    )


def dispatch(town: Town, case: Case, *, now: dt.datetime = NOW, **given: Any) -> WorkOrder:
    lead = town.units["committee-029"].pk
    return operations.dispatch(
        actor=town.actor("dispatcher", now=now), case_id=case.pk, lead_id=lead, **given
    )


def waiting(town: Town, **given: Any) -> Case:
    return a_case(town, now=NOW - 30 * DAY, **given)


# — rules —


def test_each_code_is_known_to_every_shipped_profile() -> None:
    for profile in SHIPPED:
        assert set(profile.classes) == set(ClockCode)
        for code, limits in profile.classes.items():
            check_limits(limits, name=code)
    assert set(Urgency.values) < set(ClockCode.values)
    assert set(LimitUnit.values) == {unit.value for unit in Unit}


@pytest.mark.parametrize(
    ("kind", "urgency", "code"),
    [
        ("inquiry", "N", "Q"),
        ("inquiry", "E1", "E1"),
        ("inquiry", "C", "C"),
        ("complaint", "N", "N"),
        ("help", "E2", "E2"),
    ],
)
def test_the_class_of_a_case(kind: str, urgency: str, code: str) -> None:
    assert class_of(kind=kind, urgency=urgency) == code


def limits(first: int, first_unit: str, handling: int, unit: str) -> Limits:
    return Limits(Limit(first, Unit(first_unit)), Limit(handling, Unit(unit)))


@pytest.mark.parametrize(
    ("given", "is_refused"),
    [
        (limits(2, "hour", 90, "minute"), True),
        (limits(8, "day", 7, "day"), True),
        (limits(2, "working_day", 1, "working_day"), True),
        (limits(24, "hour", 1, "day"), False),
        (limits(1, "working_day", 1, "working_day"), False),
        (limits(1, "working_day", 24, "hour"), False),
    ],
)
def test_a_contact_later_than_the_whole_is_refused_where_both_can_be_compared(
    given: Limits, is_refused: bool
) -> None:
    if not is_refused:
        check_limits(given, name="x")
        return
    with pytest.raises(RuleBroken) as broken:
        check_limits(given, name="x")
    assert broken.value.refusal is CONTACT_AFTER_HANDLING


def test_the_contact_is_never_due_after_the_whole() -> None:
    """A working day for the contact and 24 hours for all: on a Friday the hours end first."""
    friday = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
    found = deadlines(limits(1, "working_day", 24, "hour"), at=friday, calendar=ALWAYS)
    assert found.first_contact.at == found.handling.at == friday + DAY


def test_pause_and_extension_belong_to_the_handling_clock() -> None:
    pause = Pause(NOW + dt.timedelta(hours=1), NOW + dt.timedelta(hours=4))
    plain = deadlines(limits(2, "hour", 24, "hour"), at=NOW, calendar=ALWAYS)
    found = deadlines(
        limits(2, "hour", 24, "hour"), at=NOW, calendar=ALWAYS, pauses=[pause], extension=5
    )
    assert found.first_contact == plain.first_contact
    assert found.handling.at == NOW + dt.timedelta(hours=24 + 3 + 5)


def test_a_rework_has_half_of_each_limit() -> None:
    found = deadlines(limits(2, "hour", 24, "hour"), at=NOW, calendar=ALWAYS, percent=50)
    assert found.handling.at == NOW + dt.timedelta(hours=12)
    points = [(a.clock, a.percent, a.at - NOW) for a in found.alerts if a.at]
    assert points[3:] == [
        ("handling", 50, dt.timedelta(hours=6)),
        ("handling", 75, dt.timedelta(hours=9)),
        ("handling", 100, dt.timedelta(hours=12)),
    ]


def test_a_limit_in_words() -> None:
    assert limit_words(Limit(15, Unit.MINUTE)) in ("15 minutes", "15 分钟")
    assert limit_words(Limit(1, Unit.WORKING_DAY)) in ("1 working day", "1 个工作日")


# — shipped —


def test_the_shipped_profiles_stand_once_and_the_default_is_in_force(town: Town) -> None:
    assert set(ClockProfile.objects.values_list("code", "version")) == {
        ("bj-default", 1),
        ("sd-5wd", 1),
        ("epidemic", 1),
    }
    assert clocks.load_shipped(actor=clerk()) == []
    assert ClockProfile.objects.count() == 3
    assert ClockTerm.objects.count() == 1
    assert ClockClass.objects.count() == 3 * len(ClockCode)
    found = profile_for(town.places["110105019029"], at=NOW)
    assert found == shipped("bj-default")


def test_a_profile_is_never_changed_nor_removed(town: Town) -> None:
    profile = shipped("sd-5wd")
    for act in (
        lambda: ClockProfile.objects.filter(pk=profile.pk).update(name="x"),
        lambda: ClockProfile.objects.filter(pk=profile.pk).delete(),
        lambda: profile.classes.update(handling_amount=99),
        lambda: ClockClass.objects.filter(profile=profile).delete(),
    ):
        with (
            pytest.raises(DatabaseError, match=r"Cannot update or delete|permission denied"),
            transaction.atomic(),
        ):
            act()


# — versions —


def a_version(**given: Any) -> dict[str, Any]:
    one = SHIPPED[0]
    classes = {code.value: found for code, found in one.classes.items()}
    return {
        "code": "bj-default",
        "name": "北京 2027",
        "basis": "市级文件",
        "times": "09:00-17:00",
        "classes": classes,
        **given,
    }


def test_a_new_version_stands_beside_the_old_and_is_in_force_nowhere(town: Town) -> None:
    added = clocks.add_version(actor=clerk(), **a_version())
    assert (added.code, added.version) == ("bj-default", 2)
    assert added.of("E1").limits == SHIPPED[0].classes[ClockCode.EMERGENCY]
    assert not added.terms.exists()
    event = Event.objects.get(name="clocks.profile_added", stream_id=added.pk)
    assert event.payload == {"profile_id": added.pk, "code": "bj-default", "version": 2}
    assert clocks.add_version(actor=clerk(), **a_version(code="own")).version == 1


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"times": "nine to five"}, clocks.NOT_TIMES),
        ({"classes": {"E1": SHIPPED[0].classes[ClockCode.EMERGENCY]}}, clocks.CLASS_MISSING),
        (
            {"classes": dict.fromkeys(ClockCode.values, limits(3, "hour", 2, "hour"))},
            CONTACT_AFTER_HANDLING,
        ),
    ],
)
def test_a_version_that_cannot_be_kept_is_refused(
    town: Town, given: dict[str, Any], refusal: Refusal
) -> None:
    with refused(refusal):
        clocks.add_version(actor=clerk(), **a_version(**given))
    assert ClockProfile.objects.count() == 3


# — in force —


def test_the_smallest_area_around_the_place_decides(town: Town) -> None:
    put(town, "sd-5wd", place="110105")
    place = town.places["110105019029"]
    assert profile_for(place, at=NOW) == shipped("sd-5wd")
    assert profile_for(town.places["110106"], at=NOW) == shipped("bj-default")
    assert profile_for(place, at=NOW - DAY) == shipped("bj-default")
    put(town, "epidemic", place="110105019")
    assert profile_for(place, at=NOW) == shipped("epidemic")
    assert profile_for(None, at=NOW) == shipped("bj-default")


def test_an_open_ended_term_ends_when_the_next_begins(town: Town) -> None:
    put(town, "sd-5wd", valid_from=NOW + DAY)
    before, after = ClockTerm.objects.order_by("valid_from")
    assert (before.valid_to, after.valid_from, after.valid_to) == (NOW + DAY, NOW + DAY, None)
    place = town.places["110105"]
    assert profile_for(place, at=NOW + DAY - dt.timedelta(seconds=1)) == shipped("bj-default")
    assert profile_for(place, at=NOW + DAY) == shipped("sd-5wd")
    told = Event.objects.filter(stream_kind="clock_term", at=NOW).order_by("id")
    assert list(told.values_list("name", "stream_id", "seq")) == [
        ("clocks.term_ended", before.pk, 2),
        ("clocks.put_in_force", after.pk, 1),
    ]


def test_overlapping_terms_are_refused_with_the_one_that_stands(town: Town) -> None:
    put(town, "sd-5wd", place="110105", valid_from=NOW + 2 * DAY, valid_to=NOW + 5 * DAY)
    for start, end in ((1, 3), (3, 4), (4, 9), (1, None), (3, None)):
        with refused(clocks.OVERLAPS) as broken:
            put(
                town,
                "bj-default",
                place="110105",
                valid_from=NOW + start * DAY,
                valid_to=end and NOW + end * DAY,
            )
        assert "2026-11-20 14:10" in broken.value.message
    put(town, "bj-default", place="110105", valid_from=NOW + 5 * DAY)
    put(town, "bj-default", place="110105", valid_from=NOW, valid_to=NOW + 2 * DAY)
    put(town, "bj-default", place="110106", valid_from=NOW + 3 * DAY)


@pytest.mark.parametrize("is_override", [False, True])
def test_the_database_itself_refuses_an_overlap(town: Town, is_override: bool) -> None:
    for place in (None, town.places["110105"]):
        row = {
            "profile": shipped("sd-5wd"),
            "place": place,
            "is_override": is_override,
            "valid_from": NOW + 90 * DAY,
        }
        if place or is_override:
            ClockTerm.objects.create(**row, valid_to=NOW + 100 * DAY)
        with pytest.raises(IntegrityError) as failed, transaction.atomic():
            ClockTerm.objects.create(**{**row, "valid_from": NOW + 99 * DAY})
        name = "clock_override_apart" if is_override else "clock_term_apart"
        assert failed.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"valid_from": NOW - DAY}, clocks.IN_THE_PAST),
        ({"place": "110105", "valid_to": NOW}, clocks.ENDS_BEFORE),
        ({"place": "110105", "valid_from": NOW + DAY, "valid_to": NOW + DAY}, clocks.ENDS_BEFORE),
        ({"valid_to": NOW + DAY}, clocks.NEEDS_OPEN_END),
    ],
)
def test_a_term_that_cannot_be_is_refused(
    town: Town, given: dict[str, Any], refusal: Refusal
) -> None:
    with refused(refusal):
        put(town, "sd-5wd", **given)
    assert ClockTerm.objects.count() == 1


def test_an_administrator_sets_limits_in_the_own_area_only(town: Town) -> None:
    own = town.actor("administrator")
    assert put(town, "sd-5wd", actor=own).place is None
    district = replace(
        own, grants=tuple(replace(g, column="district_code", code="110105") for g in own.grants)
    )
    assert put(town, "bj-default", place="110105019", actor=district)
    for place in (None, "110106"):
        with refused(clocks.OUTSIDE_AREA):
            put(town, "bj-default", place=place, actor=district)
    with refused(NOT_ALLOWED):
        put(town, "bj-default", actor=town.actor("leader"))


def test_a_term_is_ended_or_taken_back(town: Town) -> None:
    begun = put(town, "sd-5wd", place="110105", actor=clerk(now=NOW - DAY))
    to_come = put(town, "sd-5wd", place="110106", valid_from=NOW + DAY)
    clocks.end_term(actor=clerk(), term_id=begun.pk)
    clocks.end_term(actor=clerk(), term_id=to_come.pk)
    begun.refresh_from_db()
    assert (begun.valid_to, begun.version) == (NOW, 2)
    assert not ClockTerm.objects.filter(pk=to_come.pk).exists()
    assert profile_for(town.places["110105"], at=NOW) == shipped("bj-default")
    assert [term.place_id for term in terms(at=NOW)] == [None]
    with refused(clocks.ENDED_ALREADY):
        clocks.end_term(actor=clerk(now=NOW + DAY), term_id=begun.pk)


def test_the_term_of_the_whole_installation_is_not_ended(town: Town) -> None:
    with refused(clocks.NEEDS_OPEN_END):
        clocks.end_term(actor=clerk(), term_id=ClockTerm.objects.get().pk)


# — dispatch —


def test_the_order_names_profile_and_class(town: Town) -> None:
    order = dispatch(town, waiting(town, urgency="E2"))
    order.refresh_from_db()
    assert order.clock_class == shipped("bj-default").of("E2")
    assert order.calendar_read_at is None
    due = dict(ClockAlert.objects.filter(clock="handling").values_list("percent", "due_at"))
    assert due == {p: NOW + dt.timedelta(hours=24 * p / 100) for p in (50, 75, 100)}
    assert ClockAlert.objects.filter(order=order).count() == 6


def test_an_inquiry_has_until_the_end_of_the_next_working_day(town: Town) -> None:
    permissions = frozenset({"territory.calendar"})
    apply_year(
        actor=installer(now=NOW, permissions=permissions),
        year=2026,
        days=announced_years()[2026],
        source="test",
    )
    order = dispatch(town, waiting(town, kind="inquiry"))
    assert order.clock_class.code == "Q"
    assert order.handling_due_at == dt.datetime(2026, 11, 19, 9, 30, tzinfo=dt.UTC)
    assert order.first_contact_due_at == order.handling_due_at
    assert (order.handling_is_provisional, order.calendar_read_at) == (False, NOW)


def test_a_deadline_on_days_not_announced_is_provisional(town: Town) -> None:
    order = dispatch(town, waiting(town, kind="inquiry"))
    assert order.handling_is_provisional
    assert order.first_contact_is_provisional


def test_the_class_given_outranks_that_of_the_case(town: Town) -> None:
    assert dispatch(town, waiting(town), clock_class="C").clock_class.code == "C"


def test_the_profile_in_force_at_dispatch_counts_not_the_one_after(town: Town) -> None:
    early = dispatch(town, waiting(town))
    put(town, "sd-5wd", valid_from=NOW + DAY)
    late = dispatch(town, waiting(town), now=NOW + 2 * DAY)
    early.refresh_from_db()
    assert early.clock_class.profile == shipped("bj-default")
    assert early.handling_due_at == NOW + 7 * DAY
    assert late.clock_class.profile == shipped("sd-5wd")
    assert late.handling_due_at == dt.datetime(2026, 11, 27, 9, 30, tzinfo=dt.UTC)


def test_the_epidemics_limits_apply_where_they_are_chosen(town: Town) -> None:
    put(town, "epidemic", is_override=True, valid_to=NOW + 30 * DAY)
    plain = dispatch(town, waiting(town))
    chosen = dispatch(town, waiting(town), by_override=True)
    question = dispatch(town, waiting(town, kind="inquiry"), by_override=True)
    assert plain.handling_due_at == NOW + 7 * DAY
    assert chosen.clock_class.profile == shipped("epidemic")
    assert chosen.first_contact_due_at == NOW + dt.timedelta(minutes=30)
    assert chosen.handling_due_at == NOW + dt.timedelta(hours=24)
    assert question.handling_due_at == NOW + dt.timedelta(hours=2)


def test_without_limits_in_force_nothing_is_dispatched(town: Town) -> None:
    case = waiting(town)
    with refused(NO_PROFILE):
        dispatch(town, case, by_override=True)
    ClockTerm.objects.all().delete()
    with refused(NO_PROFILE):
        dispatch(town, case)
    assert offered(case, at=NOW) == (None, None)


def test_what_is_offered_is_what_dispatch_gives(town: Town) -> None:
    case = waiting(town, kind="inquiry")
    found, _override = offered(case, at=NOW)
    order = dispatch(town, case)
    assert found is not None
    assert found.deadlines.handling.at == order.handling_due_at
    assert found.deadlines.first_contact.at == order.first_contact_due_at
