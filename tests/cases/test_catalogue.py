"""Who leads what: entries, duty lists, cover; and what the database itself refuses."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.utils import translation

from linli.accounts.operations import installer
from linli.cases.catalogue import operations as catalogue
from linli.cases.catalogue import parts, rules
from linli.cases.catalogue.models import CatalogueEntry, Category, CoHandler, DutyItem
from linli.cases.catalogue.queries import Proposal, proposal_for
from linli.cases.catalogue.shipped import CategoryRow, shipped
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import NOT_ALLOWED, Refusal, RuleBroken
from linli.kernel.models import Event
from linli.territory.operations import open_organisation, open_place
from tests.builders import BASIS, LIFT, START, Town
from tests.cases.people import a_person
from tests.conftest import NOW

HOME, STREET, DISTRICT = "110105019029", "110105019", "110105"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def clerk(town: Town, *, now: dt.datetime = NOW) -> Actor:
    return town.actor("administrator", now=now)


def a_unit(code: str, kind: str, place: str) -> Any:
    root = installer(now=START, permissions=frozenset({"territory.load"}))
    return open_organisation(actor=root, code=code, name=code, kind=kind, place_code=place)


def entry(town: Town, code: str = "0203", **given: Any) -> CatalogueEntry:
    actor = given.pop("actor", None) or clerk(town)
    place = given.pop("place", None)
    if "lead" not in given:
        given.setdefault("lead_kind", "street")
    return catalogue.add_entry(
        actor=actor,
        category=town.categories[code],
        place=town.places[place] if place else None,
        **{"basis": BASIS, **given},
    )


def asked(town: Town, code: str | None = LIFT, **given: Any) -> Proposal:
    place = given.pop("place", HOME)
    return proposal_for(
        category=town.categories[code] if code else None,
        place=town.places[place],
        urgency=given.pop("urgency", "N"),
        at=given.pop("at", NOW),
    )


def leads(town: Town, code: str = LIFT, **given: Any) -> list[str]:
    return [unit.code for unit in asked(town, code, **given).leads]


def refused(refusal: Refusal, **facts: Any) -> Any:
    return pytest.raises(RuleBroken, match=refusal.code)


# — who leads —


def test_the_nearest_unit_of_the_kind_leads(town: Town) -> None:
    assert leads(town) == ["committee-029"]
    assert leads(town, place="110105015044") == ["committee-044"]
    assert leads(town, "040101") == ["street-019"]


def test_a_smaller_area_comes_before_a_deeper_category(town: Town) -> None:
    entry(town, LIFT, lead_kind="street")
    assert leads(town) == ["street-019"]
    entry(town, "02", lead_kind="committee", place=DISTRICT)
    assert leads(town) == ["committee-029"]
    entry(town, "02", lead=town.units["street-019"], place=STREET)
    assert leads(town) == ["street-019"]
    entry(town, "0203", lead_kind="committee", place=HOME)
    assert leads(town) == ["committee-029"]


def test_an_entry_of_one_urgency_comes_before_that_of_all(town: Town) -> None:
    entry(town, "0203", lead_kind="street", urgency="E1", clock_class="E1")
    assert leads(town) == ["committee-029"]
    assert leads(town, urgency="E1") == ["street-019"]


def test_an_entry_holds_from_its_day_to_its_end(town: Town) -> None:
    entry(town, valid_from=NOW + 2 * DAY, valid_to=NOW + 4 * DAY)
    assert leads(town, at=NOW + DAY) == ["committee-029"]
    assert leads(town, at=NOW + 3 * DAY) == ["street-019"]
    assert leads(town, at=NOW + 4 * DAY) == ["committee-029"]


def test_a_case_below_the_community_is_found_too(town: Town) -> None:
    may = frozenset({"territory.manage"})
    over = Grant("installer", may, "city_code", "110000")
    root = installer(now=NOW, permissions=may, over=(over,))
    court = open_place(actor=root, parent_code=HOME, level="compound", name="南院")
    town.places[court.code] = court
    assert leads(town, place=court.code) == ["committee-029"]
    property_ = a_unit("property-1", "property", court.code)
    entry(town, LIFT, lead_kind="property", place=HOME)
    assert leads(town, place=court.code) == [property_.code]
    assert leads(town) == ["committee-029"]  # no property company serves the whole community


def test_an_entry_that_leads_to_nobody_is_passed_over_and_says_why(town: Town) -> None:
    entry(town, LIFT, lead_kind="utility")
    found = asked(town)
    assert [unit.code for unit in found.leads] == ["committee-029"]
    (passed,) = found.passed_over
    assert passed.broken.refusal is rules.NONE_OF_KIND
    assert "双合家园" in passed.broken.message


def test_several_of_one_kind_are_all_named_and_one_is_to_be_chosen(town: Town) -> None:
    for number in (1, 2):
        a_unit(f"housing-{number}", "housing", HOME)
    entry(town, LIFT, lead_kind="housing", place=HOME)
    assert leads(town) == ["housing-1", "housing-2"]


def test_a_named_lead_that_does_not_serve_the_place_is_passed_over(town: Town) -> None:
    entry(town, LIFT, lead=town.units["street-019"])
    found = asked(town, place="110105015044")
    assert [unit.code for unit in found.leads] == ["committee-044"]
    assert found.passed_over[0].broken.refusal is rules.NOT_SERVING_HERE


def test_co_handlers_are_found_by_place_and_never_the_lead_itself(town: Town) -> None:
    helper = a_unit("property-1", "property", HOME)
    a_unit("volunteers-1", "volunteer_team", HOME)
    row = entry(
        town,
        LIFT,
        lead_kind="committee",
        co_handlers=[helper, "volunteer_team", "committee", "street", "member_unit"],
    )
    assert next(one.shown for one in row.co_handlers.all()) == "property-1"
    found = [unit.code for unit in asked(town).co_handlers]
    assert found == ["property-1", "team-029", "volunteers-1", "street-019"]


def test_without_a_category_the_catalogue_says_nothing(town: Town) -> None:
    found = asked(town, None)
    assert (found.leads, found.entry, found.why) == ((), None, "")
    assert found.options


# — article 17 —


def test_a_community_leads_only_what_is_on_its_list(town: Town) -> None:
    entry(town, "04", lead_kind="street")
    committee = town.units["committee-029"]
    assert asked(town, LIFT).refusal(committee) is None
    broken = asked(town, "0401").refusal(committee)
    assert broken is not None
    assert broken.refusal is rules.ARTICLE_17
    assert "第十七条" in broken.message
    assert asked(town, None).refusal(committee).refusal is rules.CATEGORY_FIRST  # type: ignore[union-attr]
    assert asked(town, "0401").refusal(town.units["street-019"]) is None


def test_a_list_is_of_one_body_or_of_a_kind_in_an_area_and_dated(town: Town) -> None:
    station = a_unit("station-029", "service_station", HOME)
    water, committee = town.categories["04"], town.units["committee-029"]
    add = catalogue.add_duty
    add(actor=clerk(town), category=water, organisation=station, basis="清单")
    assert asked(town, "040101").refusal(station) is None
    assert asked(town, "040101").refusal(committee) is not None
    add(
        actor=clerk(town),
        category=water,
        kind="committee",
        place=town.places["110105015"],
        basis="清单",
    )
    assert asked(town, "0401").refusal(committee) is not None
    elsewhere = asked(town, "0401", place="110105015044")
    assert elsewhere.refusal(town.units["committee-044"]) is None
    add(
        actor=clerk(town),
        category=water,
        organisation=committee,
        valid_from=NOW + DAY,
        valid_to=NOW + 2 * DAY,
        basis="清单",
    )
    assert asked(town, "0401").refusal(committee) is not None
    assert asked(town, "0401", at=NOW + DAY).refusal(committee) is None
    assert asked(town, "0401", at=NOW + 2 * DAY).refusal(committee) is not None


def test_an_item_taken_off_the_list_leaves_the_lead_to_the_wider_entry(town: Town) -> None:
    item = DutyItem.objects.get()
    entry(town, "02", lead_kind="street", place=None, urgency="N")
    catalogue.end_duty(actor=clerk(town, now=NOW + DAY), item_id=item.pk)
    found = asked(town, LIFT, urgency="C", at=NOW + 2 * DAY)
    assert found.leads == ()
    assert found.passed_over[0].broken.refusal is rules.ARTICLE_17
    assert leads(town, at=NOW + 2 * DAY) == ["street-019"]


def test_the_catalogue_takes_no_community_whose_list_does_not_hold_it(town: Town) -> None:
    with refused(parts.OFF_EVERY_LIST):
        entry(town, "0401", lead_kind="committee")
    with refused(parts.OFF_EVERY_LIST):
        entry(town, "0401", lead=town.units["committee-029"])
    with refused(parts.OFF_EVERY_LIST):
        entry(town, "0203", lead_kind="service_station")
    assert entry(town, "0203", lead=town.units["committee-029"], place=HOME).pk


# — what is refused —


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"basis": " "}, catalogue.NO_BASIS),
        ({"valid_from": NOW - DAY}, catalogue.IN_THE_PAST),
        ({"valid_from": NOW + DAY, "valid_to": NOW + DAY}, catalogue.ENDS_BEFORE),
        ({"lead_kind": ""}, catalogue.ONE_LEAD),
        ({"lead_kind": "member_unit"}, catalogue.CANNOT_LEAD),
    ],
)
def test_what_cannot_be_is_refused(town: Town, given: dict[str, Any], refusal: Refusal) -> None:
    before = CatalogueEntry.objects.count()
    with refused(refusal):
        entry(town, **given)
    assert CatalogueEntry.objects.count() == before


def test_a_closed_unit_and_one_that_never_leads_are_refused(town: Town) -> None:
    shut = a_unit("department-1", "department", DISTRICT)
    shut.is_open, shut.closed_at = False, NOW
    shut.save(update_fields=["is_open", "closed_at"])
    with refused(catalogue.LEAD_IS_CLOSED):
        entry(town, lead=shut)
    with refused(catalogue.CANNOT_LEAD):
        entry(town, lead=town.units["hotline"])


def test_the_next_open_ended_entry_ends_the_one_before(town: Town) -> None:
    first = entry(town)
    second = entry(town, lead_kind="committee", valid_from=NOW + DAY)
    first.refresh_from_db()
    assert (first.valid_to, second.valid_to) == (NOW + DAY, None)
    ended = Event.objects.get(name="catalogue.entry_ended")
    assert (ended.stream_id, ended.seq) == (first.pk, 2)


def test_other_entries_of_the_same_time_are_refused_with_the_days(town: Town) -> None:
    entry(town, valid_from=NOW + DAY)
    for given in (
        {},
        {"valid_from": NOW + DAY},
        {"valid_from": NOW + 2 * DAY, "valid_to": NOW + 3 * DAY},
    ):
        with refused(catalogue.OVERLAPS) as broken:
            entry(town, **given)
        assert "2026-11-19" in broken.value.message
    assert entry(town, valid_to=NOW + DAY).pk  # until that one begins
    assert entry(town, urgency="E1").pk
    assert entry(town, place=HOME).pk


def test_a_duty_item_twice_is_refused(town: Town) -> None:
    with refused(catalogue.DUTY_OVERLAPS):
        catalogue.add_duty(
            actor=clerk(town), category=town.categories["02"], kind="committee", basis="清单"
        )
    for unit in ("street-019", "hotline"):
        with refused(catalogue.NOT_DUTY_BOUND):
            catalogue.add_duty(
                actor=clerk(town),
                category=town.categories["02"],
                organisation=town.units[unit],
                basis="清单",
            )


def test_a_first_level_category_is_never_left_without_a_lead(town: Town) -> None:
    wide = CatalogueEntry.objects.get(category=town.categories["04"])
    with refused(parts.UNCOVERED) as broken:
        catalogue.end_entry(actor=clerk(town), entry_id=wide.pk)
    assert "2026-11-18" in broken.value.message
    with refused(catalogue.OVERLAPS):  # for two days only, in the middle of it
        entry(town, "04", lead_kind="district", valid_from=NOW + DAY, valid_to=NOW + 2 * DAY)
    wide.refresh_from_db()
    small = entry(town, "0401", lead_kind="street")
    catalogue.end_entry(actor=clerk(town, now=NOW + DAY), entry_id=small.pk)
    assert leads(town, "0401", at=NOW + DAY) == ["street-019"]


def test_an_entry_that_has_not_begun_is_taken_back_and_one_that_ended_stays(town: Town) -> None:
    later = entry(town, valid_from=NOW + DAY)
    catalogue.end_entry(actor=clerk(town), entry_id=later.pk)
    assert not CatalogueEntry.objects.filter(pk=later.pk).exists()
    running = entry(town)
    change = entry(town, lead_kind="committee", valid_from=NOW + 2 * DAY)
    catalogue.end_entry(actor=clerk(town), entry_id=change.pk)
    running.refresh_from_db()
    assert running.valid_to is None  # goes on, for nothing ends it any more
    after = clerk(town, now=NOW + DAY)
    catalogue.end_entry(actor=after, entry_id=running.pk)
    with refused(catalogue.ENDED_ALREADY):
        catalogue.end_entry(actor=after, entry_id=running.pk)
    assert CatalogueEntry.objects.get(pk=running.pk).valid_to == NOW + DAY


def test_an_administrator_of_a_district_says_nothing_beyond_it(town: Town) -> None:
    local = a_person(town, "administrator", place=DISTRICT)
    assert entry(town, actor=local, place=STREET).pk
    for place in (None, "110106"):
        with refused(parts.OUTSIDE_AREA):
            entry(town, actor=local, place=place)
    wide = entry(town)
    with refused(parts.OUTSIDE_AREA):
        catalogue.end_entry(actor=local, entry_id=wide.pk)
    with refused(parts.OUTSIDE_AREA):
        catalogue.end_duty(actor=local, item_id=DutyItem.objects.get().pk)
    with refused(NOT_ALLOWED):
        entry(town, actor=town.actor("dispatcher"))


def test_a_catalogue_is_begun_from_what_is_usual_once_and_gives_communities_nothing(
    town: Town,
) -> None:
    root = installer(now=NOW, permissions=frozenset({"cases.catalogue"}))
    assert catalogue.begin_catalogue(actor=root, basis=BASIS) == 0
    CatalogueEntry.objects.all().delete()
    made = catalogue.begin_catalogue(actor=root, basis=BASIS)
    assert made == CatalogueEntry.objects.count() > len(Category.objects.filter(parent=None))
    assert parts.gaps(since=NOW) == {}
    kinds = set(CatalogueEntry.objects.values_list("lead_kind", flat=True))
    assert kinds.isdisjoint({"committee", "service_station"})
    assert leads(town) == ["street-019"]


def test_categories_load_once_and_are_corrected_by_their_code(town: Town) -> None:
    root = installer(now=NOW, permissions=frozenset({"cases.catalogue"}))
    rows = list(shipped())
    first = catalogue.load_categories(actor=root, rows=rows)
    assert first.created + first.unchanged == len(rows)
    again = catalogue.load_categories(actor=root, rows=rows)
    assert (again.created, again.changed, again.unchanged) == (0, 0, len(rows))
    renamed = CategoryRow("02", "物业与小区", "Property and compounds", "street", "N")
    assert catalogue.load_categories(actor=root, rows=[renamed]).changed == 1
    assert Category.objects.get(code="02").name == "物业与小区"


# — what the database refuses —


def test_the_database_keeps_entries_of_one_key_apart(town: Town) -> None:
    row = entry(town)
    for change in ({"pk": None}, {"pk": None, "valid_from": NOW + DAY, "valid_to": NOW + 2 * DAY}):
        copy = CatalogueEntry.objects.get(pk=row.pk)
        for name, value in change.items():
            setattr(copy, name, value)
        with pytest.raises(IntegrityError, match="entry_apart"), transaction.atomic():
            copy.save(force_insert=True)


def test_the_database_keeps_duty_items_apart(town: Town) -> None:
    item = DutyItem.objects.get()
    item.pk = None
    with pytest.raises(IntegrityError, match="duty_item_apart"), transaction.atomic():
        item.save(force_insert=True)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"lead_kind": ""}, "entry_one_lead"),
        ({"lead_kind": "member_unit"}, "entry_kind_can_lead"),
        ({"urgency": "X"}, "entry_urgency_known"),
        ({"clock_class": "X"}, "entry_class_known"),
        ({"basis": ""}, "entry_says_basis"),
        ({"valid_to": NOW - DAY}, "entry_ends_after_start"),
    ],
)
def test_the_database_takes_whole_entries_only(
    town: Town, changes: dict[str, Any], constraint: str
) -> None:
    row = entry(town, "12", valid_from=NOW + DAY)
    row.pk = None
    row.valid_from, row.urgency = NOW + 2 * DAY, "E1"
    for name, value in changes.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("change", [{"basis": "别的"}, {"lead_kind": "district"}])
def test_an_entry_is_never_rewritten(town: Town, change: dict[str, str]) -> None:
    row = entry(town)
    with pytest.raises(DatabaseError, match="annot update"), transaction.atomic():
        CatalogueEntry.objects.filter(pk=row.pk).update(**change)
    CatalogueEntry.objects.filter(pk=row.pk).update(valid_to=NOW + DAY)


def test_a_category_hangs_where_its_code_says(town: Town) -> None:
    values = {"name": "错", "name_en": "Wrong", "usual_lead": "street", "usual_class": "N"}
    for code, parent in (("0299", "04"), ("0299", None), ("02x", None), ("99", "02")):
        with pytest.raises(IntegrityError, match="category_code_is_path"), transaction.atomic():
            Category.objects.create(code=code, parent_id=parent, **values)
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="parent"), transaction.atomic():
        Category.objects.create(code="9901", parent_id="99", **values)


def test_a_co_handler_is_one_and_named_once(town: Town) -> None:
    row = entry(town, co_handlers=["property"])
    for given in ({"kind": "property"}, {"kind": ""}, {"kind": "nobody"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CoHandler.objects.create(entry=row, **given)
