"""What a person may ask about her own data: a copy, a correction, the deletion (PIPL, articles 45 to 47)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse

from linli.accounts.door.rules import ProofNeeded
from linli.cases import operations
from linli.cases.models import Case, Requester, RightsRequest, Unmasking
from linli.cases.operations.intake import PHONE_LETTERS
from linli.cases.privacy import rights
from linli.cases.privacy.collections import REQUESTER
from linli.cases.privacy.operations import NOBODY_LEFT
from linli.cases.privacy.queries import cases_of_number
from linli.cases.privacy.wall import wall_open_everywhere
from linli.cases.queries import earlier_of
from linli.cases.story import story_of
from linli.kernel.errors import NOT_ALLOWED
from tests.builders import Town, a_case, without
from tests.cases.expect import asked, last_event, not_found, refused
from tests.cases.pages import Page, a_browser
from tests.cases.photos import attached
from tests.cases.standing import standing_town
from tests.conftest import NOW

PHONE, TYPED = "+8619900001234", "19900001234"
KNOWN = "called_back"


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="closed", name="许大妈", phone=TYPED, words="我叫许大妈，电梯又停了。")


def copied(town: Town, *cases: Case, who: str = "office", known_by: str = KNOWN) -> list[Any]:
    keys = [case.pk for case in cases]
    return rights.hand_out_copy(actor=town.actor(who), case_ids=keys, known_by=known_by)


def corrected(town: Town, case: Case, *, known_by: str = KNOWN, **given: str) -> Case:
    actor = town.actor("office")
    return rights.correct_requester(actor=actor, case_id=case.pk, known_by=known_by, **given)


def deleted(town: Town, case: Case, *, who: str = "office", known_by: str = KNOWN) -> Case:
    return rights.delete_requester(actor=town.actor(who), case_id=case.pk, known_by=known_by)


def test_a_copy_holds_all_that_is_kept_and_leaves_who_took_it(town: Town, case: Case) -> None:
    other = a_case(town, at="in_progress", name="许大妈", phone=TYPED)
    first, second = copied(town, case, other)
    assert (first.name, first.phone) == ("许大妈", PHONE)
    assert [text for _kind, text in first.taken] == ["许大妈"]
    assert "电梯又停了" in first.case.words
    assert first.told[-1][1] == "已修好，请您试用。"
    assert len(first.answered) == len(first.noted) == 1
    assert first.name_until == REQUESTER.kept_until(case.closed_at)  # type: ignore[arg-type]
    assert (second.case.pk, second.name_until) == (other.pk, None)
    assert json.dumps(first.as_json(), ensure_ascii=False).count("许大妈") == 2
    for one in (case, other):
        row = RightsRequest.objects.get(case=one)
        look = Unmasking.objects.get(case=one)
        assert (row.right, row.known_by, row.user_id) == ("copy", KNOWN, town.users["office"].pk)
        event = last_event(one)
        facts = {"case_id": one.pk, "request_id": row.pk, "unmasking_id": look.pk}
        assert (event.name, event.payload) == ("requester.copied", facts)


def test_who_looked_before_stands_in_the_copy(town: Town, case: Case) -> None:
    copied(town, case)
    (again,) = copied(town, case)
    assert [(unit, at) for at, unit, _why in again.looked] == [("12345 市民热线", NOW)] * 2


def test_a_name_and_a_number_are_put_right_and_found_by_the_new_one(town: Town, case: Case) -> None:
    corrected(town, case, name=" 徐大妈 ", phone="199 0000 5678")
    row = asked(case)
    assert (row.name, row.phone, row.taken) == ("徐大妈", "+8619900005678", [("name", "许大妈")])
    operator = town.actor("operator")
    assert [one.pk for one in earlier_of("+8619900005678", actor=operator)] == [case.pk]
    assert earlier_of(PHONE, actor=operator) == []
    assert last_event(case).payload == {
        "case_id": case.pk,
        "request_id": RightsRequest.objects.get().pk,
        "is_name": True,
        "is_phone": True,
    }


def test_what_is_left_empty_stays_and_something_must_be_said(town: Town, case: Case) -> None:
    corrected(town, case, name="徐大妈")
    assert asked(case).phone == PHONE
    with refused(rights.NOTHING_TO_CORRECT):
        corrected(town, case, name=" ", phone="")
    with refused(PHONE_LETTERS):
        corrected(town, case, phone="abc")


@pytest.mark.usefixtures("files")
def test_deletion_takes_name_number_and_proofs_at_once_and_leaves_the_words(town: Town) -> None:
    standing = a_case(town, at="in_progress", name="许大妈", phone=TYPED)
    attached(town, standing, kind="identity_proof")
    attached(town, standing, 20)
    with refused(rights.STILL_NEEDED):
        deleted(town, standing)
    closed = a_case(town, at="closed", name="许大妈", phone=TYPED)
    deleted(town, closed)
    with wall_open_everywhere("test"):
        assert not Requester.objects.filter(case=closed).exists()
    closed.refresh_from_db()
    assert closed.requester_deleted_at == NOW
    assert closed.words
    assert last_event(closed).name == "requester.deleted_on_request"
    assert story_of(closed)[-1].what
    found = cases_of_number(PHONE, actor=town.actor("office"))
    assert [one.pk for one in found] == [standing.pk]
    for again in (deleted, corrected, copied):
        with refused(NOBODY_LEFT):
            again(town, closed)


@pytest.mark.usefixtures("files")
def test_a_proof_of_identity_goes_with_the_name_and_other_photos_stay(town: Town) -> None:
    case = a_case(town, at="reported", phone=TYPED)
    attached(town, case, 10, kind="identity_proof")
    attached(town, case, 20, kind="from_caller")
    caller = town.actor("follow_up")
    answers = {"was_contacted": True, "answered": "solved", "satisfaction": "very"}
    operations.follow_up(actor=caller, case_id=case.pk, means="phone", **answers)
    operations.close(actor=caller, case_id=case.pk)
    deleted(town, case)
    assert [one.kind for one in case.attachments.all()] == ["from_caller"]


@pytest.mark.parametrize("known_by", ["", "she said so"])
def test_nothing_is_done_for_somebody_unknown(town: Town, case: Case, known_by: str) -> None:
    for act in (copied, corrected, deleted):
        with refused(rights.NOT_KNOWN):
            act(town, case, known_by=known_by)


def test_who_left_no_number_cannot_be_called_back(town: Town) -> None:
    case = a_case(town, at="closed", name="许大妈", phone="")
    with refused(rights.NO_NUMBER_TO_CALL):
        deleted(town, case)
    deleted(town, case, known_by="in_person")


def test_only_the_hotlines_officer_does_it_and_proves_herself(town: Town, case: Case) -> None:
    for who in without("cases.rights"):
        for act in (copied, deleted):
            with refused(NOT_ALLOWED):
                act(town, case, who=who)
    office = replace(town.actor("office"), is_asked=True)
    given: dict[str, Any] = {"actor": office, "case_id": case.pk, "known_by": KNOWN}
    for act in (
        lambda: rights.hand_out_copy(actor=office, case_ids=[case.pk], known_by=KNOWN),
        lambda: rights.correct_requester(name="徐", **given),
        lambda: rights.delete_requester(**given),
    ):
        with pytest.raises(ProofNeeded):
            act()
    assert last_event(case).name == "case.closed"


def test_an_officer_of_another_city_finds_nobody(town: Town, case: Case) -> None:
    office = town.actor("office")
    other = replace(
        office, grants=(replace(office.grants[0], code="310000"),), organisation_id=None
    )
    with not_found():
        rights.delete_requester(actor=other, case_id=case.pk, known_by=KNOWN)
    with refused(NOBODY_LEFT):
        rights.hand_out_copy(actor=other, case_ids=[case.pk], known_by=KNOWN)
    assert cases_of_number(PHONE, actor=other) == []


def test_what_was_asked_is_never_changed(town: Town, case: Case) -> None:
    copied(town, case)
    with pytest.raises(DatabaseError), transaction.atomic():
        RightsRequest.objects.update(known_by="in_person")


# — pages —


def test_from_a_call_to_the_copy_and_the_file(town: Town, case: Case) -> None:
    office = a_browser(town.users["office"])
    found = office.post(reverse("privacy:persons"), {"phone": "199 0000 1234"})
    address = reverse("privacy:person", args=[case.number])
    assert address in found.content.decode()
    page = office.get(address).content.decode()
    assert "199 **** 1234" in page
    assert "许大妈" not in page
    copy = reverse("privacy:copy", args=[case.number])
    assert office.post(copy, {}).status_code == 422
    shown = office.post(copy, {"known_by": KNOWN})
    assert Page(shown).shows("199 0000 1234")
    assert shown["Cache-Control"] == "no-store"
    file = office.post(copy, {"known_by": KNOWN, "file": "1"})
    assert json.loads(file.content)["cases"][0]["name"] == "许大妈"
    assert "许大妈" not in file["Content-Disposition"]


def test_a_wrong_number_keeps_what_was_typed(town: Town, case: Case) -> None:
    office = a_browser(town.users["office"])
    address = reverse("privacy:correct", args=[case.number])
    answer = office.post(address, {"known_by": KNOWN, "name": "徐大妈", "phone": "12"})
    assert answer.status_code == 422
    page = Page(answer)
    assert (page.fields["name"], page.fields["phone"]) == (["徐大妈"], ["12"])
    done = office.post(address, {"known_by": KNOWN, "name": "徐大妈", "phone": ""})
    assert done.status_code == 302
    assert asked(case).name == "徐大妈"


def test_an_open_case_says_when_it_can_be_deleted_and_a_deleted_one_that_it_is(town: Town) -> None:
    office = a_browser(town.users["office"])
    case = a_case(town, at="in_progress", phone=TYPED)
    page = Page(office.get(reverse("privacy:person", args=[case.number])))
    assert page.shows("第四十七条")
    closed = a_case(town, at="closed", phone=TYPED)
    address = reverse("privacy:delete", args=[closed.number])
    assert office.post(address, {"known_by": KNOWN}).status_code == 302
    page = Page(office.get(reverse("privacy:person", args=[closed.number])))
    assert page.shows("姓名和号码已经删除")
    assert Page(office.get(reverse("cases:case", args=[closed.number]))).shows("应本人要求")
