"""What people really type, sent through the page: taken, or refused in words with all of it still there."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from linli.cases.models import Case
from linli.cases.operations.intake import PHONE_LETTERS, PHONE_LONG, PHONE_SHORT, UNKNOWN_PLACE
from linli.cases.rules import EMPTY_WORDS, IN_THE_FUTURE, TOO_LONG_AGO, WORDS_TOO_LONG
from tests.builders import Town, a_case
from tests.cases.expect import asked
from tests.cases.pages import LANGUAGES, Page, a_client, says
from tests.cases.standing import standing_town
from tests.conftest import NOW

TAKE_CALL = "/calls/new/"


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def operator(town: Town) -> Client:
    return a_client(town.users["operator"], language="zh-hans")


def typed(**given: Any) -> dict[str, Any]:
    """Return a whole form as the browser sends it, with what is given in its place."""
    return {
        "intake_key": str(uuid.uuid4()),
        "words": "六号楼电梯停运两天了。\r\n老人下不了楼。",
        "title": "电梯停运",
        "place": "双合家园",
        "address": "6 号楼 2 单元",
        "occurred_at": "2026-11-16T08:30",
        "kind": "complaint",
        "urgency": "E2",
        "name": "许大妈",
        "phone": "199 0000 1234",
        "confidentiality": "hide_identity",
        "wants_reply": "on",
        **given,
    }


def cases() -> list[Case]:
    return list(Case.objects.everywhere("test").order_by("pk"))


def assert_still_there(page: Page, form: dict[str, Any]) -> None:
    """Expect that every value of the form still stands in its own field."""
    for name, value in form.items():
        unified = [text.replace("\r\n", "\n") for text in page.fields[name]]
        assert str(value).replace("\r\n", "\n") in unified, name


def test_a_whole_form_is_a_case_whose_number_is_read_out(operator: Client) -> None:
    response = operator.post(TAKE_CALL, typed(), follow=True)
    (case,) = cases()
    assert response.redirect_chain[0][1] == 302
    assert Page(response).shows(case.shown_number)
    assert case.words == "六号楼电梯停运两天了。\n老人下不了楼。"
    assert (case.urgency, case.kind, case.confidentiality) == ("E2", "complaint", "hide_identity")
    assert f"{case.occurred_at:%Y-%m-%d %H:%M}" == "2026-11-16 00:30"  # 08:30 in Beijing
    assert (asked(case).name, asked(case).phone) == ("许大妈", "+8619900001234")


WRONG: dict[str, tuple[dict[str, Any], Any, dict[str, Any]]] = {
    "no words": ({"words": ""}, EMPTY_WORDS, {}),
    "white words": ({"words": " \r\n\t　", "title": ""}, EMPTY_WORDS, {}),
    "zero-width words": ({"words": "\u200b\u200d"}, EMPTY_WORDS, {}),
    "too many words": ({"words": "字" * 10_001}, WORDS_TOO_LONG, {"length": 10001, "limit": 10000}),
    "an unknown place": ({"place": "不存在的小区"}, UNKNOWN_PLACE, {"place": "不存在的小区"}),
    "letters in a telephone": ({"phone": "199O000l234"}, PHONE_LETTERS, {}),
    "words in a telephone": ({"phone": "不愿意说"}, PHONE_LETTERS, {}),
    "a short telephone": ({"phone": "1990000"}, PHONE_SHORT, {}),
    "a long telephone": ({"phone": "19900001234567"}, PHONE_LONG, {}),
    "a time to come": ({"occurred_at": "2026-11-18T14:11"}, IN_THE_FUTURE, {}),
    # Such a row could be written but not read: every list with it in would fail.
    "a year of one figure": ({"occurred_at": "0001-01-01T00:00"}, TOO_LONG_AGO, {}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    town: Town, language: str, wrong: str
) -> None:
    changes, refusal, facts = WRONG[wrong]
    form = typed(**changes)
    response = a_client(town.users["operator"], language=language).post(TAKE_CALL, form)
    page = Page(response)
    assert response.status_code == 422
    assert page.shows(says(refusal, language, **facts))
    assert_still_there(page, form)
    assert cases() == []


@pytest.mark.parametrize("by", ["cookie", "header"])
def test_each_speaks_the_language_of_its_reader(town: Town, by: str) -> None:
    sentences = {}
    for language in LANGUAGES:
        client = a_client(town.users["operator"], language=language, by=by)
        page = Page(client.post(TAKE_CALL, typed(words="")))
        sentences[language] = says(EMPTY_WORDS, language)
        assert page.shows(sentences[language])
    assert sentences["zh-hans"] != sentences["en"]
    assert not sentences["zh-hans"].isascii()


def test_several_wrongs_are_all_said_at_once(operator: Client) -> None:
    form = typed(words="", place="", kind="nonsense")
    page = Page(operator.post(TAKE_CALL, form))
    assert page.shows(says(EMPTY_WORDS, "zh-hans"))
    assert page.fields["phone"] == ["199 0000 1234"]
    assert cases() == []


@pytest.mark.parametrize(
    "words",
    [
        "字" * 9_000,
        "字" * 10_000,
        "😡😡😡",
        "👵🏽：太吵了，睡不着 😴",
        "雙合家園的電梯壞了，請盡快修理。",
        "Ⅳ 号楼 ①单元 ㈱ ½",
        '<script>alert(1)</script> & "引号" \'',
        "%(place)s %s {0} {{ words }} {% url %}",
    ],
    ids=["9000", "10000", "emoji", "joined", "traditional", "forms", "markup", "templates"],
)
def test_what_people_write_is_taken_and_shown_as_written(operator: Client, words: str) -> None:
    response = operator.post(TAKE_CALL, typed(words=words, title=""), follow=True)
    (case,) = cases()
    assert case.words == words
    page = Page(response)
    assert page.shows(case.shown_number)
    assert page.shows(case.title)
    case_page = Page(operator.get(reverse("cases:case", args=[case.number])))
    assert case_page.shows(words)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("雙合家園", "110105019029"),
        ("双合家园社区", "110105019029"),
        ("　双合 家园　", "110105019029"),
        ("朝阳区垡头街道双合家园6号楼", "110105019029"),
        ("１１０１０５０１９０２９", "110105019029"),
        ("110105019", "110105019"),
        ("丰台", "110106"),
    ],
)
def test_a_place_is_found_however_it_is_written(operator: Client, place: str, code: str) -> None:
    response = operator.post(TAKE_CALL, typed(place=place))
    assert response.status_code == 302
    assert cases()[0].place.code == code


def test_when_several_places_fit_one_is_chosen(operator: Client) -> None:
    form = typed(place="社区")
    response = operator.post(TAKE_CALL, form)
    page = Page(response)
    assert response.status_code == 422
    assert_still_there(page, form)
    assert cases() == []
    response = operator.post(TAKE_CALL, {**form, "place_code": "110105019030"})
    assert response.status_code == 302
    assert cases()[0].place.code == "110105019030"


@pytest.mark.parametrize("code", ["110106", "999999", "\x00", "1" * 300])
def test_a_choice_that_was_not_offered_is_none(operator: Client, code: str) -> None:
    response = operator.post(TAKE_CALL, typed(place="社区", place_code=code))
    assert response.status_code == 422
    assert cases() == []


@pytest.mark.parametrize(
    ("phone", "stored"),
    [
        ("１９９００００１２３４", "+8619900001234"),
        ("（０１０）６５００－００００", "+861065000000"),
        ("+86 199-0000-1234", "+8619900001234"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_a_telephone_is_read_however_it_is_typed(operator: Client, phone: str, stored: str) -> None:
    assert operator.post(TAKE_CALL, typed(phone=phone)).status_code == 302
    assert asked(cases()[0]).phone == stored


@pytest.mark.parametrize(
    "changes",
    [
        {"words": "电梯\x00坏了"},
        {"place": "双合\x00家园"},
        {"phone": "\x00"},
        {"intake_key": "not a key"},
        {"intake_key": ""},
        {"occurred_at": "昨天"},
        {"occurred_at": "99999-01-01T00:00"},
        {"kind": ""},
        {"urgency": "E9"},
        {"title": "题" * 201},
        {"name": "名" * 65},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_no_form_of_ours_sends_is_refused_and_kept(
    town: Town, changes: dict[str, str]
) -> None:
    client = a_client(town.users["operator"], language="zh-hans")
    response = client.post(TAKE_CALL, typed(**changes))
    assert response.status_code == 422
    assert Page(response).shows("老人下不了楼") or "words" in changes
    assert cases() == []


def test_a_double_click_is_one_case(operator: Client) -> None:
    form = typed()
    first, second = operator.post(TAKE_CALL, form), operator.post(TAKE_CALL, form)
    (case,) = cases()
    assert first["Location"] == second["Location"]
    assert case.number in first["Location"]


def test_the_corrected_form_is_taken_under_the_same_key(operator: Client) -> None:
    form = typed(phone="199")
    key = Page(operator.post(TAKE_CALL, form)).fields["intake_key"]
    assert key == [form["intake_key"]]
    assert operator.post(TAKE_CALL, {**form, "phone": "19900001234"}).status_code == 302
    assert len(cases()) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("  ", 200),
        ("abc", 200),
        ("2600047210", 404),
        ("\x00", 200),
        ("９" * 40, 404),
        ("%", 404),
    ],
)
def test_a_search_for_what_is_no_number_says_so(operator: Client, query: str, status: int) -> None:
    response = operator.get("/search/", {"q": query})
    assert response.status_code == status
    assert query.strip("\x00 ") in Page(response).fields["q"][0]


def test_a_number_read_out_opens_the_case(town: Town, operator: Client) -> None:
    case = a_case(town)
    wide = case.shown_number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789-"})
    for said in (case.number, case.shown_number, f" {case.shown_number} ", wide):
        response = operator.get("/search/", {"q": said})
        assert response["Location"] == reverse("cases:case", args=[case.number])


def test_hints_help_while_she_types_and_never_fail(town: Town, operator: Client) -> None:
    case = a_case(town, phone="19900001234")
    hints = operator.post("/calls/hints/", {"place": "雙合家園", "phone": "199 0000 1234"})
    assert hints.status_code == 200
    assert Page(hints).text.count(case.title) == 2  # open here, and of this caller
    for place, phone in (("", ""), ("\x00", "\x00"), ("无此地", "abc"), ("社区", "1" * 40)):
        response = operator.post("/calls/hints/", {"place": place, "phone": phone})
        assert response.status_code == 200
        assert not Page(response).shows(case.title)


REPORT = {"resolution": "solved", "public_reply": "已更换曳引机。"}


@pytest.mark.parametrize(
    ("move", "form", "kept"),
    [
        ("report", {"resolution": "", "public_reply": "已修好，请试用。"}, "已修好，请试用。"),
        ("report", {"resolution": "solved", "public_reply": " \n "}, None),
        ("report", {"resolution": "nonsense", "public_reply": "写了很久的答复"}, "写了很久的答复"),
        (
            "contact",
            {"means": "pigeon", "was_reached": "yes", "note": "她说下午在家"},
            "她说下午在家",
        ),
        ("contact", {"means": "phone", "was_reached": "", "note": "她说下午在家"}, "她说下午在家"),
        ("contact", {"means": "phone", "was_reached": "no", "note": "\x00"}, None),
        ("requester", {"reason": ""}, None),
        ("requester", {"reason": "理" * 201}, "理" * 201),
    ],
)
def test_a_worker_who_forgot_something_keeps_what_she_wrote(
    town: Town, move: str, form: dict[str, str], kept: str | None
) -> None:
    case = a_case(town, at="in_progress")
    version = case.version
    client = a_client(town.users["worker"], language="en")
    response = client.post(f"/cases/{case.number}/{move}/", form)
    assert response.status_code == 422
    assert kept is None or Page(response).shows(kept)
    case.refresh_from_db()
    assert case.version == version


def test_a_long_reply_with_emoji_is_kept_and_shown(town: Town) -> None:
    case = a_case(town, at="in_progress")
    client = a_client(town.users["worker"], language="zh-hans")
    reply = "已修好 👍\r\n" + "字" * 9_000
    response = client.post(
        f"/cases/{case.number}/report/",
        {"resolution": "solved", "public_reply": reply, "evidence": "完工单"},
        follow=True,
    )
    assert response.status_code == 200
    case.lead_order.refresh_from_db()
    assert case.lead_order.public_reply.replace("\r\n", "\n") == reply.replace("\r\n", "\n")


def test_a_caller_back_who_forgot_an_answer_keeps_the_others(town: Town, language: str) -> None:
    case = a_case(town, at="reported")
    client = a_client(town.users["follow_up"], language=language)
    form = {"means": "visit", "was_contacted": "no", "satisfaction": "not", "note": "她很生气"}
    response = client.post(f"/cases/{case.number}/follow-up/", form)
    page = Page(response)
    assert response.status_code == 422
    assert_still_there(page, form)


def test_a_dispatcher_who_chose_no_unit_keeps_the_reason(town: Town, language: str) -> None:
    case = a_case(town)
    client = a_client(town.users["dispatcher"], language=language)
    response = client.post(f"/cases/{case.number}/dispatch/", {"reason": "属地负责"})
    assert response.status_code == 422
    assert "属地负责" in Page(response).fields["reason"]
