"""A week's duty roster made on a phone, and who is on duty on the page of the place."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import BASE, Open, check_axe, shoot

pytestmark = pytest.mark.journey
PLACE = "110105019029"


def shifts(page: Page) -> int:
    return page.locator("[data-shift]").count()


def fits(page: Page) -> None:
    """Fail if the page is wider than the phone."""
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], width


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_next_week_is_put_down_swapped_and_mended_on_a_phone(as_person: Open, script: bool) -> None:
    page = as_person("worker-shuanghe", phone=True, script=script)
    page.goto(f"{BASE}/duty/")
    expect(page).to_have_url(re.compile("/duty/"))
    page.get_by_role("link", name="下一周").click()
    if not script:  # the week after next is this round's own
        page.get_by_role("link", name="下一周").click()
    before = shifts(page)
    fits(page)
    if script:
        check_axe(page)

    # Five days at once, then the week-end for a colleague.
    days = page.locator("#plan label:has([name=days])")
    expect(days).to_have_count(7)
    for index in range(5):
        days.nth(index).click()
    page.locator("#plan [name=person]").select_option(label="李秋禾")
    page.locator("#plan [name=begins]").fill("08:00")
    page.locator("#plan [name=ends]").fill("17:00")
    page.get_by_role("button", name="排上值班").click()
    expect(page.locator("[data-shift]")).to_have_count(before + 5)
    for index in (5, 6):
        page.locator("#plan label:has([name=days])").nth(index).click()
    page.locator("#plan [name=person]").select_option(label="高见贤")
    page.locator("#plan label:has([name=kind][value=patrol])").click()
    page.get_by_role("button", name="排上值班").click()
    expect(page.locator("[data-shift]")).to_have_count(before + 7)

    # The same hours twice are refused, beside the field, and nothing typed is lost.
    page.locator("#plan label:has([name=days])").first.click()
    page.locator("#plan [name=person]").select_option(label="李秋禾")
    page.locator("#plan [name=ends]").fill("12:30")
    page.get_by_role("button", name="排上值班").click()
    expect(page.locator("#plan .err")).to_contain_text("李秋禾那时已有值班")
    assert page.locator("#plan [name=ends]").input_value() == "12:30"
    expect(page.locator("[data-shift]")).to_have_count(before + 7)
    if script:
        check_axe(page)

    # Monday is handed to a colleague, Tuesday is taken back.
    monday = page.locator("[data-shift]", has_text="李秋禾").first
    monday.locator("summary").click()
    monday.locator("[name=person]").select_option(label="徐清扬")
    monday.get_by_role("button", name="换班").click()
    expect(page.locator("[data-shift]").first).to_contain_text("替李秋禾")
    tuesday = page.locator("[data-shift]", has_text="李秋禾").first
    tuesday.locator("summary").click()
    tuesday.get_by_role("button", name="撤回").click()
    expect(page.locator("[data-shift]")).to_have_count(before + 6)
    fits(page)
    if script:
        check_axe(page)
        shoot(page, "roster-phone")


def test_the_place_tells_who_serves_it_in_words_and_as_a_picture(as_person: Open) -> None:
    page = as_person("worker-shuanghe", english=True)
    page.get_by_role("link", name="Places").first.click()
    page.locator(f"a[href='/places/{PLACE}/']").first.click()
    expect(page.locator("h1")).to_contain_text("Shuanghe Jiayuan")
    check_axe(page)
    shoot(page, "place")
    page.get_by_role("link", name="As a picture").click()
    expect(page.locator("svg.org.wide")).to_be_visible()
    expect(page.locator("svg.org.narrow")).to_be_hidden()
    check_axe(page)
    shoot(page, "organisations")
    page.get_by_role("link", name="Shuanghe Jiayuan Residents' Committee").first.click()
    check_axe(page)


def test_a_unit_is_closed_only_after_its_orders_are_handed_over(as_person: Open) -> None:
    page = as_person("administrator", english=True)
    page.goto(re.sub(r"(//[^/]+)/.*", r"\1/organisations/committee-anhuali/close/", page.url))
    check_axe(page)
    held = page.locator("h2", has_text="open order")
    if held.count():
        page.get_by_role("button", name="Hand over and close").click()
        expect(page.locator(".err").first).to_contain_text("Choose who takes over")
        check_axe(page)
        page.locator("label:has([name=successor])", has_text="Anzhen").click()
        page.get_by_role("button", name="Hand over and close").click()
    else:
        page.get_by_role("button", name="Close it today").click()
    expect(page.locator("#main")).to_contain_text("Closed today")
    page.get_by_role("link", name="Duty roster").last.click()
    expect(page.locator("#plan")).to_have_count(0)
    page.get_by_text("钱守正").first.click()
    page.get_by_role("link", name="Who may do what").click()
    expect(page.locator("#main")).to_contain_text("May close an organisation")
    check_axe(page)
