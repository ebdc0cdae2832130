"""The tree of categories and the duty lists as an administrator keeps them: on screens and as files."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from linli.accounts.operations import give_role, installer, open_account
from linli.cases.catalogue.files import DUTIES
from linli.cases.catalogue.models import CatalogueEntry, Category, DutyItem
from linli.cases.catalogue.sheets import Sheet
from linli.cases.catalogue.tree_files import CATEGORIES
from linli.territory.models import Place
from linli.territory.operations import load_places
from tests.builders import BASIS, LIFT, ROWS, START, Town, a_case, a_town
from tests.cases.pages import LANGUAGES, Page, a_client
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
SAID = {
    "name": "充电桩",
    "name_en": "Charging points",
    "usual_lead": "street",
    "usual_class": "N",
    "words": "充电",
}


@pytest.fixture
def town() -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield a_town()


@pytest.fixture
def clerk(town: Town) -> Client:
    return a_client(town.users["administrator"], language="en")


def rows_of(client: Client, sheet: Sheet, address: str) -> list[dict[str, Any]]:
    return sheet.read(io.BytesIO(client.get(address).content))


def as_file(sheet: Sheet, rows: list[dict[str, Any]]) -> SimpleUploadedFile:
    """Return rows, as the sheet reads them, as an uploaded workbook."""
    cells = [[str(row[name]) for name in sheet.columns] for row in rows]
    return SimpleUploadedFile("表.xlsx", sheet.write("Sheet", cells, english=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tree_is_read_by_all_who_dispatch_and_changed_by_none_of_them(
    town: Town, language: str
) -> None:
    client = a_client(town.users["dispatcher"], language=language)
    page = Page(client.get("/catalogue/tree/"))
    assert page.shows(LIFT)
    assert "name" not in page.fields
    for address in ("02/", "02/change/", "02/add/", "02/move/", "02/end/", "add/", "begin/"):
        assert client.post(f"/catalogue/tree/{address}", SAID).status_code == 403, address


def test_a_category_is_added_named_anew_moved_and_ended_on_its_page(
    town: Town, clerk: Client
) -> None:
    assert clerk.post("/catalogue/tree/02/add/", SAID).status_code == 302
    assert Page(clerk.get("/catalogue/tree/02/")).shows("Charging points")
    named = {**SAID, "name": "充电设施"}
    assert clerk.post("/catalogue/tree/0202/change/", named).status_code == 302
    assert Page(clerk.get("/catalogue/tree/0202/")).fields["name"][0] == "充电设施"
    moved = clerk.post("/catalogue/tree/0202/move/", {"category": "04"})
    assert moved.headers["Location"] == "/catalogue/tree/0402/"
    over = Page(clerk.get("/catalogue/tree/0202/"))
    assert over.shows("It is followed by")
    assert over.shows("0402")
    ended = {"category": "0405", "ends": "2026-12-01"}
    assert clerk.post("/catalogue/tree/0402/end/", ended).status_code == 302
    assert Page(clerk.get("/catalogue/tree/")).shows("ends on")
    assert Category.objects.get(code="0402").successor_id == "0405"


@pytest.mark.parametrize(
    ("address", "given", "words"),
    [
        ("add/", {**SAID, "basis": ""}, "Name the document that says so"),
        ("add/", {**SAID, "basis": BASIS, "valid_from": "2026-11-01"}, "lies in the past"),
        ("02/add/", {**SAID, "name": ""}, "in a few characters"),
        ("0203/change/", {**SAID, "name_en": ""}, "English pages show it"),
        ("0203/move/", {"category": LIFT}, "cannot go into itself"),
        ("0203/move/", {"category": "外星人"}, "No category is called"),
        ("1304/move/", {"category": ""}, "Name the document that says so"),
        ("02/end/", {"category": ""}, "lie below it"),
        (f"{LIFT}/end/", {"category": ""}, "is in use"),
        (f"{LIFT}/end/", {"category": "0209", "ends": "2026-11-01"}, "lies in the past"),
    ],
)
def test_what_cannot_be_comes_back_with_the_reason_and_all_that_was_typed(
    town: Town, clerk: Client, address: str, given: dict[str, str], words: str
) -> None:
    a_case(town)
    before = list(Category.objects.order_by("code").values_list())
    response = clerk.post(f"/catalogue/tree/{address}", given)
    page = Page(response)
    assert response.status_code == 422
    assert page.shows(words)
    for name, value in given.items():
        if name in page.fields:  # a choice from a list is no field of the page as it is read here
            assert value in page.fields[name], name
    assert list(Category.objects.order_by("code").values_list()) == before


def test_a_tree_that_stands_is_not_begun_anew(town: Town, clerk: Client) -> None:
    assert not Page(clerk.get("/catalogue/tree/")).shows("There are no categories yet")
    assert clerk.post("/catalogue/tree/begin/").status_code == 302
    assert Category.objects.count() == len(town.categories)


def test_an_empty_tree_begins_with_the_categories_brought_along(db: None) -> None:
    root = installer(now=START, permissions=frozenset({"territory.load", "accounts.manage"}))
    load_places(actor=root, rows=ROWS)
    user = open_account(
        actor=root, username="clerk", display_name="钱", organisation=None, is_demo=True
    )
    city = Place.objects.get(code="110000")
    give_role(actor=root, user=user, role="administrator", place=city, valid_from=START)
    with time_machine.travel(NOW, tick=False):
        clerk = a_client(user, language="en")
        assert Page(clerk.get("/catalogue/tree/")).shows("There are no categories yet")
        assert clerk.post("/catalogue/tree/begin/").status_code == 302
        assert Page(clerk.get("/catalogue/tree/")).shows("Public utilities")


def test_an_ended_category_is_offered_to_nobody(town: Town, clerk: Client) -> None:
    ended = {"category": "0209"}
    assert clerk.post(f"/catalogue/tree/{LIFT}/end/", ended).status_code == 302
    operator = a_client(town.users["operator"], language="en")
    assert f'value="{LIFT} ' not in operator.get("/calls/new/").content.decode()
    page = Page(clerk.get(f"/catalogue/{LIFT}/"))
    assert page.shows("It is followed by")
    assert "lead" not in page.fields
    refused = clerk.post(f"/catalogue/{LIFT}/add/", {"lead": "street-019", "basis": BASIS})
    assert refused.status_code == 422
    assert Page(refused).shows("0209")


# — as files —


def test_the_tree_as_a_file_shows_its_difference_before_anything_changes(
    town: Town, clerk: Client
) -> None:
    rows = rows_of(clerk, CATEGORIES, "/catalogue/tree/file/download/")
    by_code = {row["category"]: row for row in rows}
    by_code["0209"]["name_en"] = "Other property matters"
    by_code[LIFT]["successor"] = "0209"
    rows.append({**by_code["0203"], "category": "15", "name": "新一级", "basis": BASIS})
    sent = clerk.post("/catalogue/tree/file/", {"file": as_file(CATEGORIES, rows)})
    shown = Page(clerk.get(sent.headers["Location"]))
    assert shown.shows("Other property matters")
    assert shown.shows("新一级")
    assert Category.objects.get(code=LIFT).valid_to is None
    done = clerk.post(sent.headers["Location"], {"shown": shown.fields["shown"][0]})
    assert done.headers["Location"] == "/catalogue/tree/"
    assert Category.objects.get(code=LIFT).successor_id == "0209"
    assert CatalogueEntry.objects.filter(category__code="15").exists()
    again = Page(clerk.get(sent.headers["Location"]))
    assert again.shows("Applied")


def test_a_tree_file_with_a_bad_row_hands_it_back_and_applies_nothing(
    town: Town, clerk: Client
) -> None:
    a_case(town)
    rows = rows_of(clerk, CATEGORIES, "/catalogue/tree/file/download/")
    rows = [row for row in rows if row["category"] != LIFT]
    rows[0]["lead"] = "谁"
    sent = clerk.post("/catalogue/tree/file/", {"file": as_file(CATEGORIES, rows)})
    page = Page(clerk.get(sent.headers["Location"]))
    assert page.shows("No organisation and no kind")
    assert page.shows("Left out")
    assert "shown" not in page.fields
    assert clerk.post(sent.headers["Location"], {"shown": "x"}).status_code == 409


def test_the_duty_lists_as_a_file(town: Town, clerk: Client) -> None:
    rows = rows_of(clerk, DUTIES, "/catalogue/duties/file/download/")
    assert [(row["category"], row["whose"]) for row in rows] == [("02", "Residents' committee")]
    rows.append({**rows[0], "category": "0401", "whose": "committee-044", "start": ""})
    sent = clerk.post("/catalogue/duties/file/", {"file": as_file(DUTIES, rows)})
    shown = Page(clerk.get(sent.headers["Location"]))
    assert shown.shows("Huamao Zhongxin Community Residents' Committee")
    assert DutyItem.objects.count() == 1
    done = clerk.post(sent.headers["Location"], {"shown": shown.fields["shown"][0]})
    assert done.headers["Location"] == "/catalogue/duties/"
    assert DutyItem.objects.get(organisation__code="committee-044").category.code == "0401"


@pytest.mark.parametrize("address", ["tree", "duties"])
def test_a_file_of_another_kind_is_refused_with_what_it_lacks(clerk: Client, address: str) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, "什么")
    file = SimpleUploadedFile("别的.xlsx", out.getvalue())
    response = clerk.post(f"/catalogue/{address}/file/", {"file": file})
    assert response.status_code == 422
    assert Page(response).shows("The first line lacks the columns")
    for nothing in ({}, {"file": SimpleUploadedFile("x.xlsx", b"no sheet")}):
        assert clerk.post(f"/catalogue/{address}/file/", nothing).status_code == 422


# — rates of somebody with several areas —


def test_who_has_several_areas_chooses_between_their_rates(town: Town) -> None:
    root = installer(now=START, permissions=frozenset({"accounts.manage"}))
    leader, other = town.users["leader"], town.places["110106"]
    give_role(actor=root, user=leader, role="leader", place=other, valid_from=START)
    client = a_client(leader, language="en")
    first = Page(client.get("/rates/"))
    assert first.shows("Chaoyang District ·")
    assert first.shows("Fengtai District")
    assert Page(client.get("/rates/?area=110106")).shows("Fengtai District ·")
    assert Page(client.get("/rates/?area=110108")).shows("Chaoyang District ·")
    alone = Page(a_client(town.users["administrator"], language="en").get("/rates/?area=110106"))
    assert not alone.shows("Fengtai District ·")
