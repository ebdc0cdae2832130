"""The pictures of the guides: each role's own page in the demo, in both languages, without a fault that axe finds."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.journeys.conftest import Open, check_axe

pytestmark = pytest.mark.journey
PICTURES = Path(__file__).parents[2] / "docs" / "guides" / "pictures"
COLOURS = 128
"""Our screens are flat: so many colours draw them, at a fifth of the weight."""
PEOPLE: dict[str, tuple[str, bool]] = {
    "operator": ("operator-1", False),
    "dispatcher": ("dispatcher", False),
    "community_worker": ("worker-shuanghe", True),
    "partner": ("partner-hemu", True),
    "follow_up_caller": ("follow-up", False),
    "leader": ("leader-chaoyang", False),
    "street_officer": ("officer-balizhuang", False),
    "district_officer": ("officer-chaoyang", False),
    "department_officer": ("parks", True),
    "hotline_officer": ("office", False),
    "verifier": ("verifier", False),
    "administrator": ("administrator", False),
}
"""Who stands for a role, and whether the picture is a phone's."""
ELSEWHERE = {"department_officer": "/tasks/", "administrator": "/catalogue/", "verifier": "/search/?q=电梯"}  # fmt: skip
"""Where the picture is of another page than the role's first one."""


def keep(page: Page, name: str) -> None:
    """Keep a light picture of what one screen shows, when asked to (make screenshots)."""
    if not os.environ.get("LINLI_SCREENSHOTS"):
        return
    PICTURES.mkdir(parents=True, exist_ok=True)
    drawn = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if drawn.width > 1000:
        drawn = drawn.resize((1000, drawn.height * 1000 // drawn.width), Image.Resampling.LANCZOS)
    drawn.quantize(COLOURS).save(PICTURES / f"{name}.png", optimize=True)


@pytest.mark.parametrize("english", [False, True])
@pytest.mark.parametrize("role", PEOPLE)
def test_each_guide_shows_the_page_as_it_is(as_person: Open, role: str, english: bool) -> None:
    username, phone = PEOPLE[role]
    page = as_person(username, phone=phone, english=english)
    if role in ELSEWHERE:
        page.goto("/".join(page.url.split("/")[:3]) + ELSEWHERE[role])
    assert page.locator("h1").count() == 1
    width: int = page.evaluate("document.documentElement.scrollWidth")
    assert width <= (390 if phone else 1440)
    check_axe(page)
    keep(page, f"{role}-{'en' if english else 'zh'}")


@pytest.mark.parametrize("phone", [False, True])
def test_a_leader_goes_down_to_the_orders_and_meets_nobodys_name(
    as_person: Open, phone: bool
) -> None:
    page = as_person("leader-chaoyang", phone=phone)
    page.locator(".now a").nth(2).click()
    assert page.locator("ul.rows li").count() > 0
    assert page.locator("ul.rows a").count() == 0
    check_axe(page)
    page.go_back()
    page.locator(".rates-tbl tbody a").first.click()
    assert "/overview/1101050" in page.url
    check_axe(page)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    assert width <= (390 if phone else 1440)
