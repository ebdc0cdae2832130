"""The city's own sign-in, against a real provider on loopback: whom it lets in, and what it never does."""

import datetime as dt
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import settings
from django.test import Client
from django.urls import reverse

from linli.accounts.models import SignIn, User
from tests.accounts.door import a_real, add_authenticator, code_of, come_in, second_step
from tests.accounts.oidc_provider import CLIENT, SECRET, Provider, _key
from tests.builders import Town
from tests.cases.pages import Page, a_browser
from tests.cases.standing import standing_town
from tests.conftest import NOW

NUMBER = "029-0007"
LEAVE = "/sign-in/city/"


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


@pytest.fixture
def worker(town: Town) -> User:
    worker = a_real(town.users["worker"])
    User.objects.filter(pk=worker.pk).update(staff_number=NUMBER)
    return worker


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings_of_site: Any) -> Iterator[Provider]:
    with Provider(claims={"staff_number": NUMBER, "name": "李"}, now=NOW) as provider:
        settings_of_site(provider.address)
        yield provider


@pytest.fixture
def settings_of_site(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    def use(address: str) -> None:
        monkeypatch.setattr(settings.LINLI, "oidc_server", address)
        monkeypatch.setattr(settings.LINLI, "oidc_claim", "staff_number")
        app = dict(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0])
        app |= {
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": address, "fetch_userinfo": False},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
        }

    return use


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def at_the_city(address: str) -> str:
    """Follow a browser to the city's sign-in, where the person is signed in. Return where it sends her."""
    with pytest.raises(urllib.error.HTTPError) as redirect:
        urllib.request.build_opener(_Stay).open(address)
    assert redirect.value.code == 302
    return str(redirect.value.headers["Location"])


def come_by_city(client: Client, *, next_page: str = "") -> Any:
    asked = {"next": next_page} if next_page else {}
    leaves = client.get(LEAVE, asked)
    assert leaves.status_code == 302, leaves.content.decode()
    back = at_the_city(leaves["Location"])
    return client.get(back.removeprefix("http://testserver"))


def test_whoever_has_the_staff_number_comes_in(worker: User, provider: Provider) -> None:
    client = a_browser()
    come_by_city(client)
    assert client.get(reverse("cases:work")).status_code == 200
    assert "/keys" in provider.asked  # the signature was verified
    assert SignIn.objects.get(user=worker).means == "provider"


def test_the_page_asked_for_opens_afterwards(worker: User, provider: Provider) -> None:
    assert come_by_city(a_browser(), next_page="/rates/")["Location"] == "/rates/"


def test_nothing_is_kept_of_the_answer_and_no_account_is_opened(
    worker: User, provider: Provider
) -> None:
    before = User.objects.count()
    come_by_city(a_browser())
    provider.claims["staff_number"] = "999"
    refused = come_by_city(a_browser())
    assert refused.status_code == 403
    assert Page(refused).shows("市里认得您")
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()


@pytest.mark.parametrize(
    "claims", [{"staff_number": None}, {"staff_number": ""}, {"staff_number": " "}]
)
def test_an_answer_without_a_number_means_nobody(
    worker: User, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    assert come_by_city(a_browser()).status_code == 403


@pytest.mark.parametrize(
    "lie",
    [
        {"aud": "another client"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": NOW - dt.timedelta(minutes=5)},
    ],
)
def test_an_answer_for_others_or_from_others_opens_nothing(
    worker: User, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.claims |= lie
    client = a_browser()
    assert come_by_city(client).status_code == 403
    assert "_auth_user_id" not in client.session


def test_an_answer_signed_by_another_key_opens_nothing(worker: User, provider: Provider) -> None:
    provider.signs_with = _key()
    client = a_browser()
    refused = come_by_city(client)
    assert refused.status_code == 403
    assert "_auth_user_id" not in client.session


def test_an_answer_that_another_browser_asked_for_opens_nothing(
    worker: User, provider: Provider
) -> None:
    leaves = a_browser().get(LEAVE)
    back = at_the_city(leaves["Location"]).removeprefix("http://testserver")
    stranger = a_browser()
    assert stranger.get(back).status_code == 403
    assert "_auth_user_id" not in stranger.session


def test_a_code_works_once(worker: User, provider: Provider) -> None:
    client = a_browser()
    leaves = client.get(LEAVE)
    back = at_the_city(leaves["Location"]).removeprefix("http://testserver")
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 403


def test_the_second_factor_is_asked_all_the_same(town: Town, provider: Provider) -> None:
    leader = a_real(town.users["leader"])
    User.objects.filter(pk=leader.pk).update(staff_number=NUMBER)
    secret = add_authenticator(come_in(leader))
    client = a_browser()
    assert come_by_city(client)["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("cases:rates")).status_code == 302
    second_step(client, code_of(secret, steps=1))
    assert client.get(reverse("cases:rates")).status_code == 200


def test_people_of_a_demo_and_shut_accounts_stay_outside(town: Town, provider: Provider) -> None:
    User.objects.filter(username="li").update(staff_number=NUMBER)
    assert come_by_city(a_browser()).status_code == 403
    User.objects.filter(username="li").update(is_demo=False, is_active=False)
    assert come_by_city(a_browser())["Location"] == reverse("account_inactive")


def test_a_provider_that_is_down_is_said_so(worker: User, settings_of_site: Any) -> None:
    settings_of_site("http://127.0.0.1:9")
    refused = a_browser().get(LEAVE)
    assert refused.status_code == 403
    assert Page(refused).shows("市里的统一登录没有正常答复")


def test_without_one_its_pages_are_not_there(town: Town) -> None:
    assert not settings.LINLI.oidc_server
    for name in ("openid_connect_login", "openid_connect_callback"):
        assert a_browser().get(reverse(name, kwargs={"provider_id": "city"})).status_code == 404
