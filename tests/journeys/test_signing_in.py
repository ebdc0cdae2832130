"""Coming in for real: a one-time code, a second factor, a security key that a virtual authenticator holds, a phone."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from linli.site import cluster
from tests.accounts.door import code_of
from tests.journeys.conftest import PHONE, WIDE, check_axe, shoot

pytestmark = pytest.mark.journey
PORT = 8393
BASE = f"http://localhost:{PORT}"
DATABASE = "linli_journeys_real"
PASSWORD = "correct horse battery"
LINLI = str(Path(sys.executable).with_name("linli"))


@pytest.fixture(scope="module")
def surroundings() -> dict[str, str]:
    # No demo here: real people, who type passwords.
    kept = {name: value for name, value in os.environ.items() if name != "LINLI_DEMO"}
    return {
        **kept,
        "LINLI_ROLE": "app",
        "LINLI_DATABASE_NAME": DATABASE,
        "LINLI_LOG_LEVEL": "WARNING",
    }


@pytest.fixture(scope="module")
def city(surroundings: dict[str, str]) -> Iterator[str]:
    """An installation on its first day, served."""
    with psycopg.connect(cluster.ensure().superuser_url, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    subprocess.run([LINLI, "demo", "--load-only", "--cases", "3"], env=surroundings, check=True)
    child = subprocess.Popen([LINLI, "serve", "--port", str(PORT)], env=surroundings)
    try:
        until = time.monotonic() + 30
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


def opened_code(surroundings: dict[str, str], username: str) -> str:
    """Open an administrator at the server; return the one-time code that is printed."""
    done = subprocess.run(
        [LINLI, "account", "open", username, "--admin", "--name", "钱首位"],
        env=surroundings,
        check=True,
        capture_output=True,
        text=True,
    )
    found = re.search(r"one-time code (\S+)", done.stdout)
    assert found, done.stdout
    return found[1]


def a_page(
    browser: Browser, *, phone: bool = False, english: bool = False, script: bool = True
) -> Page:
    context = browser.new_context(
        viewport=PHONE if phone else WIDE,  # type: ignore[arg-type]
        locale="en-GB" if english else "zh-CN",
        timezone_id="Asia/Shanghai",
        java_script_enabled=script,
    )
    return context.new_page()


def set_password(page: Page, username: str, code: str) -> None:
    page.goto(f"{BASE}/")
    page.get_by_role("link", name=re.compile("一次性口令|one-time code")).click()
    page.locator("[name=username]").fill(username)
    page.locator("[name=code]").fill(code)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=again]").fill(PASSWORD)
    page.locator("button.primary").click()
    expect(page).to_have_url(re.compile("/sign-in/$"))


def sign_in(page: Page, username: str) -> None:
    page.goto(f"{BASE}/sign-in/?password=1")
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.primary").click()


def test_the_first_day_of_an_administrator(
    city: str, surroundings: dict[str, str], browser: Browser
) -> None:
    code = opened_code(surroundings, "qian")
    page = a_page(browser)
    set_password(page, "qian", code)
    check_axe(page)
    shoot(page, "sign-in")
    sign_in(page, "qian")
    # Nothing opens before a second factor is set up.
    expect(page).to_have_url(re.compile("/me/"))
    check_axe(page)
    shoot(page, "second-factor-first")
    page.get_by_role("link", name="添加动态口令").click()
    secret = page.locator(".key code").inner_text().replace(" ", "")
    check_axe(page)
    shoot(page, "authenticator")
    page.locator("[name=code]").fill(code_of(secret))
    page.locator("button.primary").click()
    expect(page.locator(".codes li")).to_have_count(10)
    check_axe(page)
    recovery = page.locator(".codes code").first.inner_text().replace(" ", "")
    page.get_by_role("link", name="已抄好").click()

    # A security key, held by the browser's virtual authenticator.
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": False,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto(f"{city}/me/keys/add/")
    check_axe(page)
    page.locator("[name=name]").fill("抽屉里的钥匙")
    page.get_by_role("button", name="添加").click()
    expect(page).to_have_url(re.compile("/me/$"))
    expect(page.locator("#main")).to_contain_text("抽屉里的钥匙")
    check_axe(page)
    shoot(page, "my-account")

    page.context.clear_cookies()
    sign_in(page, "qian")
    expect(page).to_have_url(re.compile("/second-step/"))
    check_axe(page)
    shoot(page, "second-step")
    page.get_by_role("button", name="用安全密钥").click()
    expect(page).not_to_have_url(re.compile("/sign-in/"))
    page.goto(f"{city}/people/")
    expect(page.locator("h1")).to_contain_text("账户")
    check_axe(page)
    shoot(page, "people")

    # The same without the key and without a script: a recovery code, once.
    plain = a_page(browser, script=False)
    sign_in(plain, "qian")
    plain.locator("[name=code]").fill(recovery)
    plain.locator("button.primary").click()
    expect(plain).not_to_have_url(re.compile("/sign-in/"))
    again = a_page(browser, script=False)
    sign_in(again, "qian")
    again.locator("[name=code]").fill(recovery)
    again.locator("button.primary").click()
    expect(again.locator(".errors")).to_contain_text("验证码不对")

    # An account for a community worker, and her phone.
    page.goto(f"{city}/open-account/")
    check_axe(page)
    page.locator("[name=display_name]").fill("新社工")
    page.locator("[name=username]").fill("xin")
    page.locator("[name=organisation]").fill("committee-shuanghe")
    page.get_by_role("button", name="开账户").click()
    handed = page.locator(".code-big code").inner_text()
    page.locator("[name=role]").select_option("community_worker")
    page.locator("[name=place_code]").fill("110105019029")
    page.get_by_role("button", name="授予角色").click()
    expect(page.locator("#main")).to_contain_text("社区工作者")
    check_axe(page)
    shoot(page, "person")

    phone = a_page(browser, phone=True)
    set_password(phone, "xin", handed)
    sign_in(phone, "xin")
    expect(phone).to_have_url(re.compile("/work/"))
    phone.goto(f"{city}/me/phone/")
    check_axe(phone)
    phone.locator("[name=name]").fill("我的手机")
    phone.locator("[name=pin]").fill("703918")
    phone.locator("[name=again]").fill("703918")
    phone.locator("button.primary").click()
    expect(phone.locator("#phones")).to_contain_text("我的手机")
    check_axe(phone)
    shoot(phone, "my-account-390")
    # The session is over, the phone is not.
    phone.context.clear_cookies(name="sessionid")
    phone.goto(f"{city}/work/")
    expect(phone).to_have_url(re.compile("/sign-in/pin/"))
    check_axe(phone)
    shoot(phone, "pin-390")
    phone.locator("[name=pin]").fill("703918")
    phone.locator("button.primary").click()
    expect(phone).to_have_url(re.compile("/work/"))


@pytest.mark.parametrize("english", [False, True])
def test_the_door_fits_a_phone_in_both_languages(
    city: str, browser: Browser, english: bool
) -> None:
    page = a_page(browser, phone=True, english=english)
    for address in ("/sign-in/", "/sign-in/code/", "/sign-in/shut/"):
        page.goto(f"{city}{address}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{address} scrolls sideways at {width}"
        check_axe(page)
    if english:
        page.goto(f"{city}/sign-in/")
        shoot(page, "sign-in-en-390")
