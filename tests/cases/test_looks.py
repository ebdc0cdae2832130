"""Who looked: answered to a caller by her number, listed for an auditor, without anybody's data."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from linli.cases.models import Case
from linli.cases.operations import unmask
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.queries import Asked, looks, looks_at_number
from tests.builders import Town, a_case
from tests.cases.pages import LANGUAGES, Page, a_browser, a_client
from tests.cases.people import a_person, a_user
from tests.conftest import NOW

PHONE = "19900001234"
URL = "privacy:looks"


@pytest.fixture
def case(town: Town) -> Case:
    case = a_case(town, at="reported", name="许大妈", phone=PHONE)
    unmask(actor=town.actor("worker"), case_id=case.pk, reason="约许大妈上门时间")
    unmask(
        actor=town.actor("follow_up", now=NOW + dt.timedelta(hours=1)),
        case_id=case.pk,
        reason="回访",
    )
    return case


@pytest.fixture
def auditor(town: Town, case: Case) -> Client:
    return a_client(town.users["administrator"], language="en")


def test_a_caller_is_told_by_her_number(town: Town, case: Case) -> None:
    other = a_case(town, at="accepted", phone="19900009999")
    unmask(actor=town.actor("worker"), case_id=other.pk, reason="别的事")
    operator = town.actor("operator")
    told = [look.reason for look in looks_at_number("+8619900001234", actor=operator)]
    assert told == ["回访", "约[姓名]上门时间"]
    assert list(looks_at_number("+8619900005555", actor=operator)) == []


def test_the_list_is_filtered(town: Town, case: Case) -> None:
    def reasons(**asked: Any) -> list[str]:
        return [look.reason for look in looks(Asked(**asked), actor=town.actor("administrator"))]

    assert reasons() == ["回访", "约[姓名]上门时间"]
    assert reasons(unit="hotline") == ["回访"]
    assert reasons(person="li") == ["约[姓名]上门时间"]
    assert reasons(unit="hotline", person="li") == []
    assert reasons(number=case.number, until=NOW + dt.timedelta(minutes=1)) == ["约[姓名]上门时间"]
    assert reasons(since=NOW + dt.timedelta(minutes=1)) == ["回访"]


def test_what_lies_outside_the_area_is_not_told(town: Town, case: Case) -> None:
    next_door = a_person(town, "administrator", place="110106")
    assert list(looks(Asked(), actor=next_door)) == []
    assert list(looks_at_number("+8619900001234", actor=next_door)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_answers_a_number_and_keeps_it_nowhere(
    town: Town, case: Case, language: str
) -> None:
    client = a_client(town.users["operator"], language=language)
    page = Page(client.post(reverse(URL), {"phone": PHONE}))
    assert page.shows("李社工")
    assert page.shows("约[姓名]上门时间")
    assert page.shows(case.shown_number)
    assert not page.shows("许大妈")
    wrong = client.post(reverse(URL), {"phone": "19900"})
    assert wrong.status_code == 422
    assert Page(wrong).fields["phone"] == ["19900"]


def test_the_page_filters_and_says_what_is_wrong(auditor: Client, case: Case) -> None:
    assert Page(auditor.get(reverse(URL))).shows("周回访")
    only = Page(auditor.get(reverse(URL), {"unit": "committee-029", "since": "2026-11-18"}))
    assert only.shows("李社工")
    assert not only.shows("周回访")
    assert Page(auditor.get(reverse(URL), {"until": "2026-11-17"})).shows("Nobody has looked")
    wrong = auditor.get(reverse(URL), {"case": "123"})
    assert wrong.status_code == 422
    assert Page(wrong).shows("its last digit does not fit")


# — confidential cases —


def test_a_confidential_case_is_seen_at_the_hotline_and_by_its_lead_unit(town: Town) -> None:
    case = a_case(town, at="accepted", confidentiality="hide_case")
    street = a_user(town, "community_worker", place="110105019", unit="street-019")
    seen = {
        who: Case.objects.seen_by(town.actor(who), permission=P.SEE).filter(pk=case.pk).exists()
        for who in ("operator", "dispatcher", "follow_up", "worker", "administrator", "neighbour")
    }
    assert seen == {
        "operator": True,
        "dispatcher": True,
        "follow_up": True,
        "worker": True,
        "administrator": False,
        "neighbour": False,
    }
    assert a_browser(street).get(reverse("cases:case", args=[case.number])).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_wants_to_stay_unnamed_is_not_even_masked(town: Town, language: str) -> None:
    case = a_case(town, at="accepted", confidentiality="hide_identity", name="许大妈", phone=PHONE)
    url = reverse("cases:case", args=[case.number])
    worker = Page(a_client(town.users["worker"], language=language).get(url))
    assert not worker.shows("许**")
    assert not worker.shows("199 **** 1234")
    hotline = Page(a_client(town.users["follow_up"], language=language).get(url))
    assert hotline.shows("199 **** 1234")
