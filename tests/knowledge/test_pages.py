"""The knowledge base as people use it: written, approved, found, told to a caller."""

import uuid
from typing import Any

import pytest
from django.test import Client

from linli.cases.models import Case
from linli.knowledge.models import ArticleVersion
from linli.knowledge.operations import end_article
from linli.methods.language.aide import Aide
from tests.builders import Town
from tests.cases.pages import LANGUAGES, Page, a_browser, a_client
from tests.cases.sorting.test_proposing_pages import CALL
from tests.knowledge.conftest import an_article

pytestmark = pytest.mark.django_db
WRITTEN = {
    "question": "居住证多久能办好？",
    "variants": "申请居住证要等几天",
    "answer": "材料齐全的，自受理起十五个工作日内发证。",
    "source": "居住证办理须知（演示）",
    "clause": "第六条",
    "valid_from": "2026-01-05",
    "review_on": "2027-05-01",
    "audience": "everyone",
    "place": "北京",
}
ASKED = "我的居住证什么时候能办好，要等几天？"


def written(town: Town, client: Client, **changed: Any) -> Any:
    form = {**WRITTEN, "form_key": str(uuid.uuid4()), "owner": town.units["hotline"].pk}
    return client.post("/knowledge/new/", form | changed)


def test_written_approved_found_and_told(town: Town, proposing: Aide) -> None:
    answer = written(town, a_browser(town.users["office"]))
    version = ArticleVersion.objects.get()
    assert answer.headers["Location"] == f"/knowledge/{version.article_id}/"
    operator = a_browser(town.users["operator"])
    asked = {"words": ASKED, "title": ""}
    assert "version" not in Page(operator.post("/calls/answers/", asked)).text
    decided = a_browser(town.users["administrator"]).post(
        f"/knowledge/{version.article_id}/approve/", {"shown": "1"}
    )
    assert decided.status_code == 302
    hint = operator.post("/calls/answers/", asked).content.decode()
    assert version.answer in hint
    assert "第六条" in hint
    told = operator.post("/calls/tell/", {"version": version.pk, "goes": "dispatch"})
    fields = Page(told).fields
    assert fields["told"] == [version.answer]
    assert fields["cites"] == [str(version.pk)]
    assert fields["goes"] == ["answer_now"]
    sent = CALL | {
        "words": ASKED,
        "kind": "inquiry",
        "goes": "answer_now",
        "told": version.answer,
        "cites": str(version.pk),
    }
    assert operator.post("/calls/new/", sent).status_code == 302
    case = Case.objects.everywhere("test").get()
    assert case.notice.cites == version
    story = Page(operator.get(f"/cases/{case.number}/"))
    assert story.shows("居住证办理须知（演示） 第六条")


def test_what_nobody_wrote_is_not_guessed(town: Town, proposing: Aide) -> None:
    an_article(town)
    operator = a_client(town.users["operator"], language="en")
    hint = Page(operator.post("/calls/answers/", {"words": "我家宠物狗走丢了怎么登记寻找"}))
    assert hint.shows("The knowledge base has no answer to this")
    page = Page(operator.get("/knowledge/", {"q": "我家宠物狗走丢了怎么登记寻找"}))
    assert page.shows("No answer to this is known")


def test_a_dead_aide_leaves_the_words(town: Town) -> None:
    version = an_article(town)
    page = Page(a_browser(town.users["worker"]).get("/knowledge/", {"q": "居住证"}))
    assert page.shows(version.question)


def test_an_article_ended_meanwhile_is_not_told(town: Town) -> None:
    version = an_article(town)
    end_article(
        actor=town.actor("administrator"), article_id=version.article_id, number=version.number
    )
    operator = a_browser(town.users["operator"])
    told = operator.post(
        "/calls/tell/", {"version": version.pk, "goes": "answer_now", "told": "我写的"}
    )
    assert Page(told).fields["told"] == ["我写的"]
    sent = CALL | {"goes": "answer_now", "told": "十五天", "cites": str(version.pk)}
    refused = operator.post("/calls/new/", sent | {"kind": "inquiry"})
    assert refused.status_code == 422
    assert Page(refused).fields["told"] == ["十五天"]
    assert not Case.objects.everywhere("test").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_both_languages(town: Town, language: str) -> None:
    version = an_article(town)
    an_article(town, place="110105019029", is_approved=False)
    client = a_client(town.users["administrator"], language=language)
    for which in ("force", "waiting", "look"):
        assert client.get("/knowledge/", {"list": which}).status_code == 200
    for page in ("new/", f"{version.article_id}/", f"{version.article_id}/edit/"):
        assert client.get(f"/knowledge/{page}").status_code == 200


def test_a_refused_form_keeps_what_was_typed(town: Town) -> None:
    answer = written(town, a_browser(town.users["office"]), source="", place="无此地")
    assert answer.status_code == 422
    assert Page(answer).fields["answer"] == [WRITTEN["answer"]]
    assert not ArticleVersion.objects.exists()


def test_the_writer_is_told_to_ask_a_colleague(town: Town) -> None:
    version = an_article(town, is_approved=False)
    own = a_browser(town.users["office"])
    answer = own.post(f"/knowledge/{version.article_id}/approve/", {"shown": "1"})
    assert answer.status_code == 409
    assert not ArticleVersion.objects.in_force().exists()


def test_who_may_not_write_or_approve(town: Town) -> None:
    version = an_article(town, is_approved=False)
    operator = a_browser(town.users["operator"])
    assert operator.get("/knowledge/new/").status_code == 403
    assert operator.post(f"/knowledge/{version.article_id}/approve/", {}).status_code == 403
    assert a_browser(town.users["partner"]).get("/knowledge/").status_code == 403
