"""A shift of the operator: ten calls, and no hand leaves the keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Open, check_axe, shoot

pytestmark = pytest.mark.journey
CALLS = (
    ("双合家园社区", "六号楼电梯停了两天，老人下不了楼。", "电梯停运", "", "Alt+J 2"),
    ("双合家园社区", "三号楼下水道返水，一楼进了水。", "下水", "", ""),
    ("华贸中心社区", "酒店空调外机夜里响，睡不着。", "噪声", "", ""),
    ("双合家园社区", "想问老年卡在哪里补办。", "", "2", ""),
    ("双合家园社区", "垃圾站早上五点就开始装车。", "噪声", "", ""),
    ("华贸中心社区", "楼上装修砸墙，好像动了承重墙。", "", "3", "Alt+J 1"),
    ("双合家园社区", "门口路灯三盏不亮。", "路灯", "", ""),
    ("双合家园社区", "邻居的官司判了我不服。", "", "4", ""),
    ("华贸中心社区", "快递车把无障碍坡道堵了。", "", "", ""),
    ("双合家园社区", "我想知道邻居家的电话。", "", "8", ""),
)
"""Place, words, category, what becomes of it by its digit (empty: to dispatch), further keys."""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def answered(page: Page) -> None:
    page.wait_for_load_state("load")  # no hand is so quick that it presses before the page stands
    press(page, "F6")
    expect(page.locator("#phone")).to_contain_text("没接上")
    press(page, "F7")
    expect(page.locator("#phone")).to_contain_text("通话中")


def test_ten_calls_by_keyboard_alone(as_person: Open) -> None:
    page = as_person("operator-1")
    numbers = set()
    for index, (place, words, category, goes, further) in enumerate(CALLS):
        answered(page)
        press(page, "Alt+0")
        page.keyboard.type(words)
        press(page, "Alt+H")
        page.keyboard.type(f"1990000{5500 + index}")
        press(page, "Alt+P")
        page.keyboard.type(place)
        expect(page.locator("#hints .found")).to_contain_text(place)
        if category:
            press(page, "Alt+C")
            page.keyboard.type(category)
        press(page, *further.split())
        if goes:
            press(page, "Alt+G", goes)
            expect(page.locator("[name=told]")).not_to_be_empty()
            press(page, "Alt+V")
        if index == 0:
            check_axe(page)
            shoot(page, "operator-call")
        if index % 2:  # half of the callers have hung up before it is sent
            press(page, "F8")
            expect(page.locator("#phone")).to_contain_text("话后整理")
        before = page.url
        press(page, "Control+Enter")
        if page.locator("[name=category_code]").count():  # several categories fit: the first one
            page.locator("[name=category_code]").first.focus()
            press(page, "Space", "Control+Enter")
        expect(page).to_have_url(re.compile("received="))
        expect(page).not_to_have_url(before)
        numbers.add(page.url)
        if index % 2 == 0:
            expect(page.locator("#phone")).to_contain_text("通话中")
            press(page, "F8")
        expect(page.locator("#phone")).to_contain_text("没有通话")
        expect(page.locator("#phone")).to_contain_text(f"今天 {index + 1} 通")
    assert len(numbers) == len(CALLS)
    expect(page.locator("#phone")).to_contain_text("15 秒内接起 10/10")


def test_the_list_of_keys_names_those_of_the_page(as_person: Open) -> None:
    page = as_person("operator-2")
    page.wait_for_load_state("load")
    page.locator("h1").focus()
    press(page, "Shift+Slash")
    keys = page.locator("#keys")
    expect(keys).to_be_visible()
    for key in ("F6", "F7", "Alt G", "Alt 0"):
        expect(keys).to_contain_text(key)
    press(page, "Escape")
    expect(keys).not_to_be_visible()


def test_a_draft_comes_back_with_what_hangs_on_it(as_person: Open) -> None:
    page = as_person("operator-2")
    page.locator("[name=words]").fill("门禁坏了，夜里进不去。")
    page.locator("[name=place]").fill("双合家园社区")
    page.locator("[name=place]").blur()
    expect(page.locator("#hints .found")).to_contain_text("双合家园社区")
    page.wait_for_function("Object.keys(sessionStorage).some(key => key.endsWith(':call'))")
    page.reload()
    expect(page.locator("[name=words]")).to_have_value("门禁坏了，夜里进不去。")
    expect(page.locator("#hints .found")).to_contain_text("双合家园社区")


def test_without_script_the_telephone_and_the_branches_work(as_person: Open) -> None:
    page = as_person("operator-2", script=False)
    page.locator("[name=words]").fill("想问居住证在哪里办。")
    page.locator("[name=place]").fill("双合家园社区")
    page.locator("#phone button", has_text="接听").click()
    expect(page.locator("[name=words]")).to_have_value("想问居住证在哪里办。")
    page.locator("label:has([name=goes][value=answer_now])").click()
    page.locator(".op-send button.primary").click()
    expect(page.locator("[name=told]")).not_to_be_empty()
    page.locator("[name=told]").fill("可在社区服务站办理，工作日九点到十七点。")
    page.locator(".op-send button.primary").click()
    expect(page).to_have_url(re.compile("received="))
    page.locator("#phone button", has_text="挂断").click()
    expect(page.locator("#phone")).to_contain_text("没有通话")
