"""What goes out: owed once, signed, tried again, given up, and never sent into a private network."""

import datetime as dt
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from linli.api.hooks.choices import DeliveryFault, DeliveryState
from linli.api.hooks.delivering import deliver_due, deliverer
from linli.api.hooks.models import Delivery, Endpoint
from linli.api.hooks.operations import (
    NO_SOURCE,
    NO_TOKEN,
    end_endpoint,
    open_endpoint,
    send_again,
    take_delivery,
)
from linli.api.hooks.planning import plan_deliveries
from linli.api.hooks.rules import (
    BAD_URL,
    MOST_TRIES,
    check_url,
    may_be_sent_to,
    networks,
    pause_after,
)
from linli.api.hooks.sending import post
from linli.api.models import AccessToken
from linli.api.operations import revoke_token
from linli.cases import operations
from linli.journal.drainer import drain
from linli.journal.following import SUBSCRIBERS, follow
from linli.journal.queries import sealed_after
from linli.kernel.errors import RuleBroken
from linli.kernel.models import Event
from tests.api.receiver import Receiver, listening
from tests.api.systems import DAY, a_token
from tests.builders import Town, a_case
from tests.cases.pages import a_browser
from tests.cases.people import a_person, a_user
from tests.cases.standing import standing_town
from tests.conftest import NOW
from tests.journal.conftest import own_chain as own_chain

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def town(db: None, own_chain: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr(settings.LINLI, "hook_networks", "127.0.0.0/8")
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


@pytest.fixture
def there() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


def follow_all() -> None:
    """Seal what happened and let the subscriber plan what is owed."""
    while drain(now=NOW).count:
        pass
    while follow(SUBSCRIBERS["api.deliveries"], now=NOW):
        pass


def a_hook(town: Town, url: str, who: str = "operator", **given: Any) -> tuple[Endpoint, str]:
    """Let a token with `events:read` be told at an address from now on."""
    token, _text = a_token(town, who, "events:read", place=given.pop("place", "110000"))
    wish = {"kind": "events", "url": url, **given}
    made = open_endpoint(actor=town.actor("administrator"), token_id=token.pk, **wish)
    follow_all()
    return made


def at(moment: dt.datetime) -> int:
    """Deliver what is due at a moment; return how many arrived."""
    with time_machine.travel(moment, tick=False):
        return deliver_due()


# — what is owed —


def test_it_is_told_what_its_token_sees_once_and_in_order(town: Town, there: Receiver) -> None:
    a_case(town)
    a_hook(town, there.url, "worker", place="110105019029")
    case = a_case(town, at="accepted")
    a_case(town, place="110105015044", lead="committee-044", at="dispatched")
    a_case(town, confidentiality="hide_case")
    follow_all()
    assert deliver_due() == 3
    assert [m["type"] for m in there.messages] == [
        "case.received",
        "case.dispatched",
        "order.accepted",
    ]
    assert {m["data"]["case"] for m in there.messages} == {case.number}
    assert there.messages[-1]["data"]["unit"] == "committee-029"
    assert deliver_due() == 0
    assert plan_deliveries(sealed_after(0, limit=500), now=NOW) > 0  # told of all anew
    assert Delivery.objects.exclude(delivered_at=None).count() == 3


def test_a_message_names_nobody(town: Town, there: Receiver) -> None:
    a_hook(town, there.url)
    a_case(town, at="reported", name="许大妈", phone="19900007777")
    follow_all()
    deliver_due()
    said = b"".join(body for _headers, body in there.told).decode()
    assert "许大妈" not in said
    assert "1990000" not in said
    assert "电梯" not in said


def test_a_revoked_token_is_owed_nothing_more(town: Town, there: Receiver) -> None:
    endpoint, _secret = a_hook(town, there.url)
    revoke_token(actor=town.actor("administrator"), token_id=endpoint.token_id)
    a_case(town)
    follow_all()
    assert not Delivery.objects.exists()


# — signing —


def test_a_message_is_signed_with_its_id_and_time(town: Town, there: Receiver) -> None:
    _endpoint, secret = a_hook(town, there.url)
    a_case(town)
    follow_all()
    deliver_due()
    assert there.is_signed(secret)
    headers, _body = there.told[0]
    assert int(headers["webhook-timestamp"]) == int(NOW.timestamp())
    there.told[0] = ({**headers, "webhook-timestamp": "1"}, there.told[0][1])
    assert not there.is_signed(secret)


# — trying again —


def test_what_does_not_arrive_is_tried_again_later_each_time(town: Town, there: Receiver) -> None:
    a_hook(town, there.url)
    a_case(town)
    follow_all()
    there.answers = [500, 302]
    assert at(NOW) == 0
    assert at(NOW + 9 * SECOND) == 0
    assert len(there.told) == 1
    assert at(NOW + 10 * SECOND) == 0  # 302: nothing is followed
    assert at(NOW + 39 * SECOND) == 0
    assert at(NOW + 40 * SECOND) == 1
    assert list(there.keys.values()) == [3]
    assert len({body for _headers, body in there.told}) == 1
    row = Delivery.objects.get()
    assert (row.state, row.attempt_count, row.fault) == (DeliveryState.DELIVERED, 3, None)


def test_after_the_last_try_it_is_given_up_shown_and_sent_by_hand(
    town: Town, there: Receiver
) -> None:
    a_hook(town, there.url)
    case = a_case(town)
    follow_all()
    there.answers = [500] * MOST_TRIES
    moment = NOW
    for _ in range(MOST_TRIES):
        at(moment)
        moment += dt.timedelta(hours=7)
    row = Delivery.objects.get()
    assert (row.state, row.status, len(there.told)) == (DeliveryState.DEAD, 500, MOST_TRIES)
    browser = a_browser(town.users["administrator"])
    page = browser.get(reverse("api:home")).content.decode()
    assert "(500)" in page
    assert case.shown_number in page
    other = a_browser(a_user(town, "administrator", place="110106"))
    assert other.post(reverse("api:send_again", args=[row.pk])).status_code == 404
    browser.post(reverse("api:send_again", args=[row.pk]))
    assert Event.objects.filter(name="delivery.sent_again").count() == 1
    assert at(NOW) == 1
    assert "(500)" not in browser.get(reverse("api:home")).content.decode()


def test_a_worker_that_dies_while_sending_sends_the_same_message_again(
    town: Town, there: Receiver
) -> None:
    a_hook(town, there.url)
    a_case(town)
    follow_all()
    taken = take_delivery(actor=deliverer())
    assert taken is not None
    assert at(NOW + 9 * SECOND) == 0
    assert at(NOW + 10 * SECOND) == 1
    assert there.keys == {taken.id.hex: 1}


def test_who_is_silent_keeps_nobody_else_waiting(town: Town, there: Receiver) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
    a_hook(town, dead)
    a_hook(town, there.url)
    for _ in range(3):
        a_case(town)
    follow_all()
    assert deliver_due() == 3
    tried = Delivery.objects.filter(fault=DeliveryFault.UNREACHED)
    assert [row.attempt_count for row in tried] == [1]


def test_pauses_grow_and_end_after_a_day_and_a_bit() -> None:
    pauses = [pause_after(n) for n in range(1, MOST_TRIES + 1)]
    assert pauses[:4] == [10 * SECOND, 30 * SECOND, 90 * SECOND, 270 * SECOND]
    assert pauses == sorted(pauses)
    assert DAY < sum(pauses, dt.timedelta()) < 2 * DAY


# — results —


def test_a_result_goes_back_under_the_platforms_names(town: Town, there: Receiver) -> None:
    a_hook(town, there.url, kind="results", source="platform")
    case = a_case(
        town, at="in_progress", source="platform", external_no="2611180001", channel="transfer"
    )
    a_case(town, at="reported")
    operations.report(
        actor=town.actor("worker"),
        case_id=case.pk,
        resolution="solved",
        public_reply="电梯已恢复运行。",
        evidence="完工单",
    )
    follow_all()
    assert deliver_due() == 1
    (message,) = there.messages
    assert message["type"] == "result"
    assert message["data"] == {
        "REPORT_NUM": "2611180001",
        "STATE_CODE": "reported",
        "DISPOSE_UNIT_NAME": "双合家园社区居委会",
        "CONTACT_TIME": "2026-11-18 14:10:00",
        "DISPOSE_RESULT": "已解决",
        "DISPOSE_OPINION": "电梯已恢复运行。",
        "DISPOSE_TIME": "2026-11-18 14:10:00",
        "ARCHIVE_TIME": "",
    }


# — private networks —


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.0.0.7", False),
        ("172.16.3.4", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.7", False),
        ("64:ff9b::a00:7", False),
        ("2002:a00:7::1", False),
        ("fd00::7", False),
        ("fe80::1%eth0", False),
        ("10.1.0.7", True),
        ("::ffff:10.1.0.7", True),
    ],
)
def test_only_public_addresses_and_those_allowed_are_sent_to(address: str, may: bool) -> None:
    assert may_be_sent_to(address, allowed=networks("10.1.0.0/16, fd01::/16")) is may


def test_a_name_that_means_a_private_address_is_not_sent_to(there: Receiver) -> None:
    for url in (there.url, there.url.replace("127.0.0.1", "localhost")):
        assert post(url, b"{}", {}).fault is DeliveryFault.PRIVATE
    assert there.told == []
    assert post(there.url, b"{}", {}, allowed=networks("127.0.0.0/8")).arrived


def test_the_address_that_was_checked_is_the_one_that_is_used(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def changing(host: str, *rest: Any, **more: Any) -> Any:
        # A name whose second answer is another one: rebinding.
        if host == "hook.example":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "127.0.0.9"
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    url = there.url.replace("127.0.0.1", "hook.example")
    assert post(url, b"{}", {}, allowed=networks("127.0.0.1/32")).arrived
    assert asked == ["hook.example"]
    assert there.told[0][0]["host"].startswith("hook.example")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "example.org",
        "https://user:word@example.org/",
        "http:///x",
        "https://example.org:0/",
        "https://例子.org/",
        "https://example.org/ x",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        check_url(url)
    assert broken.value.refusal is BAD_URL


# — opening and ending —


def test_it_is_opened_for_a_token_in_force_of_ones_own_area(town: Town) -> None:
    token, _text = a_token(town)
    wish = {"kind": "events", "url": "https://example.org/"}
    other = a_person(town, "administrator", place="110106")
    for actor, given, refusal in (
        (other, wish, NO_TOKEN),
        (town.actor("administrator"), {**wish, "kind": "results"}, NO_SOURCE),
        (town.actor("administrator"), {**wish, "url": "x"}, BAD_URL),
        (town.actor("administrator").at(NOW + 31 * DAY), wish, NO_TOKEN),
    ):
        with pytest.raises(RuleBroken) as broken:
            open_endpoint(actor=actor, token_id=token.pk, **given)
        assert broken.value.refusal is refusal
    assert not Endpoint.objects.exists()


def test_its_secret_is_sealed_and_shown_once(town: Town) -> None:
    token, _text = a_token(town)
    browser = a_browser(town.users["administrator"])
    form = {"token_id": str(token.pk), "kind": "events", "url": "https://example.org/hook"}
    page = browser.post(reverse("api:open_endpoint"), form).content.decode()
    endpoint = Endpoint.objects.get()
    assert endpoint.secret in page
    assert endpoint.secret.encode() not in bytes(endpoint.secret_sealed)
    assert endpoint.secret not in browser.get(reverse("api:home")).content.decode()
    bad = browser.post(reverse("api:open_endpoint"), {**form, "url": "nonsense here"})
    assert bad.status_code == 422
    assert "nonsense here" in bad.content.decode()


def test_once_it_has_ended_nothing_more_is_sent(town: Town, there: Receiver) -> None:
    endpoint, _secret = a_hook(town, there.url)
    a_case(town)
    follow_all()
    browser = a_browser(town.users["administrator"])
    browser.post(reverse("api:end_endpoint", args=[endpoint.pk]))
    end_endpoint(actor=town.actor("administrator"), endpoint_id=endpoint.pk)
    a_case(town)
    follow_all()
    assert (deliver_due(), there.told, Delivery.objects.count()) == (0, [], 0)
    told = Event.objects.filter(stream_kind="token", stream_id=endpoint.token_id).order_by("seq")
    assert [event.name for event in told] == ["token.issued", "hook.opened", "hook.ended"]


def test_what_has_arrived_is_not_sent_again_by_hand(town: Town, there: Receiver) -> None:
    a_hook(town, there.url)
    a_case(town)
    follow_all()
    deliver_due()
    send_again(actor=town.actor("administrator"), delivery_id=Delivery.objects.get().pk)
    assert (deliver_due(), len(there.told)) == (0, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"next_at": None},
        {"delivered_at": NOW},
        {"dead_at": NOW},
        {"fault": "bored"},
    ],
)
def test_the_database_refuses_a_delivery_that_cannot_be(
    town: Town, there: Receiver, wrong: dict[str, Any]
) -> None:
    a_hook(town, there.url)
    a_case(town)
    follow_all()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(**wrong)
    assert AccessToken.objects.count() == 1
