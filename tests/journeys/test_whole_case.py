"""The pages that a case passes beside its straight way, as those see them who work there; in every dress."""

import re

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Open, shoot
from tests.journeys.steps import fits

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
