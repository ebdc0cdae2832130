"""Tokens: what they open, how far, how often, until when; and the page on which they are made."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from linli.accounts.models import RoleGrant
from linli.accounts.people.operations import end_role, shut_account
from linli.api.choices import ALLOWED, Scope
from linli.api.models import AccessToken
from linli.api.operations import issue_token, revoke_token
from linli.api.queries import actor_of_token
from linli.api.rules import HOLDS_TOO_LONG, NO_SUCH_ACCOUNT, NOT_AN_AREA, WITHOUT_ROLE
from linli.cases.permissions import CasePermission as P
from linli.kernel.errors import NOT_ALLOWED, RuleBroken
from linli.kernel.models import Event
from tests.api.systems import DAY, Program, a_program, a_token
from tests.builders import Town, a_case
from tests.cases.pages import Page, a_browser
from tests.cases.people import a_person, a_user
from tests.cases.standing import standing_town
from tests.conftest import NOW


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


def refused(refusal: Any, **given: Any) -> None:
    with pytest.raises(RuleBroken) as broken:
        issue_token(**given)
    assert broken.value.refusal is refusal


def wish(town: Town, **given: Any) -> dict[str, Any]:
    return {
        "actor": town.actor("administrator"),
        "name": "区平台",
        "username": "sun",
        "place_code": "110105",
        "scopes": ["cases:read"],
        "expires_at": NOW + DAY,
        **given,
    }


def test_a_token_is_kept_as_a_hash_and_told_as_an_event(town: Town) -> None:
    token, text = a_token(town)
    row = AccessToken.objects.get()
    assert text.startswith("linli_")
    assert text not in str(AccessToken.objects.values_list())
    assert bytes(row.token_hash) == bytes(token.token_hash)
    told = Event.objects.get(name="token.issued")
    assert (told.stream_kind, told.stream_id, told.seq) == ("token", token.pk, 1)
    assert told.payload["account_id"] == town.users["operator"].pk


def test_no_scope_lets_a_program_learn_who_asked() -> None:
    personal = {P.UNMASK, P.UNMASK_HIDDEN, P.SEE_HIDDEN, P.RIGHTS, P.LOOKS, P.EXPORT}
    assert set(ALLOWED) == set(Scope)
    assert not personal & frozenset().union(*ALLOWED.values())


def test_who_makes_one_looks_after_account_and_area(town: Town) -> None:
    refused(NO_SUCH_ACCOUNT, **wish(town, username="nobody"))
    refused(NOT_AN_AREA, **wish(town, place_code="999"))
    refused(NOT_ALLOWED, **wish(town, actor=town.actor("dispatcher")))
    street = a_person(town, "administrator", place="110105015", unit="committee-044")
    refused(NO_SUCH_ACCOUNT, **wish(town, actor=street, username="li"))
    refused(NOT_AN_AREA, **wish(town, actor=street, username="ma"))


@pytest.mark.parametrize("after", [-DAY, dt.timedelta(0), 367 * DAY])
def test_none_holds_for_ever_or_not_at_all(town: Town, after: dt.timedelta) -> None:
    refused(HOLDS_TOO_LONG, **wish(town, expires_at=NOW + after))


def test_a_token_never_opens_more_than_its_account(town: Town) -> None:
    refused(WITHOUT_ROLE, **wish(town, scopes=["rates:read"]))
    refused(WITHOUT_ROLE, **wish(town, username="li", place_code="110106"))


def scopes_of(token: AccessToken, permission: str) -> list[tuple[str, str]]:
    return list(actor_of_token(token, now=NOW).scopes(permission))


def test_a_token_reaches_as_far_as_account_and_area_both_do(town: Town) -> None:
    narrow, _text = a_token(town, "operator", "cases:write", place="110105019")
    assert scopes_of(narrow, P.SEE) == [("street_code", "110105019")]
    assert scopes_of(narrow, P.RECEIVE) == [("street_code", "110105019")]
    assert scopes_of(narrow, P.TRIAGE) == []
    wide, _text = a_token(town, "worker", "cases:read", place="110000")
    assert scopes_of(wide, P.SEE) == [("community_code", "110105019029")]
    assert not actor_of_token(wide, now=NOW).may(P.HANDLE)


def test_a_token_ends_with_the_role_and_with_the_account(town: Town) -> None:
    program = a_program(town, "worker", "cases:read")
    case = a_case(town, at="dispatched")
    assert program.get(f"/cases/{case.number}").status_code == 200
    grant = RoleGrant.objects.get(user=town.users["worker"])
    end_role(actor=town.actor("administrator"), grant_id=grant.pk)
    town.users["worker"].refresh_from_db()
    assert program.get("/cases").json()["items"] == []
    assert program.get(f"/cases/{case.number}").status_code == 404
    shut_account(actor=town.actor("administrator"), user_id=town.users["worker"].pk)
    assert program.get("/cases").status_code == 401


def test_a_revoked_or_expired_token_opens_nothing(town: Town) -> None:
    token, text = a_token(town)
    revoke_token(actor=town.actor("administrator"), token_id=token.pk)
    revoke_token(actor=town.actor("administrator"), token_id=token.pk)
    assert Event.objects.filter(name="token.revoked").count() == 1
    assert Program(text).get("/cases").status_code == 401
    _other, text = a_token(town)
    assert Program(text).get("/cases").status_code == 200
    with time_machine.travel(NOW + 31 * DAY, tick=False):
        assert Program(text).get("/cases").status_code == 401


def test_a_token_without_the_scope_is_told_which(town: Town) -> None:
    answer = a_program(town, "operator", "events:read").get("/cases")
    assert answer.status_code == 403
    assert "cases:read" in answer.json()["detail"]


def test_more_than_so_many_a_minute_are_asked_to_wait(town: Town) -> None:
    program = a_program(town, per_minute=3)
    answers = [program.get("/cases") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert a_program(town, per_minute=3).get("/cases").status_code == 200
    with time_machine.travel(NOW + dt.timedelta(seconds=61), tick=False):
        assert program.get("/cases").status_code == 200


def test_its_use_is_noted_to_the_minute(town: Town) -> None:
    token, text = a_token(town)
    Program(text).get("/cases")
    assert AccessToken.objects.get(pk=token.pk).used_at == NOW
    with time_machine.travel(NOW + dt.timedelta(seconds=30), tick=False):
        Program(text).get("/cases")
    assert AccessToken.objects.get(pk=token.pk).used_at == NOW


def test_somebody_signed_in_needs_a_token_all_the_same(town: Town) -> None:
    browser = a_browser(town.users["operator"])
    assert browser.get("/api/v1/cases").status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": ["all"]},
        {"scopes": []},
        {"per_minute": 0},
        {"expires_at": NOW - DAY},
    ],
)
def test_the_database_refuses_a_token_that_cannot_be(town: Town, wrong: dict[str, Any]) -> None:
    token, _text = a_token(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessToken.objects.filter(pk=token.pk).update(**wrong)


FORM = {
    "name": "区平台 张工",
    "username": "sun",
    "place_code": "110105",
    "scopes": ["cases:read", "events:read"],
    "expires_on": "2027-03-01",
    "per_minute": "60",
}


def test_the_page_shows_a_new_token_once(town: Town) -> None:
    browser = a_browser(town.users["administrator"])
    made = browser.post(reverse("api:tokens"), FORM)
    token = AccessToken.objects.get()
    assert made.status_code == 200
    assert "linli_" in made.content.decode()
    text = made.content.decode().split("<code>")[1].split("</code>")[0]
    assert Program(text).get("/cases").status_code == 200
    again = browser.get(reverse("api:tokens")).content.decode()
    assert text not in again
    assert token.shown_start in again
    assert token.expires_at == dt.datetime(2027, 3, 1, 16, tzinfo=dt.UTC)


def test_a_form_that_fails_keeps_what_was_typed(town: Town) -> None:
    browser = a_browser(town.users["administrator"])
    answer = browser.post(reverse("api:tokens"), {**FORM, "username": "nobody"})
    assert answer.status_code == 422
    assert Page(answer).shows("区平台 张工")
    assert not AccessToken.objects.exists()


def test_it_is_revoked_on_the_page_by_whoever_looks_after_its_area(town: Town) -> None:
    token, _text = a_token(town)
    url = reverse("api:revoke", args=[token.pk])
    other = a_browser(a_user(town, "administrator", place="110106"))
    assert other.post(url).status_code == 404
    a_browser(town.users["administrator"]).post(url)
    assert AccessToken.objects.get().revoked_at == NOW
