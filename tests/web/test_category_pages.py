"""A category as the operator and the dispatcher type it, and what the catalogue says to both."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from linli.cases.catalogue.operations import add_entry
from linli.cases.models import Case
from tests.builders import BASIS, LIFT, Town, a_case, a_town
from tests.cases.pages import LANGUAGES, Page, a_client
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
KEY = "5f0b7c1e-1f2a-4b0e-9f57-0d1c2b3a4d5e"


@pytest.fixture
def town() -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield a_town()


@pytest.fixture
def operator(town: Town) -> Client:
    return a_client(town.users["operator"], language="en")


@pytest.fixture
def dispatcher(town: Town) -> Client:
    return a_client(town.users["dispatcher"], language="en")


def call(**given: str) -> dict[str, str]:
    return {
        "intake_key": KEY,
        "words": "六号楼电梯停运两天了。",
        "place": "双合家园社区",
        "kind": "help",
        "urgency": "N",
        "confidentiality": "none",
        "wants_reply": "on",
        **given,
    }


def the_case() -> Case:
    return Case.objects.everywhere("test").select_related("category").get()


@pytest.mark.parametrize(
    "typed", [LIFT, "020301 Lift out of order", "电梯停运", "下不了楼", "lift out of order"]
)
def test_a_call_gets_its_category_however_it_is_typed(operator: Client, typed: str) -> None:
    assert operator.post("/calls/new/", call(category=typed)).status_code == 302
    found = the_case().category
    assert found is not None
    assert found.code == LIFT


def test_a_call_without_a_category_is_taken(operator: Client) -> None:
    assert operator.post("/calls/new/", call()).status_code == 302
    assert the_case().category is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_for_several_are_asked_back_and_one_is_chosen(town: Town, language: str) -> None:
    operator = a_client(town.users["operator"], language=language)
    response = operator.post("/calls/new/", call(category="物业"))
    page = Page(response)
    assert response.status_code == 422
    assert page.shows({"zh-hans": "指的是哪一类", "en": "Which category is meant"}[language])
    assert page.fields["category"] == ["物业"]
    assert "电梯停运两天" in page.fields["words"][0]
    assert (
        operator.post("/calls/new/", call(category="物业", category_code="0201")).status_code == 302
    )
    assert the_case().category == town.categories["0201"]


def test_words_for_none_are_said_and_kept(operator: Client) -> None:
    response = operator.post("/calls/new/", call(category="外星人"))
    assert response.status_code == 422
    assert Page(response).shows("No category is called “外星人”")
    assert Page(response).fields["category"] == ["外星人"]


def test_the_list_to_choose_from_stands_on_the_page(operator: Client) -> None:
    text = operator.get("/calls/new/").content.decode()
    assert '<option value="020301 Lift out of order">' in text
    assert 'list="categories"' in text


def test_while_she_types_the_operator_sees_who_will_lead(town: Town, operator: Client) -> None:
    asked = {"place": "双合家园", "category": "停运", "urgency": "N"}
    page = Page(operator.post("/calls/hints/", asked))
    assert page.shows("Who will lead")
    assert page.shows("Shuanghe Jiayuan Community Residents' Committee")
    assert page.shows(BASIS)
    several = Page(operator.post("/calls/hints/", {**asked, "category": "物业"}))
    assert several.shows("Several categories fit:")
    nowhere = Page(operator.post("/calls/hints/", {**asked, "place": ""}))
    assert nowhere.shows("Once the place is known")


def test_the_dispatcher_finds_the_catalogues_lead_chosen_with_its_clause(
    town: Town, dispatcher: Client
) -> None:
    case = a_case(town)
    response = dispatcher.get(f"/queue/?case={case.number}")
    page = Page(response)
    assert page.fields["lead"] == [str(town.units["committee-029"].pk)]
    assert page.shows("by the catalogue")
    assert page.shows(BASIS)
    assert (
        dispatcher.post(
            f"/cases/{case.number}/dispatch/", {"lead": page.fields["lead"][0]}
        ).status_code
        == 302
    )


def test_a_community_that_may_not_lead_stands_there_with_its_article(
    town: Town, dispatcher: Client
) -> None:
    case = a_case(town, category="040101")
    page = Page(dispatcher.get(f"/queue/?case={case.number}"))
    assert page.shows("is not on its duty list")
    assert page.shows("article 17")
    assert page.fields["lead"] == [str(town.units["street-019"].pk)]
    sent = {"lead": town.units["committee-029"].pk, "reason": "就近办理"}
    response = dispatcher.post(f"/cases/{case.number}/dispatch/", sent)
    assert response.status_code == 422
    assert Page(response).shows("article 17")
    assert Page(response).shows("就近办理")


def test_another_unit_without_a_reason_is_asked_for_it(town: Town, dispatcher: Client) -> None:
    case = a_case(town)
    sent = {"lead": town.units["street-019"].pk, "reason": ""}
    response = dispatcher.post(f"/cases/{case.number}/dispatch/", sent)
    assert response.status_code == 422
    assert Page(response).shows("To send it elsewhere write down why")
    assert Page(response).fields["lead"] == [str(town.units["street-019"].pk)]


def test_the_dispatcher_says_the_category_and_the_lead_changes(
    town: Town, dispatcher: Client
) -> None:
    case = a_case(town, category=None)
    address = f"/queue/?case={case.number}"
    assert Page(dispatcher.get(address)).shows("No category yet")
    url = f"/cases/{case.number}/category/"
    assert Page(dispatcher.get(url)).shows("六号楼电梯停运")
    part = dispatcher.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'list="categories"' in part
    for typed, said in (("", "Write one word"), ("外星人", "No category is called")):
        response = dispatcher.post(url, {"category": typed})
        assert response.status_code == 422
        assert Page(response).shows(said)
    assert dispatcher.post(url, {"category": "停水"}).headers["Location"] == address
    page = Page(dispatcher.get(address))
    assert page.shows("Water cut off 040101")
    assert page.fields["lead"] == [str(town.units["street-019"].pk)]


def test_the_page_shows_the_limit_of_the_entry(town: Town, dispatcher: Client) -> None:
    add_entry(
        actor=town.actor("administrator"),
        category=town.categories["0203"],
        lead_kind="street",
        clock_class="E2",
        basis=BASIS,
    )
    case = a_case(town)
    assert Page(dispatcher.get(f"/queue/?case={case.number}")).shows("Livelihood")
