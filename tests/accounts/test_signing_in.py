"""Signing in, choosing whom to be in a demo, and being told when there is nothing to do here."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from linli.accounts.models import RoleGrant
from linli.accounts.operations import installer, open_account
from linli.accounts.views import HOMES
from tests.accounts.door import PASSWORD, a_real
from tests.builders import CAST, START, Town
from tests.cases.standing import standing_town
from tests.conftest import NOW


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.LINLI, "demo", True)


def choose(client: Client, username: str) -> Any:
    return client.post(reverse("accounts:choose_role"), {"username": username})


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("who", sorted(CAST))
def test_in_a_demo_anybody_may_be_anybody_and_lands_on_her_first_page(
    town: Town, client: Client, who: str
) -> None:
    username, name, _unit, role, _place = CAST[who]
    page = client.get("/")
    assert name in page.content.decode()
    response = choose(client, username)
    assert response.status_code == 302
    assert response["Location"] == reverse(HOMES[role][0])
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.usefixtures("demo")
def test_in_a_demo_one_person_after_another(town: Town, client: Client) -> None:
    choose(client, "li")
    first = client.session.session_key
    assert client.get("/")["Location"] == reverse("cases:work")
    assert client.get("/?again=1").status_code == 200
    choose(client, "zhao")
    assert client.session.session_key != first
    assert client.get("/")["Location"] == reverse("web:home")


def test_without_a_demo_nobody_signs_in_by_name_alone(town: Town, client: Client) -> None:
    assert choose(client, "li").status_code == 404
    assert client.get("/")["Location"] == reverse("accounts:sign_in")


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("username", ["nobody", "", "real", "gone", "li\x00"])
def test_only_people_of_the_demo_can_be_chosen(town: Town, client: Client, username: str) -> None:
    root = installer(now=START, permissions=frozenset({"accounts.manage"}))
    open_account(
        actor=root, username="real", display_name="真人", organisation=None, password=PASSWORD
    )
    gone = open_account(
        actor=root, username="gone", display_name="离职", organisation=None, is_demo=True
    )
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    assert choose(client, username).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "真人" not in client.get("/").content.decode()


def test_signs_in_with_name_and_password(town: Town, client: Client) -> None:
    a_real(town.users["worker"])
    address = reverse("accounts:sign_in")
    wrong = client.post(address, {"login": "li", "password": "wrong"})
    assert wrong.status_code == 200
    assert 'value="li"' in wrong.content.decode()
    right = client.post(address, {"login": "li", "password": PASSWORD}, follow=True)
    assert right.redirect_chain[-1][0] == reverse("cases:work")


def test_after_signing_in_the_page_that_was_asked_for_opens(town: Town, client: Client) -> None:
    a_real(town.users["worker"])
    asked = client.get(reverse("cases:rates") + "?month=2026-10")
    assert asked.status_code == 302
    page = client.get(asked["Location"])
    assert page.status_code == 200
    response = client.post(
        asked["Location"],
        {"login": "li", "password": PASSWORD, "next": "/rates/?month=2026-10"},
    )
    assert response["Location"] == "/rates/?month=2026-10"


def test_signing_out_leads_back_and_leaves_nobody(town: Town, client: Client) -> None:
    client.force_login(town.users["worker"])
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    client.post(reverse("accounts:sign_out"))
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("cases:work")).status_code == 302


def test_whoever_holds_no_role_is_told_so(town: Town, client: Client) -> None:
    RoleGrant.objects.filter(user=town.users["worker"]).update(valid_to=NOW)
    client.force_login(town.users["worker"])
    assert client.get("/").status_code == 403
    assert client.get(reverse("cases:work")).status_code == 403


def test_an_account_that_was_shut_is_signed_out_at_once(town: Town, client: Client) -> None:
    worker = town.users["worker"]
    client.force_login(worker)
    assert client.get(reverse("cases:work")).status_code == 200
    worker.is_active = False
    worker.save(update_fields=["is_active"])
    assert client.get(reverse("cases:work")).status_code == 302
