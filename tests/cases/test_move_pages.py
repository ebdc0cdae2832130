"""The pages of moves: what is open with its form, what is closed with why, in both languages, nothing typed lost."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from linli.cases import operations
from linli.cases.guards import SENT_BACK_ALREADY
from linli.cases.models import Application, Case, CoTask
from linli.cases.move_forms import FORMS
from linli.cases.notices import SHIPPED
from tests.builders import Town, a_case, take
from tests.cases.pages import LANGUAGES, Page, a_client
from tests.cases.standing import standing_town
from tests.conftest import NOW

HOUR = dt.timedelta(hours=1)
TOMORROW = f"{NOW + dt.timedelta(days=1):%Y-%m-%d}"
WORDS = {"reason": "third_party_test", "words": "等检测报告"}
# move: who, from which state, what is typed, the state after it
TRIED: dict[str, tuple[str, str, dict[str, str], str]] = {
    "accept": ("worker", "dispatched", {}, "accepted"),
    "contact": ("worker", "accepted", {"means": "phone", "was_reached": "yes"}, "in_progress"),
    "report": (
        "worker",
        "in_progress",
        {"resolution": "solved", "public_reply": "修好了", "evidence": "前后照片"},
        "reported",
    ),
    "resume": ("worker", "paused", {}, "in_progress"),
    "give_task": ("worker", "in_progress", {"unit_id": "team-029", "words": "看电梯"}, ""),
    "object": (
        "worker",
        "dispatched",
        {"clause": "目录第三条", "evidence": "维保合同"},
        "objecting",
    ),
    "escalate": ("worker", "in_progress", {"reason": "no_power", "words": "要住建委"}, ""),
    "ask_pause": ("worker", "in_progress", {**WORDS, "until": TOMORROW}, ""),
    "ask_extension": (
        "worker",
        "in_progress",
        {"reason": "material", "words": "等电机", "amount": "3", "told": "电话告知了"},
        "",
    ),
    "ask_hold": (
        "worker",
        "in_progress",
        {"reason": "funds", "words": "明年", "until": TOMORROW},
        "",
    ),
    "ask_exclusion": (
        "worker",
        "in_progress",
        {
            "reason": "wrong_facts",
            "words": "不属实",
            "evidence": "现场照片",
            "until": TOMORROW,
        },
        "",
    ),
    "rule_elsewhere": (
        "dispatcher",
        "objecting",
        {"unit_id": "street-019", "ruling": "属街道"},
        "dispatched",
    ),
    "rule_final": ("dispatcher", "objecting", {"ruling": "属地"}, "accepted"),
    "verify": ("street_officer", "reported", {"words": "在运行"}, "verified"),
    "send_back": ("street_officer", "reported", {"words": "没动"}, "in_progress"),
    "clear_hold": ("district_officer", "on_ledger", {"clearing": "有资金了"}, "in_progress"),
    "supervise": ("office", "in_progress", {"reason": "overdue", "words": "今天答复"}, ""),
    "triage": ("operator", "received", {"kind": "help", "urgency": "E2"}, "pending_dispatch"),
    "answer": ("operator", "received", {"text": "答复如下"}, "answered"),
    "transfer": ("operator", "received", {"text": "接通 119"}, "transferred"),
    "refer": (
        "operator",
        "received",
        {"disposition": "petition_open", "text": "信访在办"},
        "referred",
    ),
    "merge": ("operator", "received", {"text": "同一事项", "same_as": "…"}, "merged"),
    "decline": (
        "operator",
        "received",
        {"disposition": "unlawful_or_indecent", "text": "不合法"},
        "declined",
    ),
    "consult": (
        "dispatcher",
        "received",
        {"unit_id": "team-029", "words": "归谁？"},
        "pending_dispatch",
    ),
    "reopen": ("operator", "closed", {"because": "又坏了"}, "pending_dispatch"),
}


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


def typed(town: Town, form: dict[str, str]) -> dict[str, str]:
    found = dict(form)
    if "unit_id" in found:
        found["unit_id"] = str(town.units[found["unit_id"]].pk)
    if found.get("same_as"):
        found["same_as"] = a_case(town).shown_number
    return found


def url(case: Case, name: str) -> str:
    return f"/cases/{case.number}/{name.replace('_', '-')}/"


def test_every_move_of_the_page_is_tried() -> None:
    assert list(TRIED) == list(FORMS)


@pytest.mark.parametrize("name", TRIED)
def test_a_move_is_made_on_its_page(town: Town, name: str) -> None:
    who, at, form, after = TRIED[name]
    case = a_case(town, at=at, now=NOW - HOUR)
    client = a_client(town.users[who], language="zh-hans")
    page = client.get(url(case, name))
    assert page.status_code == 200
    assert client.get(f"/cases/{case.number}/").status_code == 200
    version = case.version
    response = client.post(url(case, name), typed(town, form))
    assert (response.status_code, response.headers.get("Location")) == (
        302,
        f"/cases/{case.number}/",
    )
    case = Case.objects.everywhere("test").select_related("lead_order").get(pk=case.pk)
    assert case.version == version + 1
    if after:
        assert after in (case.state, case.lead_order.state if case.lead_order else "")
    assert client.get(f"/cases/{case.number}/").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name, tried in TRIED.items() if tried[2]])
def test_what_was_typed_is_still_there_when_a_field_is_missing(
    town: Town, language: str, name: str
) -> None:
    who, at, form, _after = TRIED[name]
    case = a_case(town, at=at, now=NOW - HOUR)
    client = a_client(town.users[who], language=language)
    sent = typed(town, form)
    missing = list(sent)[-1]
    kept = {key: value for key, value in sent.items() if key != missing}
    response = client.post(url(case, name), {**kept, missing: ""})
    page = Page(response)
    if response.status_code == 302:
        assert missing in ("evidence", "due_at")  # what may be left empty
        return
    assert response.status_code == 422
    for value in kept.values():
        assert page.shows(value) or f'value="{value}"' in response.content.decode()


def test_the_shipped_text_stands_in_the_form_to_be_changed(town: Town) -> None:
    case = a_case(town)
    client = a_client(town.users["operator"], language="zh-hans")
    page = Page(client.get(url(case, "transfer")))
    assert page.shows(str(SHIPPED["emergency_line"]))


def test_a_closed_move_says_why_on_the_case_and_on_its_own_page(town: Town) -> None:
    case = a_case(town, at="reported", now=NOW - 2 * HOUR)
    officer = town.actor("street_officer", now=NOW - HOUR)
    operations.send_back(actor=officer, case_id=case.pk, words="没动")
    operations.report(
        actor=town.actor("worker"),
        case_id=case.pk,
        resolution="solved",
        public_reply="好了",
        evidence="完工单",
    )
    client = a_client(town.users["street_officer"], language="zh-hans")
    for address in (f"/cases/{case.number}/", url(case, "send_back")):
        assert Page(client.get(address)).shows(str(SENT_BACK_ALREADY.text))


# — those who help —


def give(town: Town, **given: Any) -> CoTask:
    case = a_case(
        town,
        at="in_progress",
        now=NOW - HOUR,
        name="许大妈",
        phone="19900004321",
        words="我是六号楼的，电梯又停了。",
        title="只给主办看的标题",
        **given,
    )
    return operations.give_task(
        actor=town.actor("worker"),
        case_id=case.pk,
        organisation_id=town.units["team-029"].pk,
        words="请派人到六号楼看电梯",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_partner_reads_place_and_matter_and_never_who_asked(town: Town, language: str) -> None:
    task = give(town)
    client = a_client(town.users["partner"], language=language)
    response = client.get("/tasks/")
    page = Page(response)
    assert page.shows("请派人到六号楼看电梯")
    assert page.shows("双合家园" if language == "zh-hans" else "Shuanghe Jiayuan")
    text = response.content.decode()
    for secret in ("许大妈", "许**", "4321", task.order.case.number, task.order.case.title):
        assert secret not in text
    assert client.get(f"/cases/{task.order.case.number}/").status_code == 403


def test_a_partner_comes_arrives_and_is_done_with_one_thumb(town: Town) -> None:
    task = give(town)
    client = a_client(town.users["partner"], language="zh-hans")
    for name, form in (("come", {}), ("arrive", {}), ("finish-task", {"result": "已修好"})):
        assert client.post(f"/tasks/{task.pk}/{name}/", form).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.result) == ("done", "已修好")
    assert Page(client.get("/tasks/")).shows("已修好")


def test_a_partner_who_comes_second_keeps_her_words(town: Town) -> None:
    task = give(town)
    operations.take_on(actor=town.actor("partner"), task_id=task.pk)
    operations.finish_task(actor=town.actor("partner"), task_id=task.pk, result="同事已修")
    client = a_client(town.users["partner"], language="zh-hans")
    response = client.post(f"/tasks/{task.pk}/finish-task/", {"result": "我写的结果"})
    page = Page(response)
    assert response.status_code == 422
    assert page.shows("我写的结果")
    assert page.shows("何队长")


def test_a_lead_withdraws_a_task_saying_why(town: Town) -> None:
    task = give(town)
    client = a_client(town.users["worker"], language="zh-hans")
    assert client.post(f"/tasks/{task.pk}/withdraw/", {"result": ""}).status_code == 422
    assert client.post(f"/tasks/{task.pk}/withdraw/", {"result": "已经好了"}).status_code == 302
    task.refresh_from_db()
    assert task.state == "withdrawn"


def test_a_consultation_is_answered_on_the_page_of_tasks(town: Town) -> None:
    asked = operations.consult(
        actor=town.actor("dispatcher"),
        case_id=a_case(town, now=NOW - HOUR).pk,
        unit_id=town.units["team-029"].pk,
        words="电梯归谁？",
    )
    client = a_client(town.users["partner"], language="zh-hans")
    assert Page(client.get("/tasks/")).shows("电梯归谁？")
    form = {"is_theirs": "no", "answer": "归物业"}
    assert client.post(f"/consultations/{asked.pk}/answer/", form).status_code == 302
    again = client.post(f"/consultations/{asked.pk}/answer/", form)
    assert again.status_code == 422
    assert Page(again).shows("归物业")


# — the level above —


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_level_above_grants_or_refuses_with_one_press(town: Town, language: str) -> None:
    case = a_case(town, at="in_progress", now=NOW - HOUR)
    worker = town.actor("worker", now=NOW - HOUR)
    asked = take(worker, case, "ask_pause", **WORDS, days=5)
    client = a_client(town.users["street_officer"], language=language)
    assert Page(client.get("/approvals/")).shows("等检测报告")
    refused = client.post(f"/approvals/{asked.pk}/refuse/", {"decision": " "})
    assert refused.status_code == 422
    assert client.post(f"/approvals/{asked.pk}/grant/", {"decision": "可以"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.is_granted, asked.decision) == (True, "可以")
    again = client.post(f"/approvals/{asked.pk}/refuse/", {"decision": "我写的理由"})
    assert again.status_code == 422
    assert Page(again).shows("我写的理由")
    assert Page(again).shows("韩街道")


def test_each_level_sees_what_it_decides_and_nothing_else(town: Town) -> None:
    case = a_case(town, at="in_progress", now=NOW - HOUR)
    worker = town.actor("worker", now=NOW - HOUR)
    take(worker, case, "ask_pause", reason="season", words="街道定", days=5)
    take(worker, case, "ask_hold", reason="law", words="区里定", days=5)
    take(
        worker,
        case,
        "ask_extension",
        reason="material",
        words="热线办定",
        told="已告知",
        amount=1,
    )
    shown = {
        who: [
            words
            for words in ("街道定", "区里定", "热线办定")
            if Page(a_client(town.users[who], language="zh-hans").get("/approvals/")).shows(words)
        ]
        for who in ("street_officer", "district_officer", "office")
    }
    assert shown == {
        "street_officer": ["街道定"],
        "district_officer": ["街道定", "区里定"],
        "office": ["街道定", "区里定", "热线办定"],
    }
    assert Application.objects.count() == 3


def test_a_hold_to_be_looked_at_again_stands_first_and_in_red(town: Town) -> None:
    case = a_case(town, at="in_progress", now=NOW - 3 * HOUR)
    take(
        town.actor("worker", now=NOW - 2 * HOUR),
        case,
        "ask_hold",
        reason="law",
        words="等政策",
        until=NOW - HOUR / 2,
    )
    take(town.actor("district_officer", now=NOW - HOUR), case, "hold", asked="hold")
    client = a_client(town.users["district_officer"], language="zh-hans")
    response = client.get("/approvals/")
    assert Page(response).shows("该复查了")
    assert 'class="late"' in response.content.decode()


# — call back —


def test_a_caller_back_sends_back_for_rework(town: Town) -> None:
    case = a_case(town, at="followed_up", now=NOW - HOUR, answered="not_solved", satisfaction="not")
    client = a_client(town.users["follow_up"], language="zh-hans")
    assert Page(client.get(f"/follow-up/?case={case.number}")).shows("退回重办")
    assert client.post(f"/cases/{case.number}/rework/").status_code == 302
    case.lead_order.refresh_from_db()
    assert case.lead_order.state == "in_progress"
    assert client.post(f"/cases/{case.number}/rework/").status_code == 422


def test_the_dispatcher_finds_other_ways_and_objections(town: Town) -> None:
    a_case(town, now=NOW - HOUR)
    a_case(town, at="objecting", now=NOW - HOUR, title="围墙外积水")
    client = a_client(town.users["dispatcher"], language="zh-hans")
    page = Page(client.get("/queue/"))
    for words in ("会商", "告知途径", "转紧急专线", "并单"):
        assert page.shows(words)
    assert Page(client.get("/rulings/")).shows("围墙外积水")
