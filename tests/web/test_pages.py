"""The pages with real cases behind them: each reads in both languages and keeps names to itself."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from linli.cases.models import Case
from tests.builders import Town, a_case, a_town
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
PHONE = "19900007788"
NAME = "许大妈"


@pytest.fixture(autouse=True)
def clock(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    """Let the server's clock stand where the cast's clock stands."""
    time_machine.move_to(NOW)
    return time_machine


@pytest.fixture
def town() -> Town:
    return a_town()


@pytest.fixture
def opened(client: Client, town: Town) -> Callable[..., HttpResponse]:
    """Return a function that opens an address as one of the cast, in a language."""

    def open_as(who: str, address: str, *, language: str = "zh-hans") -> HttpResponse:
        client.force_login(town.users[who])
        client.cookies["django_language"] = language
        return client.get(address)

    return open_as


def a_named_case(town: Town, *, at: str) -> Case:
    return a_case(town, at=at, phone=PHONE, name=NAME, words="六号楼电梯停运，老人下不了楼。")


PAGES = (
    ("operator", "/calls/new/", "received", "登记诉求", "Receive the case"),
    ("dispatcher", "/queue/", "received", "先派哪一件", "Which one first"),
    ("worker", "/work/", "dispatched", "现在需要您", "Needs you now"),
    ("follow_up", "/follow-up/", "reported", "存回访", "Keep the answers"),
    ("leader", "/rates/", "closed", "怎么算的", "What is counted"),
    ("operator", "/search/", "received", "查找诉求", "Find a case"),
    ("worker", "case", "in_progress", "全部经过", "The whole story"),
)


@pytest.mark.parametrize(("language", "lang"), [("zh-hans", "zh-CN"), ("en", "en")])
@pytest.mark.parametrize(("who", "address", "at", "chinese", "english"), PAGES)
def test_every_page_reads_in_both_languages_under_a_strict_policy(
    opened: Callable[..., HttpResponse],
    town: Town,
    who: str,
    address: str,
    at: str,
    chinese: str,
    english: str,
    language: str,
    lang: str,
) -> None:
    case = a_named_case(town, at=at)
    if address == "case":
        address = reverse("cases:case", args=[case.number])
    answer = opened(who, address, language=language)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{lang}"' in page
    assert (chinese if lang == "zh-CN" else english) in page
    assert not re.search(r"%\(\w+\)s", page), "a sentence lost its facts"
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=|<style|\son\w+=", page)


@pytest.mark.parametrize(("who", "address", "at"), [(w, a, at) for w, a, at, _c, _e in PAGES])
def test_no_page_shows_a_name_or_a_number_unasked(
    opened: Callable[..., HttpResponse], town: Town, who: str, address: str, at: str
) -> None:
    case = a_named_case(town, at=at)
    if address == "case":
        address = reverse("cases:case", args=[case.number])
    page = opened(who, address).content.decode()
    assert NAME not in page
    assert PHONE not in page
    assert "199 0000 7788" not in page


def test_a_number_looked_at_with_a_reason_is_shown_once(
    opened: Callable[..., HttpResponse], client: Client, town: Town
) -> None:
    case = a_named_case(town, at="in_progress")
    opened("worker", "/work/")
    answer = client.post(reverse("cases:unmask", args=[case.number]), {"reason": "约上门时间"})
    page = answer.content.decode()
    assert "199 0000 7788" in page
    assert 'href="tel:+8619900007788"' in page
    assert NAME in page
    again = client.get(reverse("cases:case", args=[case.number])).content.decode()
    assert "199 0000 7788" not in again


def test_a_call_that_was_refused_keeps_every_word(
    opened: Callable[..., HttpResponse], client: Client
) -> None:
    opened("operator", "/calls/new/")
    answer = client.post(
        "/calls/new/", {"words": "北门<路灯>不亮", "place": "没有这个地方", "urgency": "E2"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "北门&lt;路灯&gt;不亮" in page
    assert re.search(r'value="E2" checked', page)
    assert "data-errors" in page


def test_several_places_are_offered_to_choose_from(
    opened: Callable[..., HttpResponse], client: Client
) -> None:
    opened("operator", "/calls/new/")
    page = client.post("/calls/new/", {"words": "停水", "place": "社区"}).content.decode()
    assert page.count('type="radio" name="place_code"') == 3


def test_hints_are_a_fragment_and_not_a_page(
    opened: Callable[..., HttpResponse], client: Client, town: Town
) -> None:
    a_named_case(town, at="received")
    opened("operator", "/calls/new/")
    fragment = client.post("/calls/hints/", {"place": "双合家园", "phone": PHONE}).content.decode()
    assert "<html" not in fragment
    assert "双合家园社区居委会" in fragment
    assert fragment.count("六号楼") == 2  # open here, and this caller's earlier one
    assert PHONE not in fragment


def test_danger_in_her_words_brings_the_line_and_guidance(
    opened: Callable[..., HttpResponse], client: Client
) -> None:
    opened("operator", "/calls/new/")

    def said(words: str) -> str:
        return client.post("/calls/urgency/", {"words": words}).content.decode()

    jump = said("楼顶上有个女孩要跳下去")
    assert "<html" not in jump
    assert "<b>110</b>" in jump
    assert "12356" in jump
    assert "callout warm" in said("家里停水一天了")
    assert "callout" not in said("去年这里着过火，外墙到现在没刷")
    assert "callout" not in said("")


def test_an_overdue_order_wears_the_armband(
    opened: Callable[..., HttpResponse], clock: TimeMachineFixture, town: Town
) -> None:
    a_named_case(town, at="dispatched")
    assert 'data-k="late"' not in opened("worker", "/work/").content.decode()
    clock.move_to(NOW + dt.timedelta(hours=25))
    page = opened("worker", "/work/").content.decode()
    assert 'class="group late"' in page
    assert 'data-k="late"' in page


def test_an_empty_list_says_what_to_do_next(
    opened: Callable[..., HttpResponse], town: Town
) -> None:
    for who, address in (
        ("dispatcher", "/queue/"),
        ("worker", "/work/"),
        ("follow_up", "/follow-up/"),
    ):
        assert 'class="empty"' in opened(who, address).content.decode()


def test_a_leader_sees_no_page_that_is_not_his(
    opened: Callable[..., HttpResponse], town: Town
) -> None:
    answer = opened("leader", "/queue/")
    assert answer.status_code == 403
    assert "这一页不在您的角色内" in answer.content.decode()
