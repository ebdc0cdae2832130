"""Others help: they answer for themselves, in time with the order, and never learn who asked."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from linli.cases import operations
from linli.cases.guards import CHILDREN_OPEN, NOT_YOUR_TASK
from linli.cases.models import Case, CoTask, WorkOrder
from linli.cases.operations.helping import (
    DUE_AFTER_ORDER,
    DUE_PAST,
    HIDDEN_FROM_PARTNERS,
    NOT_A_HELPER,
    OWN_TASK,
    TELLS_WHO_ASKED,
)
from linli.cases.story import story_of
from linli.kernel.errors import FIELD_NEEDED, MOVED_ALREADY, NOT_ALLOWED, NOT_NOW, RuleBroken
from tests.builders import Town, a_case, take
from tests.cases.expect import refused
from tests.cases.pages import Page, a_browser
from tests.cases.people import a_person
from tests.cases.standing import standing_town
from tests.conftest import NOW

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with translation.override("zh-hans"):  # whatever language a test before this one left
        yield standing_town()


def give(town: Town, case: Case, **given: Any) -> CoTask:
    given = {
        "organisation_id": town.units["team-029"].pk,
        "words": "请派维保人员到六号楼查看电梯。",
        **given,
    }
    return operations.give_task(actor=town.actor("worker"), case_id=case.pk, **given)


def do(town: Town, task: CoTask, name: str, *, who: str = "partner", **given: Any) -> CoTask:
    return getattr(operations, name)(actor=town.actor(who), task_id=task.pk, **given)


def story(case: Case) -> list[Any]:
    return story_of(Case.objects.everywhere("test").get(pk=case.pk))


def test_a_helper_comes_arrives_and_says_what_came_of_it(town: Town) -> None:
    case = a_case(town, at="in_progress")
    task = give(town, case)
    assert task.due_at == case.lead_order.handling_due_at
    for name, state, given in (
        ("come", "coming", {}),
        ("arrive", "arrived", {}),
        ("finish_task", "done", {"result": "换了门锁触点，试运行正常。"}),
    ):
        assert do(town, task, name, **given).state == state
    task.refresh_from_db()
    assert (task.answered_at, task.arrived_at, task.ended_at) == (NOW, NOW, NOW)
    told = [step.what for step in story(case)[-4:]]
    assert told == [
        "请双合家园志愿服务队协办",
        "双合家园志愿服务队：正在赶来",
        "双合家园志愿服务队：已到场",
        "双合家园志愿服务队：已办完",
    ]
    assert story(case)[-1].body == "换了门锁触点，试运行正常。"


def test_not_ours_needs_clause_and_why(town: Town) -> None:
    task = give(town, case := a_case(town, at="in_progress"))
    for given, missing in (
        ({"clause": "", "result": "不在合同内"}, "clause"),
        ({"clause": "合同第五条", "result": " "}, "result"),
    ):
        with pytest.raises(RuleBroken) as refused:
            do(town, task, "return_task", **given)
        assert (refused.value.refusal, refused.value.field) == (FIELD_NEEDED, missing)
    do(town, task, "return_task", clause="合同第五条", result="外墙不在合同内")
    told = story(case)[-1]
    assert told.body == "外墙不在合同内"
    assert told.facts == (("依据哪一条", "合同第五条"),)
    with pytest.raises(RuleBroken) as refused:
        do(town, task, "come")
    assert refused.value.code == "case.overtaken"
    assert refused.value.facts["who"] == "何队长"


def test_once_taken_on_it_is_not_returned_any_more(town: Town) -> None:
    task = give(town, a_case(town, at="in_progress"))
    do(town, task, "take_on")
    with pytest.raises(RuleBroken) as refused:
        do(town, task, "return_task", clause="合同第五条", result="不是我们的")
    assert refused.value.code == "case.overtaken"
    with pytest.raises(RuleBroken) as refused:
        do(town, task, "take_on")
    assert refused.value.refusal is MOVED_ALREADY


def test_a_part_is_due_with_the_whole_at_the_latest(town: Town) -> None:
    case = a_case(town, at="in_progress")
    due = case.lead_order.handling_due_at
    for due_at, refusal in ((due + HOUR, DUE_AFTER_ORDER), (NOW, DUE_PAST)):
        with pytest.raises(RuleBroken) as refused:
            give(town, case, due_at=due_at)
        assert refused.value.refusal is refusal
    task = give(town, case, due_at=due)
    with pytest.raises(IntegrityError, match="task_due_with_order"), transaction.atomic():
        CoTask.objects.filter(pk=task.pk).update(due_at=due + HOUR)
    orders = WorkOrder.objects.filter(pk=case.lead_order_id)
    with pytest.raises(IntegrityError, match="order_due_after_its_parts"), transaction.atomic():
        orders.update(handling_due_at=due - HOUR)


def test_when_the_whole_is_due_earlier_its_parts_come_down_with_it(town: Town) -> None:
    case = a_case(town, at="in_progress", urgency="C")
    take(town.actor("worker"), case, "ask_pause", reason="season", words="等雨停", days=10)
    take(town.actor("street_officer"), case, "pause", asked="pause")
    operations.resume(actor=town.actor("worker", now=NOW), case_id=case.pk)
    order = WorkOrder.objects.get(case=case)
    task = give(town, case, due_at=order.handling_due_at)
    take(town.actor("worker"), case, "ask_pause", reason="season", words="等雨停", days=10)
    paused = take(town.actor("street_officer"), case, "pause", asked="pause")
    CoTask.objects.filter(pk=task.pk).update(due_at=paused.handling_due_at)
    operations.resume(actor=town.actor("worker", now=NOW + HOUR), case_id=case.pk)
    order.refresh_from_db()
    task.refresh_from_db()
    assert task.due_at == order.handling_due_at < paused.handling_due_at


def test_nothing_closes_while_a_part_is_open(town: Town) -> None:
    case = a_case(town, at="in_progress")
    task = give(town, case)
    operations.report(
        actor=town.actor("worker"),
        case_id=case.pk,
        resolution="solved",
        public_reply="修好了",
        evidence="完工单",
    )
    operations.follow_up(
        actor=town.actor("follow_up"),
        case_id=case.pk,
        means="phone",
        was_contacted=True,
        answered="solved",
        satisfaction="very",
    )
    with pytest.raises(RuleBroken) as refused:
        operations.close(actor=town.actor("follow_up"), case_id=case.pk)
    assert refused.value.refusal is CHILDREN_OPEN
    orders = WorkOrder.objects.filter(pk=case.lead_order_id)
    with pytest.raises(IntegrityError, match="order_closes_after_its_parts"), transaction.atomic():
        orders.update(state="closed")
    do(town, task, "withdraw_task", who="worker", result="已经修好")
    operations.close(actor=town.actor("follow_up"), case_id=case.pk)
    with pytest.raises(IntegrityError, match="task_due_with_order"), transaction.atomic():
        CoTask.objects.filter(pk=task.pk).update(due_at=NOW)


def test_a_task_goes_to_others_who_serve_the_place(town: Town) -> None:
    case = a_case(town, at="in_progress")
    for code, refusal in (("committee-044", NOT_A_HELPER), ("committee-029", OWN_TASK)):
        with pytest.raises(RuleBroken) as refused:
            give(town, case, organisation_id=town.units[code].pk)
        assert refused.value.refusal is refusal
    for at in ("accepted", "reported"):
        with pytest.raises(RuleBroken):
            give(town, a_case(town, at=at))


def test_only_the_unit_asked_answers_and_only_the_lead_withdraws(town: Town) -> None:
    task = give(town, a_case(town, at="in_progress"))
    for who in ("street_officer", "district_officer"):
        with pytest.raises(CoTask.DoesNotExist):
            do(town, task, "come", who=who)
    with pytest.raises(RuleBroken) as refused:
        do(town, task, "come", who="worker")
    assert refused.value.refusal is NOT_YOUR_TASK
    with pytest.raises(RuleBroken) as refused:
        do(town, task, "withdraw_task", result="不用了")
    assert refused.value.refusal is NOT_ALLOWED
    officer = a_person(town, "street_officer", place="110105019", unit="team-029")
    with pytest.raises(RuleBroken) as refused:
        operations.withdraw_task(actor=officer, task_id=task.pk, result="不用了")
    assert refused.value.code == "order.not_yours"


def test_the_database_keeps_the_end_of_a_task_whole(town: Town) -> None:
    task = give(town, a_case(town, at="in_progress"))
    rows = CoTask.objects.filter(pk=task.pk)
    for changes, constraint in (
        ({"state": "withdrawn"}, "task_ended_has_result"),
        ({"state": "not_ours", "ended_at": NOW, "result": "不是"}, "task_not_ours_by_clause"),
        ({"ended_at": NOW}, "task_ended_has_result"),
        ({"words": ""}, "task_says_something"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            rows.update(**changes)


@pytest.mark.parametrize("words", ["请到许大妈家看看", "请打19900001234"])
def test_a_task_never_tells_who_asked(town: Town, words: str) -> None:
    case = a_case(town, at="in_progress", name="许大妈", phone="19900001234")
    with refused(TELLS_WHO_ASKED) as broken:
        give(town, case, words=words)
    assert broken.value.field == "words"


def test_nobody_else_is_given_a_part_of_a_confidential_case(town: Town) -> None:
    case = a_case(town, at="in_progress", confidentiality="hide_case")
    with refused(HIDDEN_FROM_PARTNERS):
        give(town, case)


def test_a_helper_says_what_is_lacking_and_the_lead_reads_it(town: Town) -> None:
    case = a_case(town, at="in_progress")
    task = give(town, case)
    with refused(NOT_NOW):
        do(town, task, "need_material", needed="电梯门触点")
    do(town, task, "arrive")
    with refused(FIELD_NEEDED):
        do(town, task, "need_material", needed=" ")
    task = do(town, task, "need_material", needed="电梯门触点两只，明天上午到货。")
    assert (task.state, task.needed_at) == ("arrived", NOW)
    assert story(case)[-1].what == "双合家园志愿服务队：缺材料"
    page = a_browser(town.users["worker"]).get(reverse("cases:case", args=[case.number]))
    assert Page(page).shows("电梯门触点两只，明天上午到货。")


def test_what_is_lacking_and_since_when_belong_together(town: Town) -> None:
    task = give(town, a_case(town, at="in_progress"))
    with pytest.raises(IntegrityError), transaction.atomic():
        CoTask.objects.filter(pk=task.pk).update(needed="电梯门触点")


def test_asking_for_help_begins_with_what_partners_may_read(town: Town) -> None:
    case = a_case(town, at="in_progress")
    page = a_browser(town.users["worker"]).get(reverse("cases:give_task", args=[case.number]))
    assert Page(page).fields["words"] == [case.shared_text]


def test_an_order_is_accepted_from_the_list(town: Town) -> None:
    case = a_case(town, at="dispatched")
    url = reverse("cases:accept", args=[case.number])
    assert url in a_browser(town.users["worker"]).get(reverse("cases:work")).content.decode()
