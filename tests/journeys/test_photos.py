"""A worker on the stairs: photos before and after, a connection that dies, a phone without JavaScript."""

import io
import random
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Open, check_axe, shoot

pytestmark = pytest.mark.journey


def a_lamp(path: Path, *, is_lit: bool, seed: int = 1) -> Path:
    """Draw a stairwell with its lamp dark or lit, as a phone's twelve-megapixel photo with a place inside."""
    dice = random.Random(seed)
    wall = (222, 205, 168) if is_lit else (62, 66, 74)
    image = Image.new("RGB", (4000, 3000), wall)
    pen = ImageDraw.Draw(image)
    for step in range(9):
        shade = 150 - step * 9 if is_lit else 52 - step * 4
        pen.rectangle(
            (0, 3000 - step * 170, 2600 - step * 240, 3170 - step * 170), fill=(shade,) * 3
        )
    pen.rectangle((2900, 900, 3700, 3000), fill=(120, 86, 60) if is_lit else (48, 40, 36))
    pen.ellipse((1800, 180, 2240, 480), fill=(255, 246, 206) if is_lit else (40, 42, 46))
    for _ in range(4000):
        x, y = dice.randrange(4000), dice.randrange(3000)
        pen.rectangle((x, y, x + 3, y + 3), fill=tuple(max(0, c - 14) for c in wall))
    exif = Image.Exif()
    exif[0x010F] = "MARKER"
    image.save(path, "JPEG", quality=92, exif=exif)
    return path


def with_work(page: Page) -> None:
    """Open the first order that is in hand, having accepted it if need be."""
    page.locator(".rows a.t").first.click()
    accept = page.locator("form[action$='/accept/'] button")
    if accept.count():
        accept.first.click()
    page.evaluate("document.querySelector('#photos').scrollIntoView()")


def chosen(page: Page, kind: str, *photos: Path) -> None:
    details = page.locator("#add-photos")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    page.locator(f"label:has([name=kind][value={kind}])").click()
    page.locator("[name=photos]").set_input_files([str(path) for path in photos])
    expect(page.locator("[data-chosen] img")).to_have_count(len(photos))


def test_before_and_after_from_a_phone(as_person: Open, tmp_path: Path) -> None:
    dark = [a_lamp(tmp_path / f"DARK-许大妈-{n}.jpg", is_lit=False, seed=n) for n in (1, 2)]
    lit = a_lamp(tmp_path / "LIT.jpg", is_lit=True)
    page = as_person("worker-shuanghe", phone=True)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 39.8712, "longitude": 116.5003, "accuracy": 9})
    with_work(page)
    case = page.url.split("#")[0]

    chosen(page, "before", *dark)
    page.locator("[data-locate]").click()
    expect(page.locator("[data-located]")).to_contain_text("9")
    check_axe(page)
    shoot(page, "photos-add-390")
    page.context.set_offline(True)
    page.locator("form[data-photos] button[type=submit]").click()
    expect(page.locator("[data-offline]")).to_be_visible()
    assert page.locator("[name=photos]").evaluate("at => at.files.length") == 2
    page.context.set_offline(False)
    page.locator("form[data-photos] button[type=submit]").click()
    expect(page.locator("#photos figure")).to_have_count(2)

    chosen(page, "after", lit)
    page.locator("label:has([name=is_shared])").click()
    page.locator("form[data-photos] button[type=submit]").click()
    expect(page.locator("#photos figure")).to_have_count(3)
    expect(page.locator(".compared > div")).to_have_count(2)
    check_axe(page)
    page.locator("#photos").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#photos').scrollIntoView()")
    shoot(page, "photos-390")

    source = page.locator(".compared img").first.get_attribute("src")
    assert source is not None
    whole = urljoin(page.url, source.replace("small.jpg", "picture.jpg"))
    answer = page.request.get(whole)
    assert Image.open(io.BytesIO(answer.body())).size == (2560, 1920)
    assert b"MARKER" not in answer.body()

    page.locator(".compared figure a").last.click()
    expect(page.locator("h1")).to_contain_text("办理后")
    check_axe(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    shoot(page, "photo-390")

    wide = as_person("worker-shuanghe")
    wide.goto(case)
    check_axe(wide)
    shoot(wide, "photos")
    wide.locator(".compared figure a").first.click()
    check_axe(wide)
    shoot(wide, "photo")


def test_photos_without_javascript(as_person: Open, tmp_path: Path) -> None:
    page = as_person("worker-shuanghe", phone=True, script=False)
    page.locator(".rows a.t").last.click()
    accept = page.locator("form[action$='/accept/'] button")
    if accept.count():
        accept.first.click()
    before = page.locator("#photos figure").count()
    page.locator("#add-photos summary").click()
    page.locator("label:has([name=kind][value=from_caller])").click()
    page.locator("[name=photos]").set_input_files(str(a_lamp(tmp_path / "a.jpg", is_lit=True)))
    page.locator("form[data-photos] button[type=submit]").click()
    expect(page).to_have_url(re.compile("#photos$"))
    expect(page.locator("#photos figure")).to_have_count(before + 1)
    no_photo = tmp_path / "b.jpg"
    no_photo.write_bytes(b"<svg onload='alert(1)'/>")
    page.locator("#add-photos summary").click()
    page.locator("label:has([name=kind][value=from_caller])").click()
    page.locator("[name=photos]").set_input_files(str(no_photo))
    page.locator("form[data-photos] button[type=submit]").click()
    expect(page.locator("[data-errors]")).to_be_visible()
