"""A story of several people, in English: a call back that takes three tries, and rework."""

import re

import pytest
from playwright.sync_api import Page, expect

from linli.kernel.ids import read_number
from tests.journeys.conftest import BASE, Open, check_axe, shoot

pytestmark = pytest.mark.journey
COMMITTEE = "Shuanghe Jiayuan Residents' Committee"


def received(operator: Page, words: str) -> str:
    """Take a call at 双合家园 and return the case's number."""
    operator.goto(f"{BASE}/calls/new/")
    operator.locator("[name=words]").fill(words)
    operator.locator("[name=place]").fill("双合家园社区")
    operator.locator("[name=category]").fill("公共部位维修")
    operator.keyboard.press("Control+Enter")
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
    dispatcher.locator("[name=reason]").fill("The committee looks at it first.")
    dispatcher.keyboard.press("Control+Enter")
    expect(dispatcher).to_have_url(re.compile("/queue/$"))


def moved(page: Page, number: str, name: str, **given: str) -> None:
    """Make a move on the page of a case, with what its fields are given; a radio by its value."""
    page.goto(f"{BASE}/cases/{number}/")
    move = page.locator(f"#move-{name}")
    if not move.locator("> summary").is_visible():
        page.locator("details.fold:has(#move-" + name + ") > summary").click()
    move.locator("> summary").click()
    for field, value in given.items():
        radio = move.locator(f"label:has([name={field}][type=radio][value={value!r}])")
        if radio.count():
            radio.click()
        else:
            move.locator(f"[name={field}]").fill(value)
    move.locator("form button.primary").click()
    expect(page.locator("[data-errors]")).to_have_count(0)


def reported(worker: Page, number: str) -> None:
    worker.goto(f"{BASE}/cases/{number}/")
    accept = worker.locator(f"form[action$='/{number}/accept/'] button")
    if accept.count():
        accept.click()
    moved(worker, number, "contact", note="Told what is being done.")
    moved(
        worker,
        number,
        "report",
        resolution="solved",
        public_reply="The pump is repaired.",
        evidence="Tried with the caller.",
    )


def test_unanswered_twice_then_reached_and_done_again(as_person: Open) -> None:
    number = received(as_person("operator-1", english=True), "Water pump of building 3 fails.")
    dispatched(as_person("dispatcher", english=True), number)
    worker = as_person("worker-shuanghe", phone=True, english=True)
    reported(worker, number)
    caller = as_person("follow-up", english=True)
    for means in ("phone", "message"):
        caller.goto(f"{BASE}/follow-up/?case={number}")
        caller.locator(f"button[name=means][value={means}]").click()
        expect(caller).to_have_url(re.compile("/follow-up/$"))
    caller.goto(f"{BASE}/follow-up/?case={number}")
    expect(caller.locator(".op-help")).to_contain_text("2 of 3")
    # One sentence at a time: what is asked last is not there before the first is answered.
    expect(caller.locator("[name=satisfaction]").first).not_to_be_visible()
    for name, value in (
        ("was_contacted", "yes"),
        ("answered", "not_solved"),
        ("satisfaction", "not"),
    ):
        caller.locator(f"label:has([name={name}][value={value}])").click()
    check_axe(caller)
    shoot(caller, "follow-up-en")
    caller.locator("button[form=answers]").click()
    caller.locator(f"form[action$='/{number}/rework/'] button").click()
    worker.goto(f"{BASE}/work/")
    expect(worker.locator("#main")).to_contain_text("Water pump of building 3 fails.")
    reported(worker, number)
    caller.goto(f"{BASE}/follow-up/?case={number}")
    for name, value in (("was_contacted", "yes"), ("answered", "solved"), ("satisfaction", "very")):
        caller.locator(f"label:has([name={name}][value={value}])").click()
    caller.locator("button[form=answers]").click()
    caller.locator("form[data-primary] button").last.click()
    expect(caller).to_have_url(re.compile("/follow-up/$"))
