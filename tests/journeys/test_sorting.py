"""A proposal is taken, another corrected, and the page of the hotline's office knows of both."""

import re

import pytest
from playwright.sync_api import Page, expect

from linli.kernel.ids import read_number
from tests.journeys.conftest import BASE, Open, check_axe, shoot

pytestmark = pytest.mark.journey
LIFT, LAMP = "六号楼电梯停运两天了，家里老人下不了楼。", "东门外的路灯有三盏不亮，晚上看不清路。"


def proposed(page: Page, words: str) -> None:
    """Write what happened and see what is proposed; while the process beside the server begins, there is nothing yet."""
    page.goto(f"{BASE}/calls/new/")
    offers = page.locator("#sort fieldset")
    for written in (words, f"{words}请尽快。", f"{words}麻烦了。", f"{words}谢谢。", words):
        with page.expect_response(re.compile("/calls/sort/")):
            page.locator("[name=words]").fill(written)
        if offers.count():
            break
        page.wait_for_timeout(2000)
    expect(offers).to_be_visible()


def sent(page: Page) -> str:
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("received="))
    number = read_number(page.url.split("received=")[1])
    assert number is not None
    return number


def known(page: Page, number: str, query: str) -> None:
    """Wait until the worker has followed so far: the page is looked at again, as a person would."""
    case = page.locator(f"a[href$='/cases/{number}/']")
    for _look in range(40):
        page.goto(f"{BASE}/sorting/cases/?{query}")
        if case.count():
            return
        page.wait_for_timeout(500)
    expect(case).to_be_visible()


def test_one_is_taken_one_corrected_and_the_page_tells(as_person: Open) -> None:
    operator = as_person("operator-1")
    proposed(operator, LIFT)
    expect(operator.locator("#sort")).to_contain_text("依据")
    check_axe(operator)
    shoot(operator, "operator-proposal")
    operator.locator("#sort label", has_text="电梯").first.click()
    operator.locator("[name=place]").fill("双合家园社区")
    taken = sent(operator)
    proposed(operator, LAMP)
    operator.locator("#sort label").last.click()  # none of these
    operator.locator("[name=category]").fill("公共部位维修")
    operator.locator("[name=place]").fill("双合家园社区")
    corrected = sent(operator)

    office = as_person("office")
    known(office, taken, "list=all")
    known(office, corrected, "")
    office.goto(f"{BASE}/sorting/cases/")
    expect(office.locator(f"a[href$='/cases/{taken}/']")).to_have_count(0)
    office.goto(f"{BASE}/sorting/")
    expect(office.locator(".now")).to_contain_text("一次就对")
    check_axe(office)
    shoot(office, "sorting")


def test_in_english_on_a_phone_with_the_models(as_person: Open) -> None:
    office = as_person("office", english=True, phone=True)
    office.goto(f"{BASE}/sorting/")
    expect(office.locator("h1")).to_contain_text("how often the proposal was right")
    check_axe(office)
    administrator = as_person("administrator", english=True)
    administrator.goto(f"{BASE}/sorting/models/")
    expect(administrator.locator("main")).to_contain_text("The starter model")
    check_axe(administrator)
    shoot(administrator, "sorting-models")


def test_the_words_say_where(as_person: Open) -> None:
    operator = as_person("operator-2")
    proposed(operator, "我住双合家园社区六号楼，电梯停运两天了")
    choice = operator.locator("#hints label:has([name=place_code])", has_text="双合家园")
    choice.first.click()
    assert sent(operator)
