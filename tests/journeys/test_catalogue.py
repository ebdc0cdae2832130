"""The catalogue changed by a spreadsheet sends the next call elsewhere; a community may not lead what is not its own."""

import re
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from linli.kernel.ids import read_number
from tests.journeys.conftest import Open, check_axe, shoot

pytestmark = pytest.mark.journey
CODE, LEAD = 0, 5
"""Columns of the sheet that the journey changes."""


def base(page: Page) -> str:
    return re.sub(r"(//[^/]+)/.*", r"\1", page.url)


def take_call(operator: Page, *, words: str, category: str) -> str:
    operator.goto(f"{base(operator)}/calls/new/")
    operator.locator("[name=words]").fill(words)
    operator.locator("[name=place]").fill("双合家园社区")
    operator.locator("[name=category]").fill(category)
    operator.get_by_role("button", name=re.compile("登记诉求")).last.click()
    expect(operator).to_have_url(re.compile("received="))
    number = read_number(operator.url.split("received=")[1])
    assert number is not None
    return number


def open_in_queue(dispatcher: Page, number: str) -> None:
    dispatcher.goto(f"{base(dispatcher)}/queue/?case={number}")


def changed(source: Path, target: Path, *, category: str, lead: str) -> None:
    """Write the workbook again with another lead for a category."""
    rows = CalamineWorkbook.from_path(str(source)).get_sheet_by_index(0).to_python()
    touched = 0
    with xlsxwriter.Workbook(str(target)) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            cells = [str(cell) for cell in row]
            if cells[CODE] == category:
                cells[LEAD] = lead
                touched += 1
            for index, cell in enumerate(cells):
                sheet.write_string(line, index, cell)
    assert touched == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_changed_spreadsheet_sends_the_next_call_elsewhere(
    as_person: Open, tmp_path: Path, script: bool
) -> None:
    category, lead = (
        ("0405", "朝阳区城市管理指挥中心") if script else ("0406", "和木物业服务有限公司（虚构）")
    )
    words = "下水道返水了，一地脏水。" if script else "楼下井盖松了，咣当响。"
    operator = as_person("operator-1")
    dispatcher = as_person("dispatcher")
    before = take_call(operator, words=words, category=category)
    open_in_queue(dispatcher, before)
    expect(dispatcher.locator("label:has([name=lead]:checked)")).to_contain_text("垡头街道办事处")
    check_axe(dispatcher)
    shoot(dispatcher, "queue-catalogue")

    clerk = as_person("administrator", script=script)
    clerk.get_by_role("link", name="派单目录").first.click()
    expect(clerk.locator("h1")).to_have_text("派单目录")
    if script:
        check_axe(clerk)
        shoot(clerk, "catalogue")
    clerk.get_by_role("link", name="用文件更新").click()
    with clerk.expect_download() as taken:
        clerk.get_by_role("link", name=re.compile("下载现行内容")).click()
    taken.value.save_as(tmp_path / "before.xlsx")
    # 0405 has no row of its own: it goes where 04 goes.
    row = "04" if script else category
    changed(tmp_path / "before.xlsx", tmp_path / "after.xlsx", category=row, lead=lead)
    clerk.set_input_files("[name=file]", tmp_path / "after.xlsx")
    clerk.get_by_role("button", name="显示变化").click()
    expect(clerk.locator("#main")).to_contain_text(lead)
    if script:
        check_axe(clerk)
        shoot(clerk, "catalogue-difference")
    clerk.get_by_role("button", name="确认生效").click()
    expect(clerk.locator("#toasts, .toasts").first).to_contain_text("新增 1 条")

    after = take_call(operator, words=words, category=category)
    open_in_queue(dispatcher, after)
    expect(dispatcher.locator("label:has([name=lead]:checked)")).to_contain_text(lead)
    dispatcher.get_by_role("button", name=re.compile("派单")).last.click()
    expect(dispatcher).to_have_url(re.compile("/queue/$"))


def test_a_community_is_refused_what_is_not_on_its_duty_list(as_person: Open) -> None:
    operator = as_person("operator-1")
    number = take_call(operator, words="早上到现在一直停水。", category="停水")
    dispatcher = as_person("dispatcher")
    open_in_queue(dispatcher, number)
    dispatcher.locator(".more summary").click()
    shut = dispatcher.locator(".shut", has_text="双合家园社区居委会")
    expect(shut).to_contain_text("第十七条")
    expect(shut.locator("input")).to_have_count(0)
    check_axe(dispatcher)
    shoot(dispatcher, "queue-article-17")

    # Without a category the clause stands there too; with one on the list the community leads.
    number = take_call(operator, words="楼道里又堆满了纸箱。", category="")
    open_in_queue(dispatcher, number)
    expect(dispatcher.locator(".shut").first).to_contain_text("请先设定这件诉求的类别")
    dispatcher.locator("#about a").click()
    dispatcher.locator("input[name=category]").fill("楼道堆物")
    dispatcher.get_by_role("button", name="设定类别").click()
    expect(dispatcher.locator("label:has([name=lead]:checked)")).to_contain_text(
        "双合家园社区居委会"
    )
    dispatcher.get_by_role("button", name=re.compile("派单")).last.click()
    expect(dispatcher).to_have_url(re.compile("/queue/$"))


def test_what_would_happen_is_asked_on_a_phone(as_person: Open) -> None:
    page = as_person("dispatcher", phone=True, english=True)
    page.goto(f"{base(page)}/catalogue/ask/")
    # A branch of its own: what the other stories change in the catalogue stays.
    page.locator("[name=category]").fill("0107")
    page.locator("[name=place]").fill("双合家园")
    page.get_by_role("button", name="Show who would lead").click()
    expect(page.locator("#told")).to_contain_text("Fatou Sub-district Office")
    expect(page.locator("#told")).to_contain_text("Chaoyang District Command Centre")
    expect(page.locator("#told")).to_contain_text("article 17")
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    check_axe(page)
    shoot(page, "catalogue-ask-390")
