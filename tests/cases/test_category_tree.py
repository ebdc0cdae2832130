"""A city's own tree of categories: added to, named anew, moved, ended with what follows; never deleted."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation

from linli.cases import operations
from linli.cases.catalogue import operations as catalogue
from linli.cases.catalogue import parts, tree
from linli.cases.catalogue.models import CatalogueEntry, Category, DutyItem
from linli.cases.catalogue.queries import (
    categories_in_force,
    find_categories,
    proposal_for,
)
from linli.kernel.actor import Actor
from linli.kernel.errors import NOT_ALLOWED, Refusal, RuleBroken
from linli.kernel.models import Event
from tests.builders import BASIS, LIFT, Town, a_case, a_draft
from tests.cases.people import a_person
from tests.cases.standing import standing_town
from tests.conftest import NOW

DAY = dt.timedelta(days=1)
SAID = tree.Said("充电桩", "Charging points", "street", "N", "convenience", "充电 电动车")


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with translation.override("zh-hans"):
        yield standing_town()


@pytest.fixture
def clerk(town: Town) -> Actor:
    return town.actor("administrator")


def refusing(refusal: Refusal, verb: Any, **given: Any) -> RuleBroken:
    """Expect the refusal, and that the tree stands as it stood."""
    before = list(Category.objects.order_by("pk").values_list())
    with pytest.raises(RuleBroken) as broken:
        verb(**given)
    assert broken.value.refusal is refusal
    assert list(Category.objects.order_by("pk").values_list()) == before
    return broken.value


def last_event(name: str) -> Event:
    event = Event.objects.order_by("pk").last()
    assert event is not None
    assert event.name == name
    return event


# — adding and naming —


def test_a_category_is_added_under_the_next_free_code(town: Town, clerk: Actor) -> None:
    made = tree.add_category(actor=clerk, parent=town.categories["02"], said=SAID)
    assert (made.code, made.parent_id, made.valid_from) == ("0202", "02", NOW)
    assert last_event("category.added").payload["category"] == "0202"
    case = a_case(town, category=None)
    operations.categorise(actor=town.actor("dispatcher"), case_id=case.pk, category=made)
    [found] = find_categories("充电", at=NOW)
    assert found == made
    proposal = proposal_for(category=made, place=case.place, urgency="N", at=NOW)
    assert proposal.leads  # by the entry of the category above


def test_a_first_level_is_led_from_its_first_day(town: Town, clerk: Actor) -> None:
    refusing(catalogue.NO_BASIS, tree.add_category, actor=clerk, parent=None, said=SAID)
    before = parts.gaps(since=NOW)
    made = tree.add_category(actor=clerk, parent=None, said=SAID, basis=BASIS, valid_from=NOW + DAY)
    assert made.code == "01"
    entry = CatalogueEntry.objects.get(category=made)
    assert (entry.lead_kind, entry.place, entry.valid_from) == ("street", None, NOW + DAY)
    assert parts.gaps(since=NOW) == before
    bound = tree.Said("楼道", "Stairs", "committee", "N")
    other = tree.add_category(actor=clerk, parent=None, said=bound, basis=BASIS)
    # A community leads nothing before its duty list says so.
    assert CatalogueEntry.objects.get(category=other).lead_kind == "street"
    assert made not in categories_in_force(NOW)
    assert made in categories_in_force(NOW + DAY)


def test_a_new_name_needs_no_new_code(town: Town, clerk: Actor) -> None:
    said = tree.Said("电梯停运", "Lift out of order", "street", "E2", "safety", "电梯 坏了")
    changed = tree.change_category(actor=clerk, code=LIFT, said=said)
    assert (changed.name, changed.version) == ("电梯停运", 2)
    assert last_event("category.changed").payload["category"] == LIFT
    count = Event.objects.count()
    tree.change_category(actor=clerk, code=LIFT, said=said)
    assert Event.objects.count() == count


def test_two_of_one_name_beside_each_other_are_refused(town: Town, clerk: Actor) -> None:
    parent = town.categories["02"]
    taken = tree.Said(town.categories["0203"].name, "Another", "street", "N")
    refusing(tree.SAME_NAME, tree.add_category, actor=clerk, parent=parent, said=taken)
    refusing(tree.SAME_NAME, tree.change_category, actor=clerk, code="0209", said=taken)
    with pytest.raises(IntegrityError, match="category_name_once_beside"), transaction.atomic():
        Category.objects.filter(code="0209").update(name=taken.name)


def test_a_tree_has_four_levels_and_99_beside_each_other(town: Town, clerk: Actor) -> None:
    fourth = tree.add_category(actor=clerk, parent=town.categories[LIFT], said=SAID)
    assert fourth.code == "02030101"
    refusing(tree.TOO_DEEP, tree.add_category, actor=clerk, parent=fourth, said=SAID)
    Category.objects.bulk_create(
        Category(
            code=f"{LIFT}{number:02d}", parent_id=LIFT, name=f"类{number}", name_en="X",
            usual_lead="street", usual_class="N",
        )
        for number in range(2, 100)
    )  # fmt: skip
    again = tree.Said("又一类", "One more", "street", "N")
    refusing(tree.FULL, tree.add_category, actor=clerk, parent=town.categories[LIFT], said=again)


@pytest.mark.parametrize("who", ["dispatcher", "worker", "leader"])
def test_the_tree_is_the_administrators(town: Town, who: str) -> None:
    actor = town.actor(who)
    refusing(NOT_ALLOWED, tree.add_category, actor=actor, parent=None, said=SAID)
    refusing(NOT_ALLOWED, tree.change_category, actor=actor, code=LIFT, said=SAID)
    refusing(NOT_ALLOWED, tree.end_category, actor=actor, code=LIFT)
    refusing(NOT_ALLOWED, tree.move_category, actor=actor, code=LIFT, to=None)


def test_who_looks_after_a_district_alone_does_not_change_the_citys_tree(town: Town) -> None:
    actor = a_person(town, "administrator", place="110105")
    parent = town.categories["02"]
    refusing(parts.OUTSIDE_AREA, tree.add_category, actor=actor, parent=parent, said=SAID)
    refusing(parts.OUTSIDE_AREA, tree.change_category, actor=actor, code=LIFT, said=SAID)
    refusing(parts.OUTSIDE_AREA, tree.end_category, actor=actor, code=LIFT)
    refusing(parts.OUTSIDE_AREA, tree.move_category, actor=actor, code=LIFT, to=None)


# — ending —


def test_what_is_in_use_ends_only_with_one_that_follows(town: Town, clerk: Actor) -> None:
    a_case(town)
    broken = refusing(tree.NEEDS_SUCCESSOR, tree.end_category, actor=clerk, code=LIFT)
    assert "1" in broken.message
    for wrong, refusal in ((LIFT, tree.FOLLOWS_ITSELF),):
        refusing(
            refusal, tree.end_category, actor=clerk, code=LIFT, successor=town.categories[wrong]
        )
    refusing(
        tree.HOLDS_OTHERS, tree.end_category, actor=clerk, code="0203",
        successor=town.categories["0209"],
    )  # fmt: skip
    ended = tree.end_category(
        actor=clerk, code=LIFT, successor=town.categories["0209"], valid_to=NOW + DAY
    )
    assert (ended.valid_to, ended.successor_id) == (NOW + DAY, "0209")
    assert last_event("category.ended").payload["successor"] == "0209"
    refusing(tree.OVER_ALREADY, tree.end_category, actor=clerk, code=LIFT)
    refusing(tree.OVER_ALREADY, tree.change_category, actor=clerk, code=LIFT, said=SAID)


def test_what_nothing_uses_ends_alone(town: Town, clerk: Actor) -> None:
    made = tree.add_category(actor=clerk, parent=town.categories["02"], said=SAID)
    ended = tree.end_category(actor=clerk.at(NOW + DAY), code=made.code)
    assert ended.successor is None
    # Its code is never given twice.
    other = tree.add_category(actor=clerk.at(NOW + DAY), parent=town.categories["02"], said=SAID)
    assert other.code > made.code


def test_what_has_not_begun_yet_is_taken_back_and_never_was(town: Town, clerk: Actor) -> None:
    made = tree.add_category(
        actor=clerk, parent=None, said=SAID, basis=BASIS, valid_from=NOW + 3 * DAY
    )
    over = tree.end_category(actor=clerk, code=made.code, successor=town.categories["02"])
    assert over.valid_to == over.valid_from
    assert made not in categories_in_force(NOW + 5 * DAY)
    assert not CatalogueEntry.objects.filter(category=made).exists()
    assert made.code not in parts.gaps(since=NOW)


def test_a_category_is_never_deleted(town: Town) -> None:
    with pytest.raises(DatabaseError, match="annot delete"), transaction.atomic():
        Category.objects.filter(code="1304").delete()


def test_entries_and_duty_items_end_with_their_category(town: Town, clerk: Actor) -> None:
    entry = catalogue.add_entry(
        actor=clerk, category=town.categories["0209"], lead_kind="street", basis=BASIS
    )
    item = catalogue.add_duty(
        actor=clerk, category=town.categories["0209"], kind="service_station", basis=BASIS
    )
    tree.end_category(actor=clerk.at(NOW + DAY), code="0209", successor=town.categories[LIFT])
    entry.refresh_from_db()
    item.refresh_from_db()
    assert entry.valid_to == item.valid_to == NOW + DAY


def test_a_first_level_that_ends_needs_no_lead_any_more(town: Town, clerk: Actor) -> None:
    tree.end_category(actor=clerk, code="1304", successor=town.categories["0209"])
    tree.end_category(actor=clerk, code="13", successor=town.categories["02"])
    assert "13" not in parts.gaps(since=NOW)
    assert not CatalogueEntry.objects.not_over(NOW).filter(category__code="13").exists()


def test_a_case_that_waits_goes_by_the_one_that_follows(town: Town, clerk: Actor) -> None:
    waits = a_case(town, category="040101")
    sent = a_case(town, at="dispatched", category="040101", lead="street-019")
    tree.end_category(actor=clerk, code="040101", successor=town.categories[LIFT])
    proposal = proposal_for(category=waits.category, place=waits.place, urgency="N", at=NOW)
    assert proposal.category == town.categories[LIFT]
    committee = town.units["committee-029"]
    # The committee may not lead the old category; the one that follows is on its list.
    operations.dispatch(actor=town.actor("dispatcher"), case_id=waits.pk, lead_id=committee.pk)
    waits.refresh_from_db()
    sent.refresh_from_db()
    assert waits.category == town.categories[LIFT]
    assert sent.category == town.categories["040101"]
    names = list(Event.objects.order_by("pk").values_list("name", flat=True))[-2:]
    assert names == ["case.categorised", "case.dispatched"]


def test_nothing_new_is_said_of_a_category_that_has_ended(town: Town, clerk: Actor) -> None:
    over = town.categories["040101"]
    tree.end_category(actor=clerk, code=over.code, successor=town.categories[LIFT])
    over = Category.objects.get(pk=over.pk)
    case = a_case(town, category=None)
    followed = parts.CATEGORY_FOLLOWED
    broken = refusing(
        followed, operations.categorise, actor=town.actor("dispatcher"), case_id=case.pk,
        category=over,
    )  # fmt: skip
    assert LIFT in broken.message
    draft = a_draft(town, category=None)
    fresh = operations.Draft(words=draft.words, place=draft.place, category=over)
    refusing(followed, operations.receive, actor=town.actor("operator"), draft=fresh)
    refusing(
        followed, catalogue.add_entry, actor=clerk, category=over, lead_kind="street", basis=BASIS
    )
    refusing(
        followed, catalogue.add_duty, actor=clerk, category=over, kind="committee", basis=BASIS
    )
    refusing(followed, tree.add_category, actor=clerk, parent=over, said=SAID)
    assert over not in find_categories(over.name, at=NOW)
    assert over in find_categories(over.name)


def test_the_database_keeps_ends_and_successors_in_order(town: Town) -> None:
    rows = Category.objects.filter(code=LIFT)
    for wrong, name in (
        ({"successor": "0209"}, "category_follows_what_ends"),
        ({"valid_to": NOW, "successor": LIFT}, "category_follows_what_ends"),
        ({"valid_from": NOW, "valid_to": NOW - DAY}, "category_ends_after_start"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**wrong)


# — moving —


def test_a_category_moves_with_all_below_it_and_what_hangs_on_it(town: Town, clerk: Actor) -> None:
    case = a_case(town)
    entry = catalogue.add_entry(
        actor=clerk, category=town.categories[LIFT], lead_kind="street",
        co_handlers=["volunteer_team"], clock_class="E2", basis=BASIS,
    )  # fmt: skip
    item = catalogue.add_duty(
        actor=clerk, category=town.categories["0203"], kind="service_station", basis=BASIS
    )
    later = clerk.at(NOW + DAY)
    moved = tree.move_category(actor=later, code="0203", to=town.categories["12"])
    assert (moved.code, moved.name) == ("1201", town.categories["0203"].name)
    child = Category.objects.get(parent=moved)
    assert (child.code, child.name) == ("120101", town.categories[LIFT].name)
    for old, new in (("0203", "1201"), (LIFT, "120101")):
        before = Category.objects.get(code=old)
        assert (before.valid_to, before.successor_id) == (later.now, new)
    entry.refresh_from_db()
    item.refresh_from_db()
    assert entry.valid_to == item.valid_to == later.now
    again = CatalogueEntry.objects.get(category=child)
    assert (again.lead_kind, again.clock_class, again.valid_to) == ("street", "E2", None)
    assert [row.kind for row in again.co_handlers.all()] == ["volunteer_team"]
    assert DutyItem.objects.get(category=moved).kind == "service_station"
    case.refresh_from_db()
    assert case.category == town.categories[LIFT]


def test_a_category_that_moves_to_the_first_level_is_led_there(town: Town, clerk: Actor) -> None:
    refusing(catalogue.NO_BASIS, tree.move_category, actor=clerk, code="1304", to=None)
    moved = tree.move_category(actor=clerk, code="1304", to=None, basis=BASIS)
    assert moved.parent is None
    assert CatalogueEntry.objects.get(category=moved).place is None
    assert moved.code not in parts.gaps(since=NOW)


def test_a_category_does_not_move_into_itself_or_nowhere(town: Town, clerk: Actor) -> None:
    into = town.categories[LIFT]
    refusing(tree.INTO_ITSELF, tree.move_category, actor=clerk, code="0203", to=into)
    refusing(
        tree.STAYS_THERE, tree.move_category, actor=clerk, code="0203", to=town.categories["02"]
    )
    refusing(tree.STAYS_THERE, tree.move_category, actor=clerk, code="02", to=None)
