"""An order of the city's platform on its way in and its answer on its way back; a file in the browser."""

import base64
import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Open, check_axe, shoot

pytestmark = pytest.mark.journey
PASTED = """工单编号：{number}    受理时间：2026-11-18 09:20
诉求人：许大妈   联系电话：19900001234
诉求内容：六号楼的电梯停了两天，
老人下不了楼，物业说“等配件”。
所属社区：双合家园社区"""
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
COLUMNS = (
    "REPORT_NUM", "CREATE_TIME", "DISTRICT_NAME", "STREET_NAME", "COMMUNITY_NAME", "MAIN_TYPE_NAME",
    "SUB_TYPE_NAME", "DISPOSE_UNIT_NAME", "OCCUR_PLACE",
)  # fmt: skip


def a_file(rows: int) -> dict[str, object]:
    """Return an export of the platform with two rows that cannot be taken."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number in range(rows):
        at = "昨天" if number in (3, 7) else "2026-11-17 09:00"
        writer.writerow(
            [
                f"J{number:05d}",
                at,
                "朝阳区",
                "垡头街道",
                "双合家园社区",
                "市容环卫",
                "暴露垃圾",
                "",
                "北门",
            ]
        )
    return {
        "name": "城市平台导出.csv",
        "mimeType": "text/csv",
        "buffer": text.getvalue().encode("gb18030"),
    }


def fits(page: Page) -> None:
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], width


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_order_is_pasted_on_a_phone_worked_and_answered(as_person: Open, script: bool) -> None:
    number = f"BJ2026{int(script)}"
    page = as_person("worker-shuanghe", phone=True, script=script)
    page.get_by_role("link", name="录入工单").first.click()
    page.locator("[name=pasted]").fill(PASTED.format(number=number))
    page.get_by_role("button", name="读取").click()
    expect(page.locator("[name=number]")).to_have_value(number)
    expect(page.locator("[name=phone]")).to_have_value("19900001234")
    fits(page)
    if script:
        check_axe(page)
        shoot(page, "orders-in-phone")
    page.get_by_role("button", name="承接这件工单").click()
    expect(page).to_have_url(re.compile(r"/cases/\d+/"))
    case = page.url

    # The same order pasted again leads to the case that stands.
    page.get_by_role("link", name="录入工单").first.click()
    page.locator("[name=pasted]").fill(PASTED.format(number=number))
    page.get_by_role("button", name="读取").click()
    expect(page).to_have_url(case)


def test_a_photo_is_shown_beside_the_fields_and_kept_with_the_case(as_person: Open) -> None:
    page = as_person("worker-shuanghe")
    page.get_by_role("link", name="录入工单").first.click()
    page.get_by_role("link", name="对着照片或纸质单录入").click()
    expect(page.locator("#photo-shown")).to_be_hidden()
    page.locator("#id_photos").set_input_files(
        {"name": "单.png", "mimeType": "image/png", "buffer": DOT}
    )
    expect(page.locator("#photo-shown")).to_be_visible()
    assert page.evaluate("document.getElementById('photo-shown').naturalWidth") == 1
    check_axe(page)
    shoot(page, "order-photo")
    page.get_by_label("来源编号").fill("BJ20261118777")
    page.get_by_label("来源受理时间").fill("2026-11-18T09:20")
    page.locator("[name=words]").fill("对着照片录入：六号楼门口的路灯坏了。")
    page.locator("button.primary.wide").click()
    expect(page.locator("#photos img")).to_have_count(1)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_file_is_looked_at_taken_in_and_its_bad_rows_come_back(
    as_person: Open, script: bool
) -> None:
    page = as_person("worker-shuanghe", script=script)
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/imports/")
    page.locator("[name=file]").set_input_files(a_file(1_600))  # type: ignore[arg-type]
    page.get_by_role("button", name="先看一看").click()
    expect(page.locator("h1")).to_have_text("城市平台导出.csv")
    expect(page.locator("main")).to_contain_text("昨天")
    if script:
        check_axe(page)
        shoot(page, "import-look")
    page.get_by_role("button", name="导入 1600 行").click()
    done = page.get_by_role("heading", name="导入结果")
    while not script and not done.is_visible():
        page.get_by_role("link", name="看看进度").click()
        page.wait_for_timeout(500)
    expect(page.get_by_role("heading", name="导入结果")).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载这些行和原因").click()
    back = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(back) == 3
    assert back[0].endswith("record,line,reason")
