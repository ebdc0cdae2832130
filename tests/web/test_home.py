"""The first page of each role: what needs its person stands there, nobody else's does, and it costs ten queries."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.accounts.permissions import permissions_of
from linli.accounts.views import HOMES
from linli.cases import operations
from linli.cases.calls import operations as calls
from tests.builders import CAST, Town, a_case, a_draft, take
from tests.cases.pages import LANGUAGES, Page, a_browser, a_client
from tests.cases.standing import standing_town
from tests.conftest import NOW

URL = "/home/"
AT_HOME = sorted(who for who, row in CAST.items() if HOMES[row[3]][0] == "web:home")
NAME = "许大妈"


@pytest.fixture
def town(db: None) -> Town:
    return standing_town()


def opened(town: Town, who: str, *, language: str = "zh-hans") -> Page:
    with time_machine.travel(NOW, tick=False):
        response = a_client(town.users[who], language=language).get(URL)
    assert response.status_code == 200
    return Page(response)


def busy(town: Town) -> None:
    """Let something wait for everybody."""
    for at in ("received", "dispatched", "in_progress", "objecting", "reported", "followed_up"):
        for _ in range(3):
            a_case(town, at=at, name=NAME)
    a_case(town, at="on_ledger")
    asking = {"reason": "season", "words": "等雪化", "days": 5}
    take(town.actor("worker"), a_case(town, at="in_progress"), "ask_pause", **asking)
    helped = a_case(town, at="in_progress", words="九号楼灯不亮", now=NOW - dt.timedelta(hours=1))
    operations.give_task(
        actor=town.actor("worker"),
        case_id=helped.pk,
        organisation_id=town.units["team-029"].pk,
        words="请换灯泡",
        due_at=NOW + dt.timedelta(hours=1),
    )


@pytest.mark.parametrize("who", sorted({*AT_HOME, "worker"}))
def test_a_first_page_takes_few_queries_and_names_nobody(town: Town, who: str) -> None:
    busy(town)
    client = a_browser(town.users[who])
    with time_machine.travel(NOW, tick=False), CaptureQueriesContext(connection) as asked:
        response = client.get(URL)
    assert response.status_code == 200
    assert len(asked) <= 10, "\n".join(query["sql"][:200] for query in asked)
    page = Page(response)
    assert NAME not in page.text
    assert "1990000" not in page.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", AT_HOME)
def test_an_empty_first_page_says_what_to_do_next(town: Town, who: str, language: str) -> None:
    page = opened(town, who, language=language)
    for heading in (
        ("现在需要您", "在等别人", "情况怎样")
        if language != "en"
        else ("Needs you now", "What you wait for", "How it is going")
    ):
        assert heading in page.text


@pytest.mark.parametrize(
    ("who", "at"),
    [
        ("dispatcher", "received"),
        ("dispatcher", "objecting"),
        ("follow_up", "reported"),
        ("street_officer", "reported"),
    ],
)
def test_what_waits_stands_on_the_page(town: Town, who: str, at: str) -> None:
    case = a_case(town, at=at, words="七号楼门禁坏了，夜里谁都能进。")
    assert case.title in opened(town, who).text


def test_the_operator_sees_what_became_of_her_calls(town: Town) -> None:
    actor = town.actor("operator")
    calls.pick_up(actor=actor)
    draft = a_draft(town, words="七号楼门禁坏了，夜里谁都能进。")
    case = operations.receive(actor=actor, draft=draft, on_call=True)
    elsewhere = a_case(town, words="这一件不是她接的。")
    page = opened(town, "operator")
    assert case.title in page.text
    assert elsewhere.title not in page.text


def test_nothing_of_the_community_next_door_stands_there(town: Town) -> None:
    case = a_case(town, at="reported", place="110105015044", lead="committee-044")
    assert case.title not in opened(town, "street_officer").text
    assert case.title in opened(town, "district_officer").text


def test_a_confidential_case_stands_at_the_hotline_only(town: Town) -> None:
    case = a_case(town, at="reported", confidentiality="hide_case", words="举报居委会有人收钱。")
    assert case.title not in opened(town, "district_officer").text
    assert case.title in opened(town, "follow_up").text


def test_a_helper_reads_the_task_and_not_the_case(town: Town) -> None:
    busy(town)
    page = opened(town, "partner")
    assert "请换灯泡" in page.text
    assert "九号楼灯不亮" not in page.text


def test_whoever_leads_is_led_to_the_overview(town: Town) -> None:
    with time_machine.travel(NOW, tick=False):
        response = a_browser(town.users["leader"]).get(URL)
    assert response["Location"] == "/overview/"


def test_each_first_page_is_one_that_its_role_may_open() -> None:
    assert all("accounts.own" in permissions_of(role) for role in HOMES)
