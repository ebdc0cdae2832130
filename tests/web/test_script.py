"""The script in a real Chromium under the strict policy: keys, drafts, one click, the look of the page."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import Browser, Page, expect

from linli.web.views import server_error
from tests.journeys.conftest import browser_type_launch_args as browser_type_launch_args

pytestmark = pytest.mark.journey
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PAGE = """
{% extends "base.html" %}{% load linli %}{% block title %}Keys{% endblock %}{% block content %}<h1>Keys</h1>
<details id="other"><summary>Other</summary><form method="post" action="/other" data-primary><button class="btn primary">Other</button></form></details>
<form id="call" method="post" action="/{{ answer }}" data-primary data-draft="call" novalidate>
{% field form.words key="0" %}{% field form.how key="K" %}{% field form.secret %}<button class="btn primary">Send</button></form>
<form method="post" action="/out" data-forget><button>Out</button></form>{% endblock %}
"""


class CallForm(forms.Form):
    words = forms.CharField(widget=forms.Textarea)
    how = forms.ChoiceField(
        choices=[("phone", "Phone"), ("visit", "Visit")], widget=forms.RadioSelect
    )
    secret = forms.CharField(widget=forms.PasswordInput, required=False)


class Site:
    """A server of one page: it counts what is sent to it and answers as the address says."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        site = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlparse(self.path).path
                if path.startswith("/static/"):
                    found = finders.find(path.removeprefix("/static/"))
                    body = Path(str(found)).read_bytes() if found else b""
                    kind = KINDS.get(path[path.rindex(".") :], "text/plain")
                    self.reply(200 if found else 404, body, kind)
                else:
                    self.reply(200, site.page(path.strip("/") or "done").encode())

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                site.sent.append(self.path)
                if self.path == "/slow":
                    time.sleep(0.8)
                if self.path == "/failed":
                    self.reply(500, server_error(RequestFactory().get("/")).content)
                    return
                self.send_response(302)
                self.send_header("Location", "/done")
                self.end_headers()

            def reply(self, status: int, body: bytes, kind: str = "text/html") -> None:
                self.send_response(status)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Security-Policy", POLICY)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def page(self, answer: str) -> str:
        request = RequestFactory().get("/")
        request.actor = None  # type: ignore[attr-defined]
        request._messages = []  # type: ignore[attr-defined]
        template = engines["django"].from_string(PAGE)
        return template.render({"form": CallForm(label_suffix=""), "answer": answer}, request)


def until(true: Callable[[], object]) -> None:
    """Wait for something; Playwright's own waiting evaluates strings, which our policy refuses."""
    for _ in range(100):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within five seconds")


def drafts(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(sessionStorage)"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield site
    site.server.shutdown()
    site.server.server_close()
    thread.join()


@pytest.fixture
def faults(page: Page) -> Iterator[list[str]]:
    """Collect what the browser complains of; nothing may be left at the end."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console", lambda said: found.append(said.text) if "Content Security" in said.text else None
    )
    yield found
    assert found == []


@pytest.mark.usefixtures("faults")
def test_alt_and_a_letter_reach_a_field_and_digits_choose_inside_a_group(
    page: Page, site: Site
) -> None:
    page.goto(f"{site.url}/done")
    page.keyboard.press("Alt+0")
    expect(page.locator("[name=words]")).to_be_focused()
    page.keyboard.type("2 号楼停水")  # digits are words here, not choices
    page.keyboard.press("Alt+k")
    page.keyboard.press("2")
    expect(page.locator("[name=how][value=visit]")).to_be_checked()
    expect(page.locator("[name=words]")).to_have_value("2 号楼停水")


@pytest.mark.usefixtures("faults")
def test_a_form_sent_again_while_it_is_on_its_way_goes_once(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/slow")
    page.locator("[name=words]").fill("停水")
    page.evaluate(
        "() => { const form = document.querySelector('#call'); form.requestSubmit(); form.requestSubmit(); }"
    )
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/done")
    assert site.sent == ["/slow"]


@pytest.mark.usefixtures("faults")
def test_control_and_enter_send_the_form_one_stands_in_and_never_a_closed_one(
    page: Page, site: Site
) -> None:
    page.goto(f"{site.url}/done")
    page.locator("#other summary").focus()
    page.keyboard.press("Control+Enter")  # closed: the page's own form is meant
    until(lambda: site.sent)
    assert site.sent == ["/done"]
    page.wait_for_load_state()
    page.locator("#other summary").click()
    page.keyboard.press("Control+Enter")
    until(lambda: len(site.sent) == 2)
    assert site.sent == ["/done", "/other"]


@pytest.mark.usefixtures("faults")
def test_what_was_typed_comes_back_after_a_crash_and_can_be_thrown_away(
    page: Page, site: Site
) -> None:
    page.goto(f"{site.url}/done")
    page.locator("[name=words]").fill("北门的路灯不亮")
    page.locator("[name=secret]").fill("geheim")
    until(lambda: "北门的路灯不亮" in drafts(page))
    assert "geheim" not in drafts(page)
    page.reload()
    expect(page.locator("[name=words]")).to_have_value("北门的路灯不亮")
    page.locator("[data-discard]").click()
    expect(page.locator("[name=words]")).to_have_value("")
    page.reload()
    expect(page.locator("[name=words]")).to_have_value("")


@pytest.mark.usefixtures("faults")
def test_a_draft_ends_when_the_server_has_the_form_and_not_before(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/failed")
    page.locator("[name=words]").fill("北门的路灯不亮")
    page.locator("#call .primary").click()
    page.get_by_role("link", name="回我的首页").click()
    expect(page.locator("[name=words]")).to_have_value("北门的路灯不亮")
    page.locator("#call .primary").click()
    until(lambda: site.sent == ["/failed", "/done"])
    page.wait_for_load_state()
    expect(page.locator("[name=words]")).to_have_value("")


@pytest.mark.usefixtures("faults")
def test_leaving_forgets_every_draft(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/done")
    page.locator("[name=words]").fill("北门的路灯不亮")
    until(lambda: "北门的路灯不亮" in drafts(page))
    page.get_by_role("button", name="Out").click()
    page.wait_for_load_state()
    expect(page.locator("[name=words]")).to_have_value("")


@pytest.mark.usefixtures("faults")
def test_the_question_mark_lists_the_keys_unless_it_is_typed_or_switched_off(
    page: Page, site: Site
) -> None:
    page.goto(f"{site.url}/done")
    page.locator("[name=words]").press("?")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("[data-keys]")).to_contain_text("Alt K")
    page.locator("[data-help-key]").uncheck()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()


@pytest.mark.usefixtures("faults")
def test_type_and_ground_change_at_once_and_stay(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/done")
    page.locator(".menu > summary").click()
    page.locator("button[value=large]").click()
    page.locator("button[value=ink]").click()
    expect(page.locator("html[data-type=large][data-theme=ink]")).to_have_count(1)
    kept = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert (kept["linli_type"], kept["linli_theme"]) == ("large", "ink")
    assert site.sent == []


@pytest.mark.usefixtures("faults")
def test_icons_are_drawn_from_the_sprite(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/done")
    page.wait_for_load_state("networkidle")
    size: Any = page.evaluate("document.querySelector('.brand use').getBBox().width")
    assert size > 10
