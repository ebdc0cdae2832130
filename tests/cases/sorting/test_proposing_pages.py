"""What stands on the operator's and the dispatcher's pages of a proposal, and that a person has the last word."""

import os
import re
import signal
from typing import Any

import pytest
from django.test import Client

from linli.cases import operations
from linli.cases.models import Case, Prediction
from linli.cases.sorting.operations import predict_batch
from linli.methods.language.aide import Aide
from linli.territory.models import PlaceAlias
from linli.territory.operations import remove_alias
from linli.territory.queries import find_places
from tests.builders import LIFT, Town, a_case, a_draft
from tests.cases.pages import LANGUAGES, Page, a_browser, a_client
from tests.cases.people import a_user
from tests.cases.sorting.conftest import followed, worker
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
WORDS = "六号楼电梯停运两天了，家里老人下不了楼。"
CALL = {
    "intake_key": "9d3c1f8e-0000-4000-8000-000000000001",
    "words": WORDS,
    "place": "双合家园",
    "kind": "help",
    "urgency": "N",
    "confidentiality": "none",
    "goes": "dispatch",
}


@pytest.fixture
def operator(town: Town) -> Client:
    return a_browser(town.users["operator"])


def sent(client: Client, **changed: str) -> Any:
    return client.post("/calls/new/", {**CALL, **changed})


def hint(client: Client, **given: str) -> str:
    return client.post("/calls/sort/", {"words": WORDS, **given}).content.decode()


def chosen(body: str) -> str:
    """Return the value of the radio that is checked."""
    found = re.findall(r'name="category_pick" value="(\w*)" checked', body)
    assert len(found) <= 1
    return found[0] if found else ""


def preset(body: str) -> str:
    return re.findall(r'name="category_preset" value="([^"]*)"', body)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_are_offered_with_how_sure_and_why(
    town: Town, proposing: Aide, language: str
) -> None:
    body = hint(a_client(town.users["operator"], language=language))
    assert (
        2 <= body.count('name="category_pick"') <= 4
    )  # those that may be meant, and none of these
    assert chosen(body) == ""  # the starter model never chooses by itself
    category = town.categories[LIFT]
    assert (category.name_en if language == "en" else category.name) in body
    assert "电梯" in body
    assert "了楼" not in body  # a reason is no half of a word
    assert ("likely · because of" in body) == (language == "en")


def test_what_she_chose_stays_chosen_while_she_writes_on(operator: Client, proposing: Aide) -> None:
    body = hint(operator, category_pick="0405", category_preset="")
    assert chosen(body) == "0405"
    again = hint(operator, category_pick="0405", category_preset=preset(body), title="路灯")
    assert chosen(again) == "0405"
    none = hint(operator, category_pick="", category_preset=preset(again))
    assert chosen(none) == ""


def test_a_sure_one_stands_chosen_and_follows_the_words(
    town: Town, operator: Client, proposing: Aide, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linli.cases.sorting import proposing as room

    def sure(_title: str, words: str, *, actor: Any) -> room.Sorted:
        code = LIFT if "电梯" in words else "0405"
        one = room.Proposed(town.categories[code], 0.97, ("电梯",))
        return room.Sorted((one,), is_sure=True)

    monkeypatch.setattr("linli.cases.views.intake.sort_words", sure)
    body = hint(operator)
    assert chosen(body) == LIFT
    after = hint(operator, words="路灯不亮", category_pick=LIFT, category_preset=preset(body))
    assert chosen(after) == "0405"
    own = hint(operator, words="路灯不亮", category_pick="02", category_preset=preset(after))
    assert chosen(own) == "02"
    silent = hint(operator, category_pick="", category_preset=preset(after))
    assert chosen(silent) == ""  # she said none of these


def test_the_one_picked_becomes_the_category_and_what_is_typed_goes_before(
    town: Town, operator: Client
) -> None:
    sent(operator, category_pick=LIFT)
    assert Case.objects.everywhere("test").get().category == town.categories[LIFT]
    sent(operator, category_pick=LIFT, category="04", words="路灯不亮")
    newest = Case.objects.everywhere("test").order_by("pk").last()
    assert newest is not None
    assert newest.category == town.categories["04"]


def test_the_form_as_it_is_sent_without_a_script_keeps_the_pick(operator: Client) -> None:
    page = sent(operator, category_pick=LIFT, phone="12ab")
    assert page.status_code == 422
    assert chosen(page.content.decode()) == LIFT


def test_the_words_say_where_and_she_chooses(town: Town, operator: Client, proposing: Aide) -> None:
    hint(operator)  # the first page wakes it
    words = "我住双合家园社区，电梯坏了"
    body = operator.post("/calls/hints/", {"words": words}).content.decode()
    assert 'name="place_code" value="110105019029"' in body
    nowhere = operator.post("/calls/hints/", {"words": "电梯坏了没人修"}).content.decode()
    assert "place_code" not in nowhere
    sent(operator, place="", place_code="110105019029", words=words)
    assert Case.objects.everywhere("test").get().place == town.places["110105019029"]


def test_nothing_is_received_without_a_place(operator: Client) -> None:
    for given in ({"place": ""}, {"place": "", "place_code": "没有"}, {"place": "没有此地"}):
        assert sent(operator, **given).status_code == 422
    assert not Case.objects.everywhere("test").exists()


def test_a_place_outside_her_area_is_no_choice(town: Town) -> None:
    client = a_browser(town.users["worker"])
    assert client.post("/calls/new/", CALL).status_code == 403
    below = a_browser(a_user(town, "operator", place="110105015", unit="committee-044"))
    assert sent(below, place="老厂宿舍", place_code="110105019029").status_code == 422


def test_a_choice_confirmed_twice_becomes_an_alias_and_can_be_removed(
    town: Town, operator: Client
) -> None:
    here = list(town.actor("operator").scopes("cases.receive"))
    sent(operator, place="老厂宿舍", place_code="110105019029")
    assert find_places("老厂宿舍", within=here) == []
    sent(operator, place="老廠宿舍", place_code="110105019029", words="楼道灯不亮")
    assert find_places("老厂宿舍", within=here) == [town.places["110105019029"]]
    sent(operator, place="老厂宿舍", words="垃圾没人收")  # from now on no choice is needed
    assert Case.objects.everywhere("test").count() == 3
    alias = PlaceAlias.objects.get()
    assert alias.confirmed_count == 2
    page = Page(a_browser(town.users["administrator"]).get("/places/aliases/"))
    assert page.shows("老厂宿舍")
    a_browser(town.users["administrator"]).post(f"/places/aliases/{alias.pk}/remove/")
    assert find_places("老厂宿舍", within=here) == []
    with pytest.raises(PlaceAlias.DoesNotExist):
        remove_alias(actor=town.actor("administrator"), alias_id=alias.pk)


@pytest.mark.parametrize("words", ["双合家园", "朝阳", "x", "12345", "我叫王丽英家", "一" * 41])
def test_what_is_a_name_already_or_no_name_becomes_no_alias(
    town: Town, operator: Client, words: str
) -> None:
    for n in range(2):
        draft = a_draft(town, place_said=words, words=f"{WORDS}{n}", place="110105015044")
        operations.receive(actor=town.actor("operator"), draft=draft)
    assert not PlaceAlias.objects.exists()


def test_with_the_aide_stopped_and_killed_intake_goes_on(
    operator: Client, proposing: Aide, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "category_pick" in hint(operator)
    pid = proposing.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(proposing, "ask", lambda **what: Aide.ask(proposing, 0.05, **what))
    late = operator.post("/calls/sort/", {"words": WORDS})
    assert late.status_code == 200
    assert "category_pick" not in late.content.decode()
    assert operator.post("/calls/hints/", {"words": WORDS}).status_code == 200
    os.kill(pid, signal.SIGKILL)
    assert operator.get("/calls/new/").status_code == 200
    assert operator.post("/calls/hints/", {"words": WORDS}).status_code == 200
    assert sent(operator).status_code == 302
    assert Case.objects.everywhere("test").count() == 1


def test_the_dispatcher_sets_a_proposed_category_with_one_tap(town: Town) -> None:
    case = a_case(town, category=None)
    followed()
    predict_batch(actor=worker())
    client = a_browser(town.users["dispatcher"])
    body = client.get(f"/queue/?case={case.number}").content.decode()
    assert f'name="category" value="{LIFT}"' in body
    client.post(f"/cases/{case.number}/category/", {"category": LIFT})
    case.refresh_from_db()
    assert case.category == town.categories[LIFT]
    assert f'name="category" value="{LIFT}"' not in client.get("/queue/").content.decode()


def test_where_one_is_set_only_a_sure_other_one_is_offered(town: Town) -> None:
    case = a_case(town, category="04")
    client = a_browser(town.users["dispatcher"])
    row = Prediction(case=case, code=LIFT, probability=0.97, predicted_at=NOW, is_sure=False)
    row.save()
    assert f'value="{LIFT}"' not in client.get("/queue/").content.decode()
    Prediction.objects.filter(pk=case.pk).update(is_sure=True)
    assert f'name="category" value="{LIFT}"' in client.get("/queue/").content.decode()
