"""After the report: verified or sent back once, reworked once, supervised, never by the lead's own people."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from linli.cases import operations
from linli.cases.guards import (
    NOTHING_TO_REWORK,
    OWN_WORK,
)
from linli.cases.models import Case, FollowUp, WorkOrder
from linli.cases.story import story_of
from linli.kernel.errors import FIELD_NEEDED, MOVED_ALREADY, RuleBroken
from tests.builders import Town, a_case
from tests.cases.people import a_person
from tests.cases.standing import standing_town
from tests.conftest import NOW

UNSOLVED = {"answered": "not_solved", "satisfaction": "not"}


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with translation.override("zh-hans"):  # whatever language a test before this one left
        yield standing_town()


def act(town: Town, who: str, case: Case, name: str, **given: Any) -> Any:
    return getattr(operations, name)(actor=town.actor(who), case_id=case.pk, **given)


def order_of(case: Case) -> WorkOrder:
    return WorkOrder.objects.get(case=case)


def test_what_is_as_reported_is_verified_with_what_was_seen(town: Town) -> None:
    case = a_case(town, at="reported")
    with pytest.raises(RuleBroken) as refused:
        act(town, "street_officer", case, "verify", words=" ")
    assert refused.value.refusal is FIELD_NEEDED
    act(town, "street_officer", case, "verify", words="电梯在运行")
    assert order_of(case).state == "verified"
    told = story_of(Case.objects.everywhere("test").get(pk=case.pk))[-1]
    assert (told.what, told.body) == ("核查：与反馈相符", "电梯在运行")
    act(town, "follow_up", case, "miss_follow_up", means="phone")
    assert order_of(case).state == "verified"


def test_what_is_not_as_reported_goes_back_once_without_a_new_clock(town: Town) -> None:
    case = a_case(town, at="reported")
    due = order_of(case).handling_due_at
    act(town, "street_officer", case, "send_back", words="电梯没有动")
    order = order_of(case)
    assert (order.state, order.handling_due_at, order.reported_at) == ("in_progress", due, None)
    act(
        town,
        "worker",
        case,
        "report",
        resolution="solved",
        public_reply="这次真好了",
        evidence="完工单",
    )
    with pytest.raises(RuleBroken) as refused:
        act(town, "street_officer", case, "send_back", words="还是没动")
    assert refused.value.refusal is MOVED_ALREADY  # by herself
    quotes = [step.quote for step in story_of(Case.objects.everywhere("test").get(pk=case.pk))]
    assert {"已修好，请您试用。", "这次真好了"} <= set(quotes)


def test_nobody_verifies_or_supervises_the_work_of_her_own_unit(town: Town) -> None:
    case = a_case(town, at="reported", lead="street-019")
    for name, given in (("verify", {"words": "好"}), ("send_back", {"words": "不好"})):
        with pytest.raises(RuleBroken) as refused:
            act(town, "street_officer", case, name, **given)
        assert refused.value.refusal is OWN_WORK
    own = a_person(town, "hotline_officer", place="110000", unit="street-019")
    with pytest.raises(RuleBroken) as refused:
        operations.supervise(actor=own, case_id=case.pk, reason="overdue", words="快")
    assert refused.value.refusal is OWN_WORK


@pytest.mark.parametrize("at", ["dispatched", "in_progress", "paused", "on_ledger", "reported"])
def test_the_hotline_supervises_what_is_open(town: Town, at: str) -> None:
    case = a_case(town, at=at)
    act(town, "office", case, "supervise", reason="repeated", words="本周内答复")
    order = order_of(case)
    assert (order.state, order.supervised_at) == (at, NOW)
    told = story_of(Case.objects.everywhere("test").get(pk=case.pk))[-1]
    assert (told.what, told.body) == ("督办：反映三次以上", "本周内答复")


# — rework —


def test_a_rework_has_half_the_limit_and_comes_once(town: Town) -> None:
    case = a_case(town, at="followed_up", **UNSOLVED)
    act(town, "follow_up", case, "rework")
    order = order_of(case)
    assert order.state == "in_progress"
    assert order.handling_due_at == NOW + dt.timedelta(days=3, hours=12)
    assert (order.answered, order.reported_at, order.attempt_count) == (None, None, 0)
    assert FollowUp.objects.get(order=order).answered == "not_solved"
    act(town, "worker", case, "report", resolution="solved", public_reply="好了", evidence="完工单")
    act(
        town,
        "follow_up",
        case,
        "follow_up",
        means="phone",
        was_contacted=True,
        **UNSOLVED,
    )
    with pytest.raises(RuleBroken) as refused:
        act(town, "follow_up", case, "rework")
    assert refused.value.refusal is MOVED_ALREADY
    act(town, "follow_up", case, "close")


@pytest.mark.parametrize(
    "given",
    [
        {"answered": "solved", "satisfaction": "not"},
        {"answered": "not_solved", "resolution": "explained"},
    ],
)
def test_what_is_solved_or_cannot_be_is_not_reworked(town: Town, given: dict[str, str]) -> None:
    case = a_case(town, at="followed_up", **given)
    with pytest.raises(RuleBroken) as refused:
        act(town, "follow_up", case, "rework")
    assert refused.value.refusal is NOTHING_TO_REWORK


def test_a_rework_forgets_an_extension(town: Town) -> None:
    case = a_case(town, at="in_progress")
    operations.ask_extension(
        actor=town.actor("worker"),
        case_id=case.pk,
        reason="material",
        words="等电机",
        told="电话告知",
        amount=7,
    )
    asked = order_of(case).applications.get()
    act(town, "office", case, "extend", application_id=asked.pk)
    act(town, "worker", case, "report", resolution="partly", public_reply="一半", evidence="完工单")
    answers = {"means": "phone", "was_contacted": True, **UNSOLVED}
    act(town, "follow_up", case, "follow_up", **answers)
    act(town, "follow_up", case, "rework")
    assert order_of(case).handling_due_at == NOW + dt.timedelta(days=3, hours=12)


# — the database —


def test_the_database_refuses_a_follow_up_by_the_lead_itself(town: Town) -> None:
    order = a_case(town, at="reported").lead_order
    row = FollowUp(
        order=order, at=NOW, means="phone", was_reached=False, organisation_id=order.lead_id
    )
    with pytest.raises(IntegrityError, match="follow_up_by_others"), transaction.atomic():
        row.save()


@pytest.mark.parametrize("column", ["rework_count", "sent_back_count"])
def test_the_database_counts_to_one(town: Town, column: str) -> None:
    order = a_case(town, at="reported").lead_order
    rows = WorkOrder.objects.filter(pk=order.pk)
    with pytest.raises(IntegrityError, match="order_counts_in_bounds"), transaction.atomic():
        rows.update(**{column: 2})
