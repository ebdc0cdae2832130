"""Orders and cases follow when a unit closes or places are re-drawn; rates of past months stand."""

import datetime as dt

import pytest

from linli.accounts.appointing import appoint, follow_redrawn_roles
from linli.accounts.models import Appointment
from linli.accounts.queries import actor_of
from linli.cases import operations
from linli.cases.catalogue.queries import proposal_for
from linli.cases.models import Case, WorkOrder
from linli.cases.operations.dispatching import LEAD_CLOSED
from linli.cases.operations.handing_over import NOT_SERVED, SAME_UNIT, STILL_HOLDS
from linli.cases.queries import case_for, open_orders_of, orders_of, three_rates
from linli.cases.story import story_of
from linli.kernel.errors import NOT_ALLOWED, Refusal, RuleBroken
from linli.territory.differences import difference
from linli.territory.importing.divisions import read_divisions
from linli.territory.models import Organisation, Place, Serving
from linli.territory.operations import open_post, redraw, serve
from linli.territory.parts import IS_CLOSED
from linli.territory.serving import serving
from linli.workforce.models import DutyShift
from linli.workforce.operations import plan
from tests.builders import Town, a_case
from tests.cases.expect import last_event
from tests.conftest import NOW
from tests.territory.city import a_file, community, manager

TODAY = dt.date(2026, 11, 18)
HOME, NEXT = "110105019029", "110105019030"
MONTH_AGO = NOW - dt.timedelta(days=31)
OTHER = "110105015044,华贸中心社区居委会,华贸中心,社区,110105015,八里庄街道,110105,朝阳区,"


def refuses(refusal: Refusal, verb: object, **given: object) -> RuleBroken:
    with pytest.raises(RuleBroken) as broken:
        verb(actor=manager(), **given)  # type: ignore[operator]
    assert broken.value.refusal is refusal
    return broken.value


@pytest.fixture
def units(town: Town) -> tuple[int, int]:
    return town.units["committee-029"].pk, town.units["street-019"].pk


def test_open_orders_go_to_the_successor_with_state_and_clocks(
    town: Town, units: tuple[int, int]
) -> None:
    committee, street = units
    open_one = a_case(town, at="accepted")
    closed = a_case(town, at="closed")
    before = WorkOrder.objects.get(case=open_one)
    assert operations.hand_over(actor=manager(), from_id=committee, to_id=street) == 1
    after = WorkOrder.objects.get(case=open_one)
    assert (after.lead_id, after.state) == (street, "accepted")
    assert after.handling_due_at == before.handling_due_at
    assert WorkOrder.objects.get(case=closed).lead_id == committee
    event = last_event(open_one)
    assert event.name == "order.handed_over"
    assert event.payload == {
        "order_id": after.pk,
        "from_id": committee,
        "lead_id": street,
        "lapsed_count": 0,
    }
    assert operations.hand_over(actor=manager(), from_id=committee, to_id=street) == 0
    told = [
        step.what for step in story_of(case_for(open_one.number, actor=town.actor("dispatcher")))
    ]
    assert any("双合家园社区居委会" in what and "垡头街道办事处" in what for what in told)
    assert any(what.endswith("双合家园社区居委会") for what in told)  # to whom it was dispatched


def test_a_successor_must_serve_every_place_concerned(town: Town, units: tuple[int, int]) -> None:
    committee, _street = units
    a_case(town, at="dispatched")
    other = town.units["committee-044"].pk
    broken = refuses(NOT_SERVED, operations.hand_over, from_id=committee, to_id=other)
    assert "双合家园" in broken.facts["places"]
    serve(actor=manager(), organisation_id=other, place_code=HOME, valid_from=TODAY)
    assert operations.hand_over(actor=manager(), from_id=committee, to_id=other) == 1
    refuses(SAME_UNIT, operations.hand_over, from_id=other, to_id=other)


def test_a_unit_that_holds_orders_is_not_closed(town: Town, units: tuple[int, int]) -> None:
    committee, _street = units
    a_case(town, at="reported")
    broken = refuses(STILL_HOLDS, operations.close_unit, organisation_id=committee)
    assert broken.facts["count"] == 1
    assert Organisation.objects.get(pk=committee).is_open


def test_closing_ends_servings_posts_appointments_and_duties(
    town: Town, units: tuple[int, int]
) -> None:
    committee, street = units
    early = manager().at(NOW - dt.timedelta(days=5))
    post = open_post(actor=early, organisation_id=committee, title="主任")
    appoint(actor=early, post_id=post.pk, username="li", valid_from=TODAY - dt.timedelta(days=5))
    plan(
        actor=town.actor("worker"),
        organisation_id=committee,
        user_id=town.users["worker"].pk,
        days=[TODAY, TODAY + dt.timedelta(days=1)],
        begins=dt.time(9),
        ends=dt.time(17),
        kind="duty",
    )
    operations.close_unit(actor=manager(), organisation_id=committee, successor_id=street)
    unit = Organisation.objects.get(pk=committee)
    assert (unit.is_open, unit.closed_at, unit.successor_id) == (False, NOW, street)
    assert not Serving.objects.filter(organisation=unit).on(TODAY).exists()
    assert not Appointment.objects.on(TODAY).exists()
    assert not DutyShift.objects.between(NOW, NOW + dt.timedelta(days=9)).exists()
    assert committee not in {one.pk for one in serving(town.places[HOME], on=TODAY)}
    refuses(IS_CLOSED, operations.close_unit, organisation_id=committee)


def test_a_closed_successor_is_refused_and_nothing_is_closed(
    town: Town, units: tuple[int, int]
) -> None:
    committee, street = units
    operations.close_unit(actor=manager(), organisation_id=street)
    refuses(IS_CLOSED, operations.close_unit, organisation_id=committee, successor_id=street)
    assert Organisation.objects.get(pk=committee).is_open


def test_only_who_looks_after_the_area_closes_a_unit(town: Town, units: tuple[int, int]) -> None:
    for who in ("worker", "dispatcher", "leader"):
        with pytest.raises(RuleBroken) as broken:
            operations.close_unit(actor=town.actor(who), organisation_id=units[0])
        assert broken.value.refusal is NOT_ALLOWED
    neighbour = manager(over="110105015044", column="community_code")
    with pytest.raises(Organisation.DoesNotExist):
        operations.close_unit(actor=neighbour, organisation_id=units[0])


def test_no_order_reaches_a_unit_that_was_closed_meanwhile(
    town: Town, units: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_case(town)
    # As read just before the unit was closed.
    offered = proposal_for(category=case.category, place=case.place, urgency="N", at=NOW)
    operations.close_unit(actor=manager(), organisation_id=units[0])
    monkeypatch.setattr("linli.cases.operations.dispatching.proposal_for", lambda **asked: offered)
    with pytest.raises(RuleBroken) as broken:
        operations.dispatch(actor=town.actor("dispatcher"), case_id=case.pk, lead_id=units[0])
    assert broken.value.refusal is LEAD_CLOSED
    case.refresh_from_db()
    assert case.state == "received"


@pytest.fixture
def redrawn(town: Town) -> dict[str, Case]:
    """Two communities merged into a third today: one case of each kind lay in them."""
    cases = {
        "open": a_case(town, at="accepted"),
        "waiting": a_case(town, place=NEXT),
        "closed": a_case(town, at="closed", now=MONTH_AGO),
        "elsewhere": a_case(town, place="110105015044"),
    }
    rows, _aside = read_divisions(
        a_file(community("110105019050", "双翠", succeeds=f"{HOME} {NEXT}"), OTHER)
    )
    redraw(actor=manager(), rows=rows, shown=difference(rows).digest)
    return cases


def rates_of(code: str, at: dt.datetime) -> tuple[int, ...]:
    rates = three_rates(column="community_code", code=code, year=at.year, month=at.month, as_of=NOW)
    return tuple(
        number
        for rate in (rates.response, rates.resolution, rates.satisfaction)
        for number in (rate.numerator, rate.denominator)
    )


def test_open_cases_move_and_last_months_rates_stand(town: Town, redrawn: dict[str, Case]) -> None:
    assessed = WorkOrder.objects.get(case=redrawn["closed"]).handling_due_at
    before = rates_of(HOME, assessed)
    assert before[1] == 1
    assert operations.follow_redrawn_places(actor=manager()) == 2
    assert operations.follow_redrawn_places(actor=manager()) == 0
    new = Place.objects.get(code="110105019050")
    for name in ("open", "waiting"):
        case = redrawn[name]
        case.refresh_from_db()
        assert (case.place_id, case.community_code) == (new.pk, new.code)
        assert last_event(case).name == "case.rescoped"
    for name in ("closed", "elsewhere"):
        moved = redrawn[name].community_code
        redrawn[name].refresh_from_db()
        assert redrawn[name].community_code == moved
    assert WorkOrder.objects.get(case=redrawn["open"]).community_code == HOME
    assert rates_of(HOME, assessed) == before
    assert rates_of(new.code, assessed)[1] == 0


def test_the_worker_sees_the_moved_case_once_the_roles_have_followed(
    town: Town, redrawn: dict[str, Case]
) -> None:
    follow_redrawn_roles(actor=manager())
    operations.follow_redrawn_places(actor=manager())
    worker = actor_of(town.users["worker"], now=NOW)
    number = redrawn["open"].number
    assert case_for(number, actor=worker).community_code == "110105019050"
    assert [order.case_id for order in orders_of(worker)] == [redrawn["open"].pk]
    case = case_for(redrawn["waiting"].number, actor=worker)  # the merged area is seen whole
    assert any("双翠" in step.what for step in story_of(case))


def test_many_cases_follow_in_batches(
    town: Town, redrawn: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.cases.operations.handing_over.BATCH", 1)
    moved = [operations.follow_redrawn_places(actor=manager()) for _round in range(3)]
    assert moved == [1, 1, 0]


def test_the_units_that_served_the_old_places_serve_the_new_one(
    town: Town, redrawn: dict[str, Case], units: tuple[int, int]
) -> None:
    new = Place.objects.get(code="110105019050")
    assert units[0] in {unit.pk for unit in serving(new, on=TODAY)}
    assert open_orders_of(units[0]).count() == 1


def test_following_reads_little_however_many_cases(
    town: Town, redrawn: dict[str, Case], django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        operations.follow_redrawn_places(actor=manager())
