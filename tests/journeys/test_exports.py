"""A leader asks for a month's cases as a file, waits on the page, fetches it."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Open, check_axe, shoot

pytestmark = pytest.mark.journey


def test_asked_for_waited_for_and_fetched(as_person: Open, rounds: Callable[[], None]) -> None:
    page = as_person("leader-chaoyang")
    page.goto(re.sub(r"(//[^/]+)/.*", r"\1/exports/", page.url))
    check_axe(page)
    page.locator("form[action$='/exports/new/'] [name=place]").fill("垡头街道")
    page.locator("label:has([name=format][value=csv])").first.click()
    page.locator("form[action$='/exports/new/'] button[type=submit]").click()
    expect(page.locator("#exports .chip").first).to_be_visible()
    rounds()
    fetch = page.get_by_role("button", name=re.compile("下载文件")).first
    expect(fetch).to_be_visible(timeout=30_000)
    check_axe(page)
    shoot(page, "exports")
    with page.expect_download() as fetched:
        fetch.click()
    path = fetched.value.path()
    assert re.fullmatch(r"linli-\d{10}\.csv", fetched.value.suggested_filename)
    text = Path(path).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows
    assert {row["街道"] for row in rows} == {"垡头街道"}
    assert all("王既白" in row["导出人、时间、编号"] for row in rows)

    phone = as_person("worker-shuanghe", phone=True, script=False)
    phone.goto(f"{phone.url.split('/work')[0]}/exports/")
    phone.locator("form[action$='/exports/new/'] button[type=submit]").click()
    rounds()
    phone.reload()
    expect(phone.get_by_role("button", name=re.compile("下载文件"))).to_be_visible(timeout=30_000)
    narrow = as_person("worker-shuanghe", phone=True)
    narrow.goto(phone.url)
    check_axe(narrow)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(narrow, "exports-390")
