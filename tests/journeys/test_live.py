"""The live stream in a real browser: a count rises while its page lies open, and without the stream the page asks."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import BASE, Open
from tests.journeys.steps import dispatched, fits, received

pytestmark = pytest.mark.journey


def test_a_count_rises_while_the_page_lies_open(as_person: Open) -> None:
    worker = as_person("worker-shuanghe", phone=True)
    worker.goto(f"{BASE}/work/")
    badge = worker.locator("#badge-cases-work")
    expect(badge).to_be_visible()
    before = int(badge.inner_text().split()[0])
    expect(worker.locator("body[data-live-open]")).to_have_count(1)
    number = received(as_person("operator-1"), "五号楼下水堵了，一楼返水。")
    dispatched(as_person("dispatcher"), number)
    # Asked for every half minute it would not be there yet.
    expect(badge).to_contain_text(str(before + 1), timeout=15_000)


def test_a_first_page_brings_in_what_came(as_person: Open) -> None:
    dispatcher = as_person("dispatcher", home=True)
    expect(dispatcher.locator("body[data-live-open]")).to_have_count(1)
    total = dispatcher.locator("#lists .panel .n").first
    before = int(total.inner_text())
    received(as_person("operator-1"), "八号楼信报箱全坏了，信掉一地。")
    expect(total).to_have_text(str(before + 1), timeout=15_000)


@pytest.mark.parametrize("username", ["operator-1", "dispatcher", "follow-up", "office", "officer-chaoyang", "partner-hemu", "verifier", "administrator", "parks"])  # fmt: skip
@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_a_first_page_fits_and_leads_on(as_person: Open, username: str, english: bool) -> None:
    for phone in (False, True):
        page = as_person(username, phone=phone, english=english, home=True)
        fits(page)
        page.locator("a[data-first]").click()
        assert "/home/" not in page.url


def test_the_wall_fits_its_screen(as_person: Open) -> None:
    for username in ("leader-city", "leader-chaoyang", "leader-fatou"):
        page = as_person(username)
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.goto(f"{BASE}/wall/")
        fits(page)
        hidden = page.evaluate(
            "[...document.querySelectorAll('#wall section')].filter(at => at.getBoundingClientRect().bottom > innerHeight + 1).length"
        )
        assert hidden == 0, "the wall is never scrolled: what does not fit is not seen"
        page.set_viewport_size({"width": 390, "height": 844})
        fits(page)
