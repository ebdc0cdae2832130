"""Intake takes out of the words what tells who asked; what partners may read is made from the rest."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from linli.cases import operations
from linli.cases.models import Case
from linli.cases.privacy.operations import (
    CASE_IS_HIDDEN,
    SHARED_EMPTY,
    SHARED_HOLDS_PERSONAL,
    write_shared_text,
)
from linli.kernel.errors import NOT_ALLOWED
from linli.kernel.seal import blind_index
from tests.builders import Town, a_case, a_draft, without
from tests.cases.expect import asked, last_event, not_found, refused
from tests.cases.pages import LANGUAGES, Page, a_client, says

SAID = "我叫王丽，家住6号楼2单元301室，水管爆了，电话13800001234，身份证11010519491231002X。"
KEPT = "我叫[姓名]，家住6号楼2单元301室，水管爆了，电话[电话]，身份证[证件号]。"


def receive(town: Town, **given: Any) -> Case:
    case = operations.receive(actor=town.actor("operator"), draft=a_draft(town, **given))
    return Case.objects.everywhere("test").get(pk=case.pk)


def test_words_title_and_address_are_kept_without_it(town: Town) -> None:
    case = receive(town, words=SAID, title="王丽家水管", address="6号楼 找王丽", name="王丽")
    assert case.words == KEPT
    assert case.title == "[姓名]家水管"
    assert case.address == "6号楼 找[姓名]"
    assert receive(town, words=SAID, name="").title.startswith("我叫[姓名]")


def test_what_was_taken_out_lies_sealed_with_the_requester(town: Town) -> None:
    row = asked(receive(town, words=SAID, name="", phone=""))
    assert row.taken == [
        ("name", "王丽"),
        ("phone", "13800001234"),
        ("identity", "11010519491231002X"),
    ]
    assert b"13800001234" not in bytes(row.taken_sealed)
    assert "王丽".encode() not in bytes(row.taken_sealed)


def test_it_fills_what_the_operator_left_empty_and_nothing_else(town: Town) -> None:
    row = asked(receive(town, words=SAID, name="", phone=""))
    assert (row.name, row.phone) == ("王丽", "+8613800001234")
    assert bytes(row.phone_index) == blind_index("phone", "+8613800001234")
    typed = asked(receive(town, words=SAID, name="许大妈", phone="19900001234"))
    assert (typed.name, typed.phone) == ("许大妈", "+8619900001234")
    elses = asked(receive(town, words="物业电话13800001234没人接", name="", phone=""))
    assert (elses.phone, elses.taken) == ("", [("phone", "13800001234")])


def test_partners_read_neither_who_nor_behind_which_door(town: Town) -> None:
    case = receive(town, words=SAID, address="6号楼2单元301室")
    assert case.shared_text == KEPT.replace("301室", "[门牌]")
    assert case.shared_address == "6号楼2单元[门牌]"


def test_the_operator_has_the_last_word(town: Town) -> None:
    case = receive(town, words=SAID + "老王头也知道。", leave=("phone:13800001234",), also="老王头")
    assert case.words == KEPT.replace("[电话]", "13800001234") + "[已隐去]也知道。"
    assert ("other", "老王头") in asked(case).taken


def test_a_confidential_case_shares_nothing_and_the_database_sees_to_it(town: Town) -> None:
    case = receive(town, words=SAID, confidentiality="hide_case")
    assert case.shared_text == ""
    with pytest.raises(IntegrityError, match="case_hidden_shares_nothing"), transaction.atomic():
        Case.objects.everywhere("test").filter(pk=case.pk).update(shared_text="六号楼")


def test_a_batch_goes_by_the_same_rules(town: Town) -> None:
    drafts = [a_draft(town, words=SAID, name="", phone="") for _ in range(3)]
    done = operations.receive_batch(actor=town.actor("administrator"), drafts=drafts)
    rows = Case.objects.everywhere("test").filter(pk__in=[case.pk for case in done.created])
    assert {case.words for case in rows} == {KEPT}
    assert {asked(case).phone for case in rows} == {"+8613800001234"}


# — the operator's page —


def typed(**given: Any) -> dict[str, Any]:
    return {
        "intake_key": "6ee0a7a4-0a34-4b7e-9d57-0f9a5f5b3c11",
        "words": SAID,
        "place": "双合家园",
        "kind": "help",
        "urgency": "N",
        "confidentiality": "none",
        **given,
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_what_will_be_taken_out_before_it_is_sent(town: Town, language: str) -> None:
    client = a_client(town.users["operator"], language=language)
    url = reverse("cases:take_call")
    first = client.post(url, typed())
    page = Page(first)
    assert first.status_code == 422
    assert page.shows("13800001234")
    assert page.shows(SAID)
    assert page.shows("家住6号楼2单元[门牌]")
    assert not Case.objects.everywhere("test").exists()
    again = client.post(url, typed(seen=page.fields["seen"][0], leave=["name:王丽"]))
    assert again.status_code == 302
    assert Case.objects.everywhere("test").get().words == KEPT.replace("[姓名]", "王丽")


def test_words_changed_after_the_look_are_shown_again(town: Town) -> None:
    client = a_client(town.users["operator"], language="en")
    url = reverse("cases:take_call")
    seen = Page(client.post(url, typed())).fields["seen"][0]
    response = client.post(url, typed(words=SAID + "另一个电话13900001234", seen=seen))
    assert response.status_code == 422
    assert Page(response).shows("13900001234")


def test_words_without_personal_data_are_sent_at_once(town: Town) -> None:
    client = a_client(town.users["operator"], language="en")
    response = client.post(reverse("cases:take_call"), typed(words="电梯停运两天了。"))
    assert response.status_code == 302


def test_the_fragment_follows_the_words_as_they_are_typed(town: Town) -> None:
    client = a_client(town.users["operator"], language="en")
    url = reverse("privacy:intake_personal")
    shown = Page(client.post(url, {"words": SAID, "leave": ["phone:13800001234"]}))
    assert shown.shows("王丽")
    assert "phone:13800001234" in shown.fields["leave"]
    assert "name:王丽" not in shown.fields["leave"]
    assert not Page(client.post(url, {"words": "电梯停运两天了。"})).fields["seen"]


# — writing anew what partners may read —


def write(town: Town, case: Case, text: str, *, who: str = "worker") -> Case:
    return write_shared_text(actor=town.actor(who), case_id=case.pk, shared_text=text)


def test_dispatcher_and_handler_write_it_anew(town: Town) -> None:
    case = a_case(town, at="in_progress")
    write(town, case, " 六号楼2单元301漏水，请关总阀。\r\n", who="dispatcher")
    case.refresh_from_db()
    assert case.shared_text == "六号楼2单元301漏水，请关总阀。"
    event = last_event(case)
    assert (event.name, event.payload) == (
        "case.shared_text_written",
        {"case_id": case.pk, "length": 17},
    )


def test_nobody_else_does(town: Town) -> None:
    case = a_case(town, at="in_progress")
    for who in without("cases.share"):
        with refused(NOT_ALLOWED):
            write(town, case, "六号楼", who=who)
    with not_found():
        write(town, case, "六号楼", who="neighbour")


def test_what_tells_who_asked_is_refused(town: Town) -> None:
    case = a_case(town, at="in_progress")
    with refused(SHARED_HOLDS_PERSONAL) as broken:
        write(town, case, "请联系13800001234")
    assert broken.value.facts == {"found": "13800001234"}
    named = a_case(town, at="in_progress", name="许大妈")
    with refused(SHARED_HOLDS_PERSONAL) as broken:
        write(town, named, "请到许大妈家")
    assert broken.value.facts == {"found": "许大妈"}
    with refused(SHARED_EMPTY):
        write(town, case, " \n")
    hidden = a_case(town, confidentiality="hide_case")
    with refused(CASE_IS_HIDDEN):
        write(town, hidden, "六号楼", who="dispatcher")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_keeps_what_was_refused(town: Town, language: str) -> None:
    case = a_case(town, at="in_progress", words="六号楼电梯停运两天了。")
    client = a_client(town.users["worker"], language=language)
    url = reverse("privacy:shared", args=[case.number])
    assert Page(client.get(url)).shows("六号楼电梯停运两天了。")
    response = client.post(url, {"shared_text": "请联系13800001234"})
    assert response.status_code == 422
    assert Page(response).shows(says(SHARED_HOLDS_PERSONAL, language, found="13800001234"))
    assert Page(response).fields["shared_text"] == ["请联系13800001234"]
    assert client.post(url, {"shared_text": "六号楼电梯。"}).status_code == 302
    case.refresh_from_db()
    assert case.shared_text == "六号楼电梯。"
