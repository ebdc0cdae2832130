"""A phone that stays signed in behind a PIN: 30 days, asked after 15 idle minutes, five tries, revocable."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from linli.accounts.door.operations import keep_device, unlock_device
from linli.accounts.door.rules import FACTOR_NEEDED, PIN_TOO_SIMPLE, is_simple_pin
from linli.accounts.door.views import COOKIE
from linli.accounts.models import Device, SignIn, User
from linli.accounts.parts import door
from linli.kernel.errors import RuleBroken
from linli.kernel.models import Event
from tests.accounts.door import a_real, come_in
from tests.builders import Town, a_case
from tests.cases.pages import Page, a_browser
from tests.cases.standing import standing_town
from tests.conftest import NOW

PIN = "703918"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def town(db: None, clock: time_machine.Traveller) -> Town:
    return standing_town()


@pytest.fixture
def worker(town: Town) -> User:
    return a_real(town.users["worker"])


@pytest.fixture
def phone(worker: User) -> Client:
    """Worker Li's phone, signed in and kept."""
    client = come_in(worker)
    given = {"name": "我的手机", "pin": PIN, "again": PIN}
    assert client.post(reverse("accounts:keep_device"), given).status_code == 302
    return client


def unlock(client: Client, pin: str = PIN, address: str | None = None) -> int:
    return client.post(address or reverse("accounts:unlock"), {"pin": pin}).status_code


@pytest.mark.parametrize(
    ("pin", "is_simple"),
    [
        ("111111", True),
        ("123456", True),
        ("654321", True),
        ("890123", True),
        ("121212", True),
        ("123123", True),
        ("12345", True),
        ("１２３４５６", True),
        ("703918", False),
        ("112233", False),
    ],
)
def test_a_pin_that_is_guessed_first_is_refused(pin: str, is_simple: bool) -> None:
    assert is_simple_pin(pin) is is_simple


def test_the_pin_is_asked_after_fifteen_idle_minutes_and_not_before(
    phone: Client, clock: time_machine.Traveller
) -> None:
    for _ in range(4):
        clock.shift(14 * MINUTE)
        assert phone.get(reverse("cases:work")).status_code == 200
    clock.shift(15 * MINUTE)
    asked = phone.get(reverse("cases:work"))
    assert asked["Location"].startswith(reverse("accounts:unlock"))
    assert unlock(phone, address=asked["Location"]) == 302
    assert phone.get(reverse("cases:work")).status_code == 200


def test_what_was_sent_meanwhile_is_done_after_the_pin(
    town: Town, phone: Client, clock: time_machine.Traveller
) -> None:
    case = a_case(town, at="dispatched")
    clock.shift(20 * MINUTE)
    asked = phone.post(reverse("cases:accept", args=[case.number]))
    case.refresh_from_db()
    assert case.lead_order.state == "dispatched"
    unlock(phone, address=asked["Location"])
    case.lead_order.refresh_from_db()
    assert case.lead_order.state == "accepted"


def test_it_lasts_thirty_days_over_sessions_that_end(
    phone: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(dt.timedelta(days=29))
    asked = phone.get(reverse("cases:work"), follow=True)
    assert asked.redirect_chain[-1][0].startswith(reverse("accounts:unlock"))
    assert Page(asked).shows("李社工")
    assert unlock(phone) == 302
    assert phone.get(reverse("cases:work")).status_code == 200
    clock.shift(dt.timedelta(days=2))
    back = phone.get(reverse("accounts:unlock"))
    assert back["Location"] == reverse("accounts:sign_in")
    assert phone.cookies[COOKIE].value == ""


def test_five_wrong_pins_end_the_device(
    phone: Client, worker: User, clock: time_machine.Traveller
) -> None:
    clock.shift(20 * MINUTE)
    for left in (4, 3, 2, 1):
        page = phone.post(reverse("accounts:unlock"), {"pin": "000000"})
        assert page.status_code == 422
        assert Page(page).shows(f"还可以试 {left} 次")
    assert unlock(phone, "000000") == 302
    device = Device.objects.get(user=worker)
    assert device.ended_at == NOW + 20 * MINUTE
    assert unlock(phone) == 302
    assert "_auth_user_id" not in phone.session
    assert phone.get(reverse("cases:work"))["Location"].startswith(reverse("accounts:sign_in"))
    assert SignIn.objects.filter(user=worker, means="pin", outcome="ended").count() == 1
    assert Event.objects.filter(name="device.ended", stream_id=worker.pk).count() == 1


def test_a_right_pin_begins_the_count_anew(
    phone: Client, worker: User, clock: time_machine.Traveller
) -> None:
    for _ in range(3):
        clock.shift(20 * MINUTE)
        for _ in range(4):
            unlock(phone, "000000")
        assert unlock(phone) == 302
    assert Device.objects.get(user=worker).ended_at is None


def test_it_is_listed_and_ended_from_another_browser(phone: Client, worker: User) -> None:
    desk = come_in(worker)
    assert Page(desk.get(reverse("accounts:mine"))).shows("我的手机")
    device = Device.objects.get(user=worker)
    assert desk.post(reverse("accounts:end_device", args=[device.pk])).status_code == 302
    assert phone.get(reverse("cases:work")).status_code == 302
    assert unlock(phone) == 302
    assert phone.get(reverse("cases:work")).status_code == 302


def test_nobody_ends_another_persons_phone(town: Town, phone: Client, worker: User) -> None:
    neighbour = a_browser(town.users["neighbour"])
    device = Device.objects.get(user=worker)
    assert neighbour.post(reverse("accounts:end_device", args=[device.pk])).status_code == 404
    device.refresh_from_db()
    assert device.ended_at is None


def test_signing_out_on_the_phone_ends_it(phone: Client, worker: User) -> None:
    phone.post(reverse("accounts:sign_out"))
    assert Device.objects.get(user=worker).ended_at is not None
    assert phone.get(reverse("accounts:sign_in")).status_code == 200


def test_a_role_that_needs_a_second_factor_keeps_no_phone(town: Town) -> None:
    with pytest.raises(RuleBroken) as refused:
        keep_device(actor=town.actor("leader"), name="手机", pin=PIN)
    assert refused.value.refusal is FACTOR_NEEDED
    with pytest.raises(RuleBroken) as refused:
        keep_device(actor=town.actor("worker"), name="手机", pin="123456")
    assert refused.value.refusal is PIN_TOO_SIMPLE


def test_the_table_keeps_neither_token_nor_pin(phone: Client, worker: User) -> None:
    device = Device.objects.get(user=worker)
    token = phone.cookies[COOKIE].value
    assert token.encode() not in bytes(device.token_hash)
    assert PIN not in device.pin_hash
    assert phone.cookies[COOKIE]["httponly"]


def test_the_table_itself_ends_a_device_at_the_fifth_wrong_pin(worker: User, phone: Client) -> None:
    rows = Device.objects.filter(user=worker)
    with pytest.raises(IntegrityError, match="device_ends_at_the_last"), transaction.atomic():
        rows.update(wrong_pins=5)
    with pytest.raises(IntegrityError, match="device_wrong_pins_counted"), transaction.atomic():
        rows.update(wrong_pins=6, ended_at=NOW)


def test_an_ended_device_opens_nothing_by_its_right_pin(worker: User, phone: Client) -> None:
    device = Device.objects.get(user=worker)
    Device.objects.filter(pk=device.pk).update(ended_at=NOW)
    done = unlock_device(actor=door(NOW, user=worker), device_id=device.pk, pin=PIN)
    assert done.user is None


def test_a_form_keeps_the_name_when_the_pins_differ(worker: User) -> None:
    client = come_in(worker)
    given = {"name": "我的手机", "pin": PIN, "again": "703919"}
    page = client.post(reverse("accounts:keep_device"), given)
    assert page.status_code == 422
    assert Page(page).fields["name"] == ["我的手机"]
    assert PIN not in page.content.decode()
