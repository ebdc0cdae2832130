"""A unit objects once and in time; the hotline rules, and that is final. The clocks run on."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation

from linli.cases import operations
from linli.cases.catalogue.rules import ARTICLE_17
from linli.cases.guards import NOT_YOUR_ORDER, TOO_LATE_TO_OBJECT
from linli.cases.models import Case, ClockAlert, Objection
from linli.cases.operations.dispatching import NOT_SERVING
from linli.cases.operations.objecting import SAME_UNIT
from linli.cases.story import story_of
from linli.kernel.errors import FIELD_NEEDED, MOVED_ALREADY, NOT_ALLOWED, RuleBroken
from tests.builders import LIFT, Town, a_case
from tests.cases.expect import last_event, refused
from tests.cases.standing import standing_town
from tests.conftest import NOW


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with translation.override("zh-hans"):  # whatever language a test before this one left
        yield standing_town()


def object_to(town: Town, case: Case, *, now: dt.datetime = NOW, **given: Any) -> Objection:
    given = {"clause": "派单目录第三条", "evidence": "维保合同在物业", **given}
    return operations.object_to(actor=town.actor("worker", now=now), case_id=case.pk, **given)


def rule(town: Town, case: Case, *, lead: str = "", now: dt.datetime = NOW) -> Any:
    actor = town.actor("dispatcher", now=now)
    if not lead:
        return operations.rule_final(actor=actor, case_id=case.pk, ruling="属地责任")
    return operations.rule_elsewhere(
        actor=actor, case_id=case.pk, lead_id=town.units[lead].pk, ruling="维保属物业"
    )


@pytest.mark.parametrize(("urgency", "hours"), [("N", 2), ("E2", 2), ("C", 24)])
def test_a_unit_objects_within_two_hours_of_dispatch_or_24(
    town: Town, urgency: str, hours: int
) -> None:
    case = a_case(town, at="dispatched", urgency=urgency)
    last = NOW + dt.timedelta(hours=hours)
    with pytest.raises(RuleBroken) as refused:
        object_to(town, case, now=last + dt.timedelta(seconds=1))
    assert refused.value.refusal is TOO_LATE_TO_OBJECT
    before = case.lead_order.handling_due_at
    objection = object_to(town, case, now=last)
    case.lead_order.refresh_from_db()
    assert case.lead_order.state == "objecting"
    assert case.lead_order.handling_due_at == before
    assert objection.due_at == last


def test_clause_and_evidence_are_needed(town: Town) -> None:
    case = a_case(town, at="accepted")
    for missing in ("clause", "evidence"):
        with pytest.raises(RuleBroken) as refused:
            object_to(town, case, **{missing: " "})
        assert refused.value.refusal is FIELD_NEEDED
        assert refused.value.field == missing


def test_a_ruling_sends_to_a_community_only_what_is_on_its_list(town: Town) -> None:
    case = a_case(town, at="dispatched", category="040101", lead="street-019")
    street = town.actor("street_officer")
    operations.object_to(actor=street, case_id=case.pk, clause="目录", evidence="社区的事")
    with refused(ARTICLE_17) as broken:
        rule(town, case, lead="committee-029")
    assert "第十七条" in broken.value.message
    assert (broken.value.field, Objection.objects.get().ruled_at) == ("lead", None)
    operations.categorise(
        actor=town.actor("dispatcher"), case_id=case.pk, category=town.categories[LIFT]
    )
    assert rule(town, case, lead="committee-029").lead == town.units["committee-029"]


def test_another_unit_gets_its_full_limit_and_the_first_dispatch_stays(town: Town) -> None:
    case = a_case(town, at="dispatched")
    first_due = case.lead_order.handling_due_at
    object_to(town, case, now=NOW + dt.timedelta(hours=1))
    at = NOW + dt.timedelta(hours=5)
    order = rule(town, case, lead="street-019", now=at)
    assert order.lead == town.units["street-019"]
    assert (order.state, order.accepted_at) == ("dispatched", None)
    assert (order.first_dispatched_at, order.dispatched_at) == (NOW, at)
    assert order.handling_due_at == first_due + dt.timedelta(hours=5)
    alerts = ClockAlert.objects.filter(order=order, clock="handling", percent=100)
    assert alerts.get().due_at == order.handling_due_at
    told = story_of(Case.objects.everywhere("test").get(pk=case.pk))[-1]
    assert told.what == "裁定：由双合家园社区居委会改派垡头街道办事处，时限重新计算"
    assert told.body == "维保属物业"
    with pytest.raises(RuleBroken) as refused:
        operations.accept(actor=town.actor("worker", now=at), case_id=case.pk)
    assert refused.value.refusal is NOT_YOUR_ORDER


def test_a_ruling_that_it_stays_is_final_and_accepts_it(town: Town) -> None:
    case = a_case(town, at="dispatched")
    object_to(town, case)
    order = rule(town, case, now=NOW + dt.timedelta(hours=1))
    assert (order.state, order.accepted_at) == ("accepted", NOW + dt.timedelta(hours=1))
    with pytest.raises(RuleBroken) as refused:
        object_to(town, case, now=NOW + dt.timedelta(hours=1))
    assert refused.value.refusal is MOVED_ALREADY
    with pytest.raises(RuleBroken) as refused:
        rule(town, case)
    assert refused.value.refusal is MOVED_ALREADY
    assert refused.value.facts["who"] == "赵调度"


def test_the_unit_ruled_to_lead_may_object_in_its_turn(town: Town) -> None:
    case = a_case(town, at="dispatched", lead="committee-029")
    object_to(town, case)
    rule(town, case, lead="street-019", now=NOW + dt.timedelta(hours=3))
    again = NOW + dt.timedelta(hours=4)
    operations.object_to(
        actor=town.actor("street_officer", now=again),
        case_id=case.pk,
        clause="第三条",
        evidence="合同",
    )
    assert Objection.objects.filter(order__case=case).count() == 2


def test_a_ruling_names_another_unit_that_serves_the_place(town: Town) -> None:
    case = a_case(town, at="dispatched")
    object_to(town, case)
    for lead, refusal in (("committee-029", SAME_UNIT), ("committee-044", NOT_SERVING)):
        with pytest.raises(RuleBroken) as refused:
            rule(town, case, lead=lead)
        assert refused.value.refusal is refusal
    case.refresh_from_db()
    assert case.lead_order.state == "objecting"
    assert last_event(case).name == "order.objected"


def test_nobody_else_objects_or_rules(town: Town) -> None:
    case = a_case(town, at="dispatched")
    given = {"case_id": case.pk, "clause": "第三条", "evidence": "合同"}
    with pytest.raises(RuleBroken) as refused:
        operations.object_to(actor=town.actor("street_officer"), **given)
    assert refused.value.refusal is NOT_YOUR_ORDER
    object_to(town, case)
    for who in ("worker", "street_officer", "operator"):
        with pytest.raises(RuleBroken) as refused:
            operations.rule_final(actor=town.actor(who), case_id=case.pk, ruling="属地")
        assert refused.value.refusal is NOT_ALLOWED


def test_the_database_knows_one_objection_a_unit_in_time_and_ruled_once(town: Town) -> None:
    case = a_case(town, at="dispatched")
    objection = object_to(town, case)
    rows = Objection.objects.filter(pk=objection.pk)
    with pytest.raises(IntegrityError, match="objection_in_time"), transaction.atomic():
        rows.update(at=objection.due_at + dt.timedelta(seconds=1))
    with pytest.raises(IntegrityError, match="objection_ruling_is_whole"), transaction.atomic():
        rows.update(ruled_at=NOW)
    objection.pk = None
    with pytest.raises(IntegrityError, match="objection_once_a_unit"), transaction.atomic():
        objection.save(force_insert=True)
    rule(town, case)
    with pytest.raises(DatabaseError, match="objection_is_final"), transaction.atomic():
        rows.update(ruling="改了")
