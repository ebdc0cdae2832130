"""What people do on the screens, a step a function: the stories are told with them. Each works without a script."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from linli.kernel.ids import read_number
from tests.journeys.conftest import BASE, check_axe

COMMITTEE = re.compile("双合家园社区居委会|Shuanghe Jiayuan Residents' Committee")
"""Who leads at 双合家园, on a page in either language."""


def fits(page: Page) -> None:
    """Fail if the page scrolls sideways or axe finds a fault."""
    size: Any = page.viewport_size
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"], f"{page.url} scrolls sideways at {width}"
    check_axe(page)


def received(operator: Page, words: str, *, category: str = "公共部位维修") -> str:
    """Take a call at 双合家园 and return the case's number."""
    operator.goto(f"{BASE}/calls/new/")
    operator.locator("[name=words]").fill(words)
    operator.locator("[name=place]").fill("双合家园社区")
    operator.locator("[name=category]").fill(category)
    operator.locator(".op-send button.primary").click()
    expect(operator).to_have_url(re.compile("received="))
    number = read_number(operator.url.split("received=")[1])
    assert number is not None
    return number


def dispatched(dispatcher: Page, number: str) -> None:
    """Send a case to the committee of 双合家园."""
    dispatcher.goto(f"{BASE}/queue/?case={number}")
    label = dispatcher.locator("label:has([name=lead])", has_text=COMMITTEE).first
    if not label.is_visible():
        dispatcher.locator("details.more summary").click()
    label.click()
    dispatcher.locator("[name=reason]").fill("居委会先到现场看。")
    dispatcher.locator("#detail form[data-primary] button.primary").click()
    expect(dispatcher).to_have_url(re.compile("/queue/$"))


def case_page(page: Page, number: str) -> None:
    page.goto(f"{BASE}/cases/{number}/")


def opened(page: Page, name: str) -> Locator:
    """Open the form of a move on the page of its case, also where it stands behind “more”."""
    move = page.locator(f"#move-{name}")
    fold = page.locator(f"details.fold:has(#move-{name})")
    if fold.count() and fold.get_attribute("open") is None:
        fold.locator("> summary").click()
    if move.get_attribute("open") is None:
        move.locator("> summary").click()
    return move


def filled(form: Locator, **given: str) -> None:
    """Give the fields of a form their values; one of several choices by its value."""
    for field, value in given.items():
        choice = form.locator(f"label:has([name={field}][type=radio][value='{value}'])")
        if choice.count():
            choice.click()
        else:
            form.locator(f"[name={field}]").fill(value)


def moved(page: Page, number: str, name: str, **given: str) -> None:
    """Make a move on the page of a case, with what its fields are given."""
    case_page(page, number)
    move = opened(page, name)
    filled(move, **given)
    move.locator("form button.primary").click()
    expect(page).to_have_url(re.compile(f"/cases/{number}/$"))
    expect(page.locator("[data-errors]")).to_have_count(0)


def accepted(worker: Page, number: str) -> None:
    case_page(worker, number)
    worker.locator(f"form[action$='/{number}/accept/'] button").click()
    expect(worker.locator("#move-contact")).to_have_count(1)


def reported(worker: Page, number: str) -> None:
    """Accept the order where that is still to do, speak with the caller, report back."""
    case_page(worker, number)
    if worker.locator(f"form[action$='/{number}/accept/']").count():
        accepted(worker, number)
    moved(worker, number, "contact", note="已说明正在修。")
    moved(
        worker,
        number,
        "report",
        resolution="solved",
        public_reply="水泵已修好，压力正常。",
        evidence="与来电人一同试过。",
    )


def answered(caller: Page, number: str, *, answered: str, satisfaction: str) -> None:
    """Ask the three questions of the call back, one after the other, and keep the answers."""
    caller.goto(f"{BASE}/follow-up/?case={number}")
    filled(
        caller.locator("#answers"),
        was_contacted="yes",
        answered=answered,
        satisfaction=satisfaction,
    )
    caller.locator("button[form=answers]").click()
    expect(caller.locator("#answers")).to_have_count(0)
