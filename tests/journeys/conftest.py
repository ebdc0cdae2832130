"""Journeys drive a real Chromium against a real server over a demo city of their own database."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

PORT = 8391
BASE = f"http://127.0.0.1:{PORT}"
DATABASE = "linli_journeys"
SHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    return {
        **os.environ,
        "LINLI_ROLE": "app",
        "LINLI_DATABASE_NAME": DATABASE,
        "LINLI_DEMO": "1",
        "LINLI_LOG_LEVEL": "WARNING",
    }


@pytest.fixture(scope="session")
def server(environment: dict[str, str]) -> Iterator[str]:
    """A fresh demo city, served; stopped at the end of the session."""
    import psycopg

    from linli.site import cluster

    linli = str(Path(sys.executable).with_name("linli"))
    with psycopg.connect(cluster.ensure().superuser_url, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    subprocess.run([linli, "demo", "--load-only", "--cases", "240"], env=environment, check=True)
    child = subprocess.Popen([linli, "serve", "--port", str(PORT)], env=environment)
    try:
        until = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"{BASE}/health", timeout=2).close()
                break
            except OSError:
                assert time.monotonic() < until, "the server did not come up"
                assert child.poll() is None, "the server ended"
                time.sleep(0.2)
        yield BASE
    finally:
        child.terminate()
        child.wait(timeout=15)


@pytest.fixture
def rounds(environment: dict[str, str]) -> Callable[[], None]:
    """Return a function that does at once what comes round every minute."""
    linli = str(Path(sys.executable).with_name("linli"))

    def sweep() -> None:
        subprocess.run([linli, "sweep"], env=environment, check=True, stdout=subprocess.DEVNULL)

    return sweep


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "Chromium is missing: apt-get install chromium fonts-noto-cjk"
    return {
        "executable_path": chromium,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


Open = Callable[..., Page]


@pytest.fixture
def as_person(server: str, browser: Browser) -> Iterator[Open]:
    """Return a function that opens a page signed in as a demo person."""
    contexts: list[BrowserContext] = []

    def open_as(
        username: str,
        *,
        phone: bool = False,
        english: bool = False,
        script: bool = True,
        home: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else WIDE,  # type: ignore[arg-type]
            locale="en-GB" if english else "zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{server}/")
        person = page.locator(f"button[name=username][value='{username}']").first
        if not person.is_visible():
            page.locator("details.others summary").click()
        with page.expect_navigation():
            person.click()
        # The first page leads to where the work is done; a story begins there unless it stays on the first page.
        first = page.locator("a[data-first]")
        if not home and first.count():
            with page.expect_navigation():
                first.click()
        return page

    yield open_as
    for context in contexts:
        context.close()


def check_axe(page: Page) -> None:
    """Fail on any serious or critical fault that axe finds (WCAG 2.0–2.2, A and AA)."""
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    )
    bad = [
        (fault["id"], [node["html"] for node in fault["nodes"][:3]])
        for fault in found.response["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert not bad, f"{page.url}: {bad}"


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page for the documents, when asked to (make screenshots)."""
    if not os.environ.get("LINLI_SCREENSHOTS"):
        return
    SHOTS.mkdir(parents=True, exist_ok=True)
    # On a phone what one hand holds; the whole page would show the fixed bar in its middle.
    whole = page.viewport_size is not None and page.viewport_size["width"] > PHONE["width"]
    page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=whole)
