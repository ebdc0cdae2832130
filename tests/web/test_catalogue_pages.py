"""The catalogue as an administrator changes it, and as others read it."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from linli.accounts.operations import installer
from linli.cases.catalogue.files import read_rows
from linli.cases.catalogue.models import CatalogueEntry, DutyItem
from linli.cases.models import Case
from linli.territory.operations import open_organisation
from tests.builders import BASIS, START, Town, a_case, a_town
from tests.cases.pages import LANGUAGES, Page, a_client
from tests.cases.people import a_user
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
ENTRY = {"lead": "street-019", "basis": "《条例》第十二条"}


@pytest.fixture
def town() -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield a_town()


@pytest.fixture
def clerk(town: Town) -> Client:
    return a_client(town.users["administrator"], language="en")


def as_file(rows: list[dict[str, Any]], *, name: str = "目录.xlsx") -> SimpleUploadedFile:
    """Return rows, as `read_rows` gives them, as an uploaded workbook."""
    out = io.BytesIO()
    head = [name for name in rows[0] if name != "line"]
    words = {
        "clock_class": "limit",
        "helpers": "co-handlers",
        "place": "area",
        "basis": "legal basis",
        "start": "from",
        "end": "to",
    }
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for index, column in enumerate(head):
            sheet.write_string(0, index, words.get(column, column))
            for line, row in enumerate(rows, start=1):
                sheet.write_string(line, index, str(row[column]))
    return SimpleUploadedFile(name, out.getvalue())


def downloaded(client: Client) -> list[dict[str, Any]]:
    response = client.get("/catalogue/file/download/")
    assert response.headers["Content-Disposition"].endswith('2026-11-18.xlsx"')
    return read_rows(io.BytesIO(response.content))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tree_shows_who_leads_everywhere(town: Town, language: str) -> None:
    page = Page(a_client(town.users["dispatcher"], language=language).get("/catalogue/"))
    words = {
        "zh-hans": ("派单目录", "物业管理", "居民委员会", "街道办事处"),
        "en": ("Dispatch catalogue", "Property management", "Residents' committee"),
    }[language]
    for word in words:
        assert page.shows(word), word


def test_a_category_is_found_by_words(clerk: Client) -> None:
    assert clerk.get("/catalogue/?q=停运").headers["Location"] == "/catalogue/020301/"
    several = clerk.get("/catalogue/?q=物业")
    assert Page(several).shows("Several categories fit")
    none = clerk.get("/catalogue/?q=外星人")
    assert none.status_code == 404
    assert Page(none).shows("No category is called “外星人”")
    assert clerk.get("/catalogue/9999/").status_code == 404


def test_an_entry_is_added_changed_and_ended(town: Town, clerk: Client) -> None:
    sent = {**ENTRY, "place": "双合家园", "co_handlers": "property，volunteer team"}
    url = "/catalogue/0203/"
    assert clerk.post(f"{url}add/", sent).headers["Location"] == url
    row = CatalogueEntry.objects.get(category__code="0203")
    assert (row.lead, row.place) == (town.units["street-019"], town.places["110105019029"])
    assert [one.kind for one in row.co_handlers.all()] == ["property", "volunteer_team"]
    page = Page(clerk.get(url))
    for words in (
        "Shuanghe Jiayuan Community",
        "Fatou Sub-district Office",
        "《条例》第十二条",
        "Volunteer team",
    ):
        assert page.shows(words), words
    change = Page(clerk.get(f"{url}?from={row.pk}"))
    assert change.fields["lead"] == ["street-019"]
    assert change.fields["place"] == ["110105019029"]
    later = {**sent, "lead": "Residents' committee", "valid_from": "2026-12-01"}
    assert clerk.post(f"{url}add/", later).status_code == 302
    row.refresh_from_db()
    assert row.valid_to is not None
    assert Page(clerk.get(url)).shows("to come")
    new = CatalogueEntry.objects.get(category__code="0203", valid_to=None)
    assert clerk.post(f"/catalogue/entries/{new.pk}/end/").status_code == 302
    row.refresh_from_db()
    assert row.valid_to is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"lead": ""}, "Name who leads"),
        ({"lead": "没有此单位"}, "No organisation and no kind of organisation is called"),
        ({"lead": "hotline"}, "takes part but never leads"),
        ({"co_handlers": "没有此单位"}, "No organisation and no kind"),
        ({"place": "没有此地"}, "No place of your area is known"),
        ({"basis": ""}, "Name the document that says so"),
        ({"valid_from": "2026-11-01"}, "The day lies in the past"),
        ({"valid_to": "2026-11-01"}, "The end lies before the beginning"),
        ({"lead": "service station"}, "may lead only what is on its duty list"),
    ],
)
def test_an_entry_that_cannot_be_comes_back_with_the_reason_and_all_that_was_typed(
    clerk: Client, given: dict[str, str], words: str
) -> None:
    before = CatalogueEntry.objects.count()
    response = clerk.post("/catalogue/0203/add/", {**ENTRY, **given})
    page = Page(response)
    assert response.status_code == 422
    assert page.shows(words)
    for name, value in {**ENTRY, **given}.items():
        assert page.fields[name] == [value]
    assert CatalogueEntry.objects.count() == before


def test_the_entry_of_a_first_level_is_not_ended(town: Town, clerk: Client) -> None:
    wide = CatalogueEntry.objects.get(category__code="04")
    response = clerk.post(f"/catalogue/entries/{wide.pk}/end/")
    assert response.status_code == 409
    assert Page(response).shows("nobody would lead “Public utilities”")
    assert clerk.post("/catalogue/entries/999999/end/").status_code == 404


def test_others_read_and_change_nothing(town: Town) -> None:
    for who in ("operator", "dispatcher", "worker", "leader"):
        client = a_client(town.users[who], language="en")
        page = Page(client.get("/catalogue/02/"))
        assert page.shows("Residents' committee")
        assert not page.shows("Keep this entry")
        assert not Page(client.get("/catalogue/duties/")).shows("Put it on the list")
        assert client.post("/catalogue/02/add/", ENTRY).status_code == 403


def test_an_empty_catalogue_says_what_to_do_and_begins(town: Town, clerk: Client) -> None:
    CatalogueEntry.objects.all().delete()
    assert Page(clerk.get("/catalogue/")).shows("There is no catalogue yet")
    assert clerk.post("/catalogue/begin/").status_code == 302
    page = Page(clerk.get("/catalogue/"))
    assert not page.shows("There is no catalogue yet")
    assert not page.shows("nobody yet")


# — duty lists —


def test_a_duty_list_is_shown_lengthened_and_shortened(town: Town, clerk: Client) -> None:
    page = Page(clerk.get("/catalogue/duties/"))
    assert page.shows("Property management 02")
    assert page.shows("article 17")
    sent = {"category": "0401", "whose": "committee-029", "basis": "清单", "place": ""}
    assert clerk.post("/catalogue/duties/add/", sent).status_code == 302
    item = DutyItem.objects.get(category__code="0401")
    assert item.organisation == town.units["committee-029"]
    kind = {**sent, "whose": "居委会", "place": "垡头街道", "valid_from": "2026-12-01"}
    assert clerk.post("/catalogue/duties/add/", kind).status_code == 302
    assert clerk.post(f"/catalogue/duties/{item.pk}/end/").status_code == 302
    assert not DutyItem.objects.filter(pk=item.pk, valid_to=None).exists()
    assert clerk.post("/catalogue/duties/999999/end/").status_code == 404


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"category": "外星人"}, "No category is called"),
        ({"category": "物业"}, "Which category is meant"),
        ({"whose": "street-019"}, "have a duty list"),
        ({"whose": "没有此单位"}, "No organisation and no kind"),
        ({"basis": ""}, "Name the document that says so"),
    ],
)
def test_a_duty_item_that_cannot_be_comes_back(
    clerk: Client, given: dict[str, str], words: str
) -> None:
    sent = {"category": "0401", "whose": "committee-029", "basis": "清单", **given}
    response = clerk.post("/catalogue/duties/add/", sent)
    assert response.status_code == 422
    assert Page(response).shows(words)
    assert Page(response).fields["basis"] == [sent["basis"]]


# — what would happen —


def test_what_would_happen_to_a_case(town: Town) -> None:
    root = installer(now=START, permissions=frozenset({"territory.load"}))
    open_organisation(actor=root, code="d-105", name="朝阳区", kind="district", place_code="110105")
    client = a_client(town.users["dispatcher"], language="en")
    page = Page(client.get("/catalogue/ask/?category=停水&place=双合家园&urgency=N"))
    for words in (
        "Fatou Sub-district Office",
        BASIS,
        "Copy toChaoyang District",
        "answer within 7 days",
        "Who may not lead it",
        "is not on its duty list",
    ):
        assert page.shows(words), words
    early = client.get("/catalogue/ask/?category=停水&place=双合家园&on=2020-01-01")
    assert Page(early).shows("The catalogue names nobody")
    for query, words in (
        ("category=外星人&place=双合家园", "No category is called"),
        ("category=停水&place=没有此地", "No place of your area is known"),
        ("category=停水", "Say where it would be"),
        ("category=停水&place=双合家园&on=x", "Enter a valid date"),
    ):
        response = client.get(f"/catalogue/ask/?{query}")
        assert response.status_code == 422
        assert Page(response).shows(words)


# — the file —


def test_the_file_is_downloaded_changed_looked_at_and_applied(town: Town, clerk: Client) -> None:
    rows = downloaded(clerk)
    rows.append({**rows[0], "category": "0203", "lead": "street-019"})
    response = clerk.post("/catalogue/file/", {"file": as_file(rows)})
    address = response.headers["Location"]
    page = Page(clerk.get(address))
    assert page.shows("Lifts")
    assert page.shows("New1")
    assert page.shows("Unchanged4")
    assert CatalogueEntry.objects.count() == 4
    sent = {"shown": page.fields["shown"][0]}
    assert clerk.post(address, sent).headers["Location"] == "/catalogue/"
    assert CatalogueEntry.objects.count() == 5
    assert Page(clerk.get(address)).shows("Applied")
    clerk.post(address, sent)  # a double click
    assert CatalogueEntry.objects.count() == 5
    dispatcher = a_client(town.users["dispatcher"], language="en")
    case = a_case(town)
    page = Page(dispatcher.get(f"/queue/?case={case.number}"))
    assert page.fields["lead"] == [str(town.units["street-019"].pk)]


def test_bad_rows_are_named_by_line_and_nothing_can_be_applied(clerk: Client) -> None:
    rows = downloaded(clerk)
    rows.append({**rows[0], "category": "9999"})
    address = clerk.post("/catalogue/file/", {"file": as_file(rows)}).headers["Location"]
    page = Page(clerk.get(address))
    assert page.shows("Line 6")
    assert page.shows("No category has the code “9999”")
    assert "shown" not in page.fields
    response = clerk.post(address, {"shown": "x"})
    assert response.status_code == 409
    assert Page(response).shows("1 row(s) of the file cannot be taken")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (None, "Choose the file"),
        (SimpleUploadedFile("x.xlsx", b""), "The file is empty"),
        (SimpleUploadedFile("x.xlsx", b"PK no"), "no spreadsheet that can be read"),
        (SimpleUploadedFile("x.xlsx", b"x" * 5_000_001), "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(clerk: Client, file: Any, words: str) -> None:
    response = clerk.post("/catalogue/file/", {"file": file} if file else {})
    assert response.status_code == 422
    assert Page(response).shows(words)


# — copies —


def test_the_district_reads_its_copies_and_the_case_behind_them(town: Town) -> None:
    root = installer(now=START, permissions=frozenset({"territory.load"}))
    town.units["d-105"] = open_organisation(
        actor=root, code="d-105", name="朝阳区", kind="district", place_code="110105"
    )
    case = a_case(town, category="040101", at="dispatched", lead="street-019")
    reader = a_user(town, "community_worker", place="110106", unit="d-105")
    client = a_client(reader, language="en")
    page = Page(client.get("/catalogue/copies/"))
    assert page.shows(case.title)
    opened = client.get(f"/cases/{case.number}/")
    assert opened.status_code == 200
    assert not Page(opened).shows("许大妈")
    assert client.post(f"/cases/{case.number}/requester/", {"reason": "看看"}).status_code == 404
    other = a_client(a_user(town, "community_worker", place="110106"), language="en")
    assert Page(other.get("/catalogue/copies/")).shows("No copies yet")
    assert Case.objects.everywhere("test").count() == 1


def test_who_keeps_a_district_is_not_offered_to_end_what_holds_everywhere(town: Town) -> None:
    keeper = a_user(town, "administrator", place="110105")
    assert not CatalogueEntry.objects.filter(category__code="02").exclude(place=None).exists()
    shown = {
        who.username: a_client(who, language="en").get("/catalogue/02/").content.decode()
        for who in (town.users["administrator"], keeper)
    }
    assert "End the entry of" in shown["qian"]
    assert "End the entry of" not in shown[keeper.username]
