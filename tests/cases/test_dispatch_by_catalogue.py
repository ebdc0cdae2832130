"""A dispatch follows the catalogue, or says why not; communities lead their list only; districts see copies."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from linli.accounts.operations import installer
from linli.cases import operations
from linli.cases.catalogue import rules
from linli.cases.catalogue.models import CatalogueEntry, CopiedUnit, DutyItem
from linli.cases.catalogue.operations import add_entry, end_duty
from linli.cases.models import Case, WorkOrder
from linli.cases.operations.categorising import CLOSED
from linli.cases.operations.handing_over import NOT_ON_LIST
from linli.cases.permissions import CasePermission as P
from linli.cases.story import story_of
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import NOT_ALLOWED, RuleBroken
from linli.territory.models import Organisation
from linli.territory.operations import open_organisation
from tests.builders import BASIS, LIFT, START, Town, a_case
from tests.cases.expect import last_event, not_found, refused
from tests.cases.people import a_person
from tests.conftest import NOW

DISTRICT = "district-chaoyang"


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def dispatch(town: Town, case: Case, unit: str, **given: Any) -> WorkOrder:
    return operations.dispatch(
        actor=town.actor("dispatcher"), case_id=case.pk, lead_id=town.units[unit].pk, **given
    )


def the_district(town: Town) -> Organisation:
    root = installer(now=START, permissions=frozenset({"territory.load"}))
    unit = open_organisation(
        actor=root, code=DISTRICT, name="朝阳区", kind="district", place_code="110105"
    )
    town.units[DISTRICT] = unit
    return unit


def an_entry(town: Town, code: str, **given: Any) -> CatalogueEntry:
    return add_entry(
        actor=town.actor("administrator"),
        category=town.categories[code],
        **{"lead_kind": "committee", "basis": BASIS, **given},
    )


# — whom the catalogue names —


def test_whom_the_catalogue_names_needs_no_reason_and_the_order_keeps_the_entry(town: Town) -> None:
    case = a_case(town)
    order = dispatch(town, case, "committee-029")
    entry = CatalogueEntry.objects.get(category=town.categories["02"])
    assert order.catalogue_entry == entry
    case.refresh_from_db()
    told = story_of(case)[-1]
    assert ("按派单目录", BASIS) in told.facts


def test_another_unit_needs_a_reason_that_stays_with_the_order(town: Town) -> None:
    case = a_case(town)
    for reason in ("", "  \n"):
        with refused(rules.REASON_NEEDED) as broken:
            dispatch(town, case, "street-019", reason=reason)
        assert broken.value.field == "reason"
        assert "双合家园" in broken.value.message
    order = dispatch(town, case, "street-019", reason="居委会请街道牵头")
    assert (order.reason, order.catalogue_entry) == ("居委会请街道牵头", None)


def test_where_the_catalogue_names_nobody_a_reason_is_needed_too(town: Town) -> None:
    case = a_case(town, category=None)
    with refused(rules.NO_ENTRY_NEEDS_REASON):
        dispatch(town, case, "street-019")
    assert dispatch(town, case, "street-019", reason="属地").catalogue_entry is None


def test_a_changed_catalogue_sends_the_next_case_elsewhere(town: Town) -> None:
    before = a_case(town)
    assert dispatch(town, before, "committee-029").catalogue_entry is not None
    an_entry(town, "0203", lead_kind="street")
    after = a_case(town)
    with refused(rules.REASON_NEEDED):
        dispatch(town, after, "committee-029")
    assert dispatch(town, after, "street-019").reason == ""


@pytest.mark.parametrize(
    ("urgency", "kind", "entry", "then"),
    [
        ("N", "complaint", "C", "C"),
        ("N", "complaint", "E2", "E2"),
        ("E1", "complaint", "C", "E1"),
        ("N", "inquiry", "C", "Q"),
    ],
)
def test_the_entry_says_the_limit_but_never_lengthens_a_pressing_one(
    town: Town, urgency: str, kind: str, entry: str, then: str
) -> None:
    an_entry(town, "0203", clock_class=entry)
    case = a_case(town, urgency=urgency, kind=kind)
    assert dispatch(town, case, "committee-029").clock_class.code == then


# — article 17 —


def test_a_community_is_refused_what_is_not_on_its_list_with_the_clause(town: Town) -> None:
    case = a_case(town, category="040101")
    with refused(rules.ARTICLE_17) as broken:
        dispatch(town, case, "committee-029", reason="就近")
    assert "第十七条" in broken.value.message
    assert broken.value.field == "lead"
    unnamed = a_case(town, category=None)
    with refused(rules.CATEGORY_FIRST):
        dispatch(town, unnamed, "committee-029", reason="就近")
    operations.categorise(
        actor=town.actor("dispatcher"), case_id=unnamed.pk, category=town.categories[LIFT]
    )
    assert dispatch(town, unnamed, "committee-029").pk


def test_the_database_refuses_an_order_to_a_community_past_every_operation(town: Town) -> None:
    on_list = a_case(town, at="dispatched")
    off_list = a_case(town, at="dispatched", category="040101", lead="street-019")
    unnamed = a_case(town, at="dispatched", category=None, lead="street-019")
    committee = town.units["committee-029"].pk
    for case in (off_list, unnamed):
        row = WorkOrder.objects.filter(pk=case.lead_order_id)
        with pytest.raises(IntegrityError, match="duty list"), transaction.atomic():
            row.update(lead=committee)
    WorkOrder.objects.filter(pk=on_list.lead_order_id).update(lead=town.units["street-019"].pk)
    WorkOrder.objects.filter(pk=on_list.lead_order_id).update(lead=committee)
    order = WorkOrder.objects.get(pk=on_list.lead_order_id)
    order.pk, order.dispatched_at, order.state = None, START - dt.timedelta(days=1), "closed"
    with pytest.raises(IntegrityError, match="duty list"), transaction.atomic():
        order.save(force_insert=True)


def test_open_orders_are_not_handed_to_a_community_whose_list_does_not_hold_them(
    town: Town,
) -> None:
    may = frozenset({"territory.manage"})
    manager = installer(
        now=NOW, permissions=may, over=(Grant("installer", may, "city_code", "110000"),)
    )
    case = a_case(town, at="dispatched", category="040101", lead="street-019")
    ids = {"from_id": town.units["street-019"].pk, "to_id": town.units["committee-029"].pk}
    with pytest.raises(RuleBroken) as broken:
        operations.hand_over(actor=manager, **ids)
    assert broken.value.refusal is NOT_ON_LIST
    assert case.shown_number in broken.value.message
    operations.categorise(
        actor=town.actor("dispatcher"), case_id=case.pk, category=town.categories[LIFT]
    )
    assert operations.hand_over(actor=manager, **ids) == 1


def test_an_item_that_ended_closes_the_unit_at_once(town: Town) -> None:
    case = a_case(town, now=NOW - dt.timedelta(hours=1))
    end_duty(
        actor=town.actor("administrator", now=NOW - dt.timedelta(minutes=1)),
        item_id=DutyItem.objects.get().pk,
    )
    with refused(rules.ARTICLE_17):
        dispatch(town, case, "committee-029", reason="就近")


# — copies: article 12 —


def test_when_a_sub_district_leads_the_district_gets_a_copy(town: Town) -> None:
    unit = the_district(town)
    case = a_case(town, category="040101")
    order = dispatch(town, case, "street-019")
    assert [(copy.organisation, copy.at) for copy in order.copies.all()] == [(unit, NOW)]
    assert last_event(case).payload["copied_count"] == 1
    assert ("抄送", "朝阳区") in story_of(case)[-1].facts
    committee = dispatch(town, a_case(town), "committee-029")
    assert not committee.copies.exists()


def test_a_copy_lets_see_and_nothing_else(town: Town) -> None:
    the_district(town)
    case = a_case(town, category="040101", at="dispatched", lead="street-019")
    # No area of theirs holds the case: they see it by the copy alone.
    reader = a_person(town, "community_worker", place="110106", unit=DISTRICT)
    assert Case.objects.seen_by(reader, permission=P.SEE).get() == case
    for permission in (P.HANDLE, P.UNMASK, P.SHARE):
        assert not Case.objects.seen_by(reader, permission=permission).exists()
    with not_found():
        operations.contact(actor=reader, case_id=case.pk, means="phone", was_reached=True, note="x")
    with not_found():
        operations.unmask(actor=reader, case_id=case.pk, reason="看看")
    stranger = a_person(town, "community_worker", place="110106", unit="committee-044")
    assert not Case.objects.seen_by(stranger, permission=P.SEE).exists()


def test_a_copy_is_never_changed_nor_sent_twice(town: Town) -> None:
    unit = the_district(town)
    order = dispatch(town, a_case(town, category="040101"), "street-019")
    with pytest.raises(IntegrityError, match="copied_unit_once"), transaction.atomic():
        CopiedUnit.objects.create(order=order, organisation=unit, at=NOW)


# — the category of a case —


def test_a_category_is_said_changed_and_told(town: Town) -> None:
    case = a_case(town, category=None)
    actor: Actor = town.actor("dispatcher")
    for code in ("04", LIFT, LIFT):
        operations.categorise(actor=actor, case_id=case.pk, category=town.categories[code])
    event = last_event(case)
    assert (event.name, event.seq) == ("case.categorised", 3)
    assert event.payload == {"case_id": case.pk, "before": "04", "category": LIFT}
    assert [step.what for step in story_of(case)[1:]] == [
        "类别：公用事业",
        "类别由“公用事业”改为“电梯停运”",
    ]


def test_a_closed_case_keeps_its_category_and_others_say_nothing(town: Town) -> None:
    closed = a_case(town, at="closed")
    with refused(CLOSED):
        operations.categorise(
            actor=town.actor("dispatcher"), case_id=closed.pk, category=town.categories["04"]
        )
    for who in ("worker", "operator", "administrator"):
        with refused(NOT_ALLOWED):
            operations.categorise(
                actor=town.actor(who), case_id=closed.pk, category=town.categories["04"]
            )
    far = a_person(town, "dispatcher", place="110106")
    with not_found():
        operations.categorise(actor=far, case_id=closed.pk, category=town.categories["04"])
