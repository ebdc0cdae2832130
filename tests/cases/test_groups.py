"""Task groups: handed over in one tap, whoever is asked first leads, words go to the caller by the lead only."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from linli.cases import operations as cases
from linli.cases.groups import operations
from linli.cases.groups.models import GroupMember, Relay, TaskGroup
from linli.cases.groups.queries import figures_of, leads_within
from linli.cases.guards import FIRST_LEADS
from linli.cases.models import Case, CoTask
from linli.cases.operations.helping import NOT_IN_GROUP
from linli.cases.story import story_of
from linli.kernel.errors import MOVED_ALREADY
from linli.territory.models import Organisation
from tests.builders import Town, a_case, take
from tests.cases.expect import refused
from tests.cases.pages import Page, a_browser
from tests.conftest import NOW

MINUTE = dt.timedelta(minutes=1)


def a_group(town: Town, *, members: tuple[str, ...] = ("team-029", "street-019")) -> TaskGroup:
    actor = town.actor("worker", now=NOW - dt.timedelta(days=30))
    group = operations.open_group(
        actor=actor, organisation_id=town.units["committee-029"].pk, name="电动车进楼专班"
    )
    for rank, code in enumerate(members, start=1):
        operations.add_member(
            actor=actor,
            group_id=group.pk,
            organisation_id=town.units[code].pk,
            post="安保主管",
            rank=rank,
        )
    return group


def handed(town: Town, group: TaskGroup, case: Case, *, code: str = "team-029") -> CoTask:
    return cases.give_task(
        actor=town.actor("worker"),
        case_id=case.pk,
        organisation_id=town.units[code].pk,
        words="请到六号楼看电梯",
        group_id=group.pk,
    )


@pytest.fixture
def group(town: Town) -> TaskGroup:
    return a_group(town)


def test_one_tap_hands_a_case_to_whoever_is_asked_first(town: Town, group: TaskGroup) -> None:
    case = a_case(town, at="in_progress")
    browser = a_browser(town.users["worker"])
    with time_machine.travel(NOW, tick=False):
        page = Page(browser.get(reverse("cases:case", args=[case.number])))
        assert page.shows("电动车进楼专班")
        assert page.shows("安保主管")
        url = reverse("groups:hand_over", args=[case.number])
        assert browser.post(url, {"group": group.pk}).status_code == 302
        assert browser.post(url, {"group": 987}).status_code == 409
    task = CoTask.objects.get(order__case=case)
    assert (task.organisation.code, task.group, task.words) == ("team-029", group, case.shared_text)


def test_who_is_asked_first_leads_until_another_has_accepted(town: Town, group: TaskGroup) -> None:
    case = a_case(town, at="in_progress")
    first = handed(town, group, case)
    partner, officer = town.actor("partner"), town.actor("street_officer", now=NOW + MINUTE)
    why = {"clause": "合同第五条", "result": "不归我们"}
    with refused(FIRST_LEADS):
        cases.return_task(actor=partner, task_id=first.pk, **why)
    second = operations.pass_on(
        actor=partner, task_id=first.pk, organisation_id=town.units["street-019"].pk
    )

    def leader() -> CoTask | None:
        return leads_within(CoTask.objects.filter(order__case=case), group.pk)

    with refused(FIRST_LEADS):
        cases.return_task(actor=partner, task_id=first.pk, **why)
    assert leader() == first
    cases.come(actor=officer, task_id=second.pk)
    assert leader() == second
    cases.return_task(actor=town.actor("partner", now=NOW + MINUTE), task_id=first.pk, **why)
    told = [step.what for step in story_of(Case.objects.everywhere("test").get(pk=case.pk))]
    assert "在专班内转交：已请垡头街道办事处" in told


def test_a_task_of_one_alone_is_returned_as_before(town: Town) -> None:
    case = a_case(town, at="in_progress")
    task = cases.give_task(
        actor=town.actor("worker"),
        case_id=case.pk,
        organisation_id=town.units["team-029"].pk,
        words="看电梯",
    )
    partner = town.actor("partner")
    with refused(operations.NOT_A_GROUPS_TASK):
        operations.pass_on(
            actor=partner, task_id=task.pk, organisation_id=town.units["street-019"].pk
        )
    cases.return_task(actor=partner, task_id=task.pk, clause="合同", result="不归我们")


def test_a_task_is_handed_on_within_the_group_only_and_once_to_each(
    town: Town, group: TaskGroup
) -> None:
    task = handed(town, group, a_case(town, at="in_progress"))
    partner = town.actor("partner")
    for code in ("committee-029", "committee-044", "team-029"):
        with refused(operations.NOT_IN_THE_GROUP):
            operations.pass_on(actor=partner, task_id=task.pk, organisation_id=town.units[code].pk)
    given = {"task_id": task.pk, "organisation_id": town.units["street-019"].pk}
    operations.pass_on(actor=partner, **given)
    with refused(operations.NOT_IN_THE_GROUP):
        operations.pass_on(actor=partner, **given)


def test_a_case_is_handed_to_ones_own_group_and_its_members(town: Town, group: TaskGroup) -> None:
    case = a_case(town, at="in_progress")
    member = GroupMember.objects.get(group=group, organisation__code="team-029")
    operations.end_member(actor=town.actor("worker"), member_id=member.pk)
    with refused(NOT_IN_GROUP):
        handed(town, group, case)


def test_a_group_is_kept_by_its_own_area(town: Town, group: TaskGroup) -> None:
    given: dict[str, Any] = {
        "organisation_id": town.units["team-029"].pk,
        "post": "队长",
        "rank": 3,
    }
    with pytest.raises(Organisation.DoesNotExist):
        operations.add_member(actor=town.actor("neighbour"), group_id=group.pk, **given)
    with refused(operations.JOINED_ALREADY):
        operations.add_member(actor=town.actor("worker"), group_id=group.pk, **given)
    with refused(operations.OWN_UNIT):
        operations.add_member(
            actor=town.actor("worker"),
            group_id=group.pk,
            **{**given, "organisation_id": town.units["committee-029"].pk},
        )
    with refused(operations.NAME_TAKEN):
        a_group(town, members=())
    operations.close_group(actor=town.actor("worker"), group_id=group.pk)
    with refused(operations.GROUP_IS_OVER):
        operations.add_member(actor=town.actor("worker"), group_id=group.pk, **given)


def test_words_go_to_the_caller_by_the_lead_and_come_back_without_her(
    town: Town, group: TaskGroup
) -> None:
    case = a_case(town, at="in_progress", name="许大妈", phone="19900001234")
    task = handed(town, group, case)
    relay = operations.ask_relay(
        actor=town.actor("partner"), task_id=task.pk, words="车几点停在电梯口？"
    )
    with refused(operations.ASKED_TO_RELAY):
        operations.ask_relay(actor=town.actor("partner"), task_id=task.pk, words="还有呢？")
    with refused(operations.TELLS_TO_PARTNER):
        operations.answer_relay(
            actor=town.actor("worker"), relay_id=relay.pk, answer="许大妈说傍晚六点"
        )
    operations.answer_relay(actor=town.actor("worker"), relay_id=relay.pk, answer="傍晚六点以后")
    with refused(MOVED_ALREADY):
        operations.answer_relay(actor=town.actor("worker"), relay_id=relay.pk, answer="又一次")
    page = Page(a_browser(town.users["partner"]).get(reverse("cases:tasks")))
    assert page.shows("傍晚六点以后")
    assert not page.shows("许大妈")
    with pytest.raises(IntegrityError, match="relay_answer_is_whole"), transaction.atomic():
        Relay.objects.filter(pk=relay.pk).update(answer="")


def test_a_relay_is_asked_and_answered_on_pages(town: Town, group: TaskGroup) -> None:
    case = a_case(town, at="in_progress")
    task = handed(town, group, case)
    partner, worker = a_browser(town.users["partner"]), a_browser(town.users["worker"])
    with time_machine.travel(NOW, tick=False):
        url = reverse("groups:ask_relay", args=[task.pk])
        assert partner.get(url).status_code == 200
        assert partner.post(url, {"words": ""}).status_code == 422
        assert partner.post(url, {"words": "车几点停在电梯口？"}).status_code == 302
        shown = Page(worker.get(reverse("cases:case", args=[case.number])))
        assert shown.shows("车几点停在电梯口？")
        relay = Relay.objects.get()
        answer = reverse("groups:answer_relay", args=[relay.pk])
        kept = worker.post(answer, {"answer": "她的电话是19900001234"})
        assert kept.status_code == 422
        assert Page(kept).fields["answer"] == ["她的电话是19900001234"]
        assert worker.post(answer, {"answer": "傍晚六点"}).status_code == 302
        assert partner.get(reverse("groups:pass_on", args=[task.pk])).status_code == 200


def test_a_partner_sees_its_own_figures(town: Town, group: TaskGroup) -> None:
    for back in (False, True):
        case = a_case(town, at="in_progress")
        task = handed(town, group, case)
        for span, verb, given in (
            (4, "come", {}),
            (10, "arrive", {}),
            (40, "finish_task", {"result": "好了"}),
        ):
            actor = town.actor("partner", now=NOW + span * MINUTE)
            getattr(cases, verb)(actor=actor, task_id=task.pk, **given)
        later = NOW + 60 * MINUTE
        take(
            town.actor("worker", now=later),
            case,
            "report",
            resolution="solved",
            public_reply="好了",
            evidence="完工单",
        )
        if back:
            take(town.actor("street_officer", now=later), case, "send_back", words="不符")
        else:
            cases.follow_up(
                actor=town.actor("follow_up", now=later),
                case_id=case.pk,
                means="phone",
                was_contacted=True,
                answered="solved",
                satisfaction="very",
            )
    found = figures_of(town.actor("partner", now=NOW + 90 * MINUTE))
    assert (found.count, found.judged, found.right_first) == (2, 2, 1)
    assert (found.first_answer, found.on_site) == (4 * MINUTE, 30 * MINUTE)
    assert found.first_time_right == 0.5


def test_the_community_keeps_its_groups_on_a_page(town: Town) -> None:
    browser = a_browser(town.users["worker"])
    url = reverse("groups:groups")
    with time_machine.travel(NOW, tick=False):
        assert browser.get(url).status_code == 200
        unit = town.units["committee-029"].pk
        assert browser.post(url, {"organisation": unit, "name": "消防专班"}).status_code == 302
        group = TaskGroup.objects.get()
        add = reverse("groups:add_member", args=[group.pk])
        member = {"organisation": town.units["team-029"].pk, "post": "队长", "rank": 1}
        assert browser.post(add, member | {"post": ""}).status_code == 422
        assert browser.post(add, member).status_code == 302
        assert Page(browser.get(url)).shows("首接")
        row = GroupMember.objects.get()
        assert browser.post(reverse("groups:end_member", args=[row.pk])).status_code == 302
        assert browser.post(reverse("groups:close_group", args=[group.pk])).status_code == 302
    assert not TaskGroup.objects.exists(), "it was opened today and taken back"


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"post": ""}, "group_member_has_post"),
        ({"rank": 0}, "group_member_rank"),
    ],
)
def test_the_database_keeps_members_whole(
    town: Town, group: TaskGroup, changes: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        GroupMember.objects.filter(group=group, rank=1).update(**changes)
