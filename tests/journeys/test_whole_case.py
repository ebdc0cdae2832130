"""The pages that a case passes beside its straight way, as those see them who work there; in every dress."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from linli.kernel.ids import read_number
from tests.journeys.conftest import Open, check_axe, shoot
from tests.journeys.test_photos import a_lamp

pytestmark = pytest.mark.journey
PAGES = (
    ("office", "/approvals/", "approvals"),
    ("dispatcher", "/rulings/", "rulings"),
    ("partner-hemu", "/tasks/", "tasks"),
    ("follow-up", "/looks/", "looks"),
    ("office", "/persons/", "own-data"),
    ("follow-up", "/follow-up/", "follow-up"),
    ("verifier", "/", "verify"),
)
DRESSES: dict[str, dict[str, str]] = {
    "": {},
    "large": {"type": "large"},
    "dark": {"theme": "ink"},
}


def site_of(page: Page) -> str:
    return re.match(r"https?://[^/]+", page.url).group()  # type: ignore[union-attr]


def fits(page: Page) -> None:
    size: Any = page.viewport_size
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"], f"{page.url} scrolls sideways at {width}"
    check_axe(page)


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize("phone", [False, True], ids=["wide", "390"])
def test_pages_of_the_whole_case_fit_and_read_in_every_dress(
    as_person: Open, phone: bool, english: bool
) -> None:
    for username, path, name in PAGES:
        page = as_person(username, phone=phone, english=english)
        site = site_of(page)
        for dress, kept in DRESSES.items():
            page.context.add_cookies(
                [
                    {"name": f"linli_{key}", "value": value, "url": site}
                    for key, value in kept.items()
                ]
            )
            page.goto(site + path)
            fits(page)
            tongue = "en" if english else "zh"
            shoot(page, "-".join(filter(None, (name, tongue, dress, "390" if phone else ""))))
            page.context.clear_cookies(name=re.compile(r"linli_(type|theme)"))


def case_page(page: Page, number: str) -> None:
    page.goto(f"{site_of(page)}/cases/{number}/")


def opened(page: Page, move: str) -> None:
    """Open the form of a move, wherever it stands on the page of its case."""
    page.locator(f"#move-{move}").evaluate(
        "at => { for (let e = at; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true; "
        "const own = at.querySelector('details'); if (own) own.open = true; }"
    )


def test_a_company_helps_the_office_decides_and_a_verifier_looks(
    as_person: Open, tmp_path: Path
) -> None:
    operator = as_person("operator-1")
    operator.locator("[name=words]").fill("我叫许桂兰，九号楼门口的路灯不亮，晚上老人看不清台阶。")
    operator.locator("[name=place]").fill("双合家园社区")
    operator.locator("[name=phone]").fill("199 0000 4477")
    operator.keyboard.press("Control+Enter")
    expect(operator).to_have_url(re.compile("received="))
    number = read_number(operator.url.split("received=")[1].split("&")[0])
    assert number is not None

    dispatcher = as_person("dispatcher")
    dispatcher.goto(f"{site_of(dispatcher)}/queue/?case={number}")
    dispatcher.locator("label:has([name=lead])", has_text="双合家园社区居委会").first.click()
    dispatcher.locator("[name=reason]").fill("小区内照明，社区牵头。")
    dispatcher.get_by_role("button", name=re.compile("派单")).last.click()

    worker = as_person("worker-shuanghe", phone=True)
    case_page(worker, number)
    worker.get_by_role("button", name=re.compile("签收")).first.click()
    opened(worker, "contact")
    worker.locator("#move-contact [name=note]").fill("说明今晚来修。")
    worker.locator("#move-contact button[type=submit]").last.click()
    # Nothing shows yet what was done: the report says so and keeps what was typed.
    opened(worker, "report")
    worker.locator("#move-report label:has([name=resolution][value=solved])").click()
    worker.locator("#move-report [name=public_reply]").fill("路灯已换新，台阶边加了反光条。")
    worker.locator("#move-report button[type=submit]").last.click()
    expect(worker.locator("#move-report")).to_contain_text("处理后的照片")
    expect(worker.locator("#move-report [name=public_reply]")).to_have_value(
        "路灯已换新，台阶边加了反光条。"
    )
    fits(worker)
    shoot(worker, "report-asks-for-evidence-390")
    worker.goto(f"{site_of(worker)}/cases/{number}/give-task/")
    worker.locator("[name=unit_id]").select_option(label="和木物业服务有限公司（虚构）")
    worker.locator("[name=words]").fill("请电工到九号楼门口换路灯。")
    worker.locator("#main form button[type=submit]").last.click()
    opened(worker, "ask_extension")
    extension = worker.locator("#move-ask_extension")
    extension.locator("label:has([name=reason])").first.click()
    extension.locator("[name=words]").fill("等灯杆到货。")
    extension.locator("[name=amount]").fill("1")
    extension.locator("[name=told]").fill("电话告知，同意多等一天。")
    extension.locator("button[type=submit]").last.click()

    helper = as_person("partner-hemu", phone=True)
    helper.goto(f"{site_of(helper)}/tasks/")
    task = helper.locator("article", has_text="请电工到九号楼门口换路灯。")
    expect(task).not_to_contain_text("许桂兰")
    task.get_by_role("button", name="正在办").first.click()
    task = helper.locator("article", has_text="请电工到九号楼门口换路灯。")
    for kind, is_lit in (("before", False), ("after", True)):
        photo = a_lamp(tmp_path / f"许桂兰-{kind}.jpg", is_lit=is_lit)
        task.locator("details.move", has=helper.locator("[name=photos]")).evaluate(
            "at => { at.open = true }"
        )
        task.locator(f"label:has([name=kind][value={kind}])").click()
        task.locator("[name=photos]").set_input_files(str(photo))
        expect(task.locator("[data-chosen] img")).to_have_count(1)
        task.locator("form[data-photos] button[type=submit]").click()
        expect(task.locator(".photos figure")).to_have_count(1 + is_lit)
    fits(helper)
    shoot(helper, "task-photos-390")
    task.locator(".photos a").first.click()
    fits(helper)
    shoot(helper, "task-photo-390")

    office = as_person("office")
    office.goto(f"{site_of(office)}/approvals/")
    asked = office.locator("article", has_text="等灯杆到货。")
    asked.get_by_role("button", name="同意").first.click()
    expect(office.locator("article", has_text="等灯杆到货。")).to_have_count(0)

    case_page(worker, number)
    opened(worker, "report")
    worker.locator("#move-report label:has([name=resolution][value=solved])").click()
    worker.locator("#move-report [name=public_reply]").fill("路灯已换新，台阶边加了反光条。")
    worker.locator("#move-report button[type=submit]").last.click()
    expect(worker.locator("#move-report button[type=submit]")).to_have_count(0)

    verifier = as_person("verifier", phone=True)
    case_page(verifier, number)
    opened(verifier, "verify")
    verifier.locator("#move-verify [name=words]").fill("二十点到现场，灯亮，反光条在。")
    fits(verifier)
    shoot(verifier, "verify-case-390")
    verifier.locator("#move-verify button[type=submit]").last.click()
    expect(verifier.locator("#main")).to_contain_text("二十点到现场")

    # She asks what is kept of her: the officer finds her by her number and hands it out.
    office.goto(f"{site_of(office)}/persons/")
    office.locator("[name=phone]").fill("199 0000 4477")
    office.locator("#main form button[type=submit]").first.click()
    office.locator("#main .rows a").first.click()
    fits(office)
    shoot(office, "own-data-case")
    office.locator("form[action$='/copy/'] label:has([value=called_back])").click()
    office.locator("form[action$='/copy/'] button[type=submit]").first.click()
    expect(office.locator("#main")).to_contain_text("许桂兰")
    fits(office)
    shoot(office, "own-data-copy")
