"""Second factors: who must show one, how it is set up, what it opens, and that no code opens twice."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from linli.accounts.door.operations import change_proofs
from linli.accounts.door.rules import ProofNeeded, is_fresh, needs_second_factor
from linli.accounts.models import SignIn
from linli.accounts.operations import give_role, installer
from linli.cases.attachments.operations import look_at_identity
from linli.cases.exporting.making import make_exports
from linli.cases.exporting.operations import Wish, ask_for_export, download_export
from linli.cases.operations import unmask
from linli.kernel.actor import Actor, Grant
from linli.kernel.models import Event
from linli.kernel.operation import OPERATIONS
from linli.kernel.seal import SealBroken
from tests.accounts.door import PASSWORD, a_real, add_authenticator, code_of, come_in, second_step
from tests.builders import Town, a_case
from tests.cases.pages import Page, a_browser
from tests.cases.photos import attached
from tests.cases.standing import standing_town
from tests.conftest import NOW

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def town(db: None, clock: time_machine.Traveller) -> Town:
    return standing_town()


def held(role: str, column: str) -> Actor:
    grant = Grant(role=role, permissions=frozenset(), column=column, code="1")
    return Actor(user_id=1, name="x", grants=(grant,), now=NOW)


@pytest.mark.parametrize(
    ("role", "column", "is_needed"),
    [
        ("community_worker", "community_code", False),
        ("leader", "community_code", False),
        ("community_worker", "street_code", True),
        ("leader", "district_code", True),
        ("administrator", "city_code", True),
        ("operator", "community_code", True),
        ("dispatcher", "community_code", True),
        ("follow_up_caller", "community_code", True),
    ],
)
def test_who_must_show_a_second_factor(role: str, column: str, is_needed: bool) -> None:
    assert needs_second_factor(held(role, column)) is is_needed


def test_a_second_factor_is_fresh_for_fifteen_minutes() -> None:
    assert is_fresh(NOW - 15 * MINUTE + dt.timedelta(seconds=1), now=NOW)
    assert not is_fresh(NOW - 15 * MINUTE, now=NOW)
    assert not is_fresh(None, now=NOW)


def test_nothing_opens_before_the_second_factor_is_set_up(town: Town) -> None:
    client = come_in(a_real(town.users["leader"]))
    for address in ("/", reverse("cases:rates"), reverse("web:who_may"), reverse("places:home")):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("accounts:mine")), address
    page = Page(client.get(reverse("accounts:mine")))
    assert page.shows("请先设好第二重验证")
    add_authenticator(client)
    assert client.get(reverse("cases:rates")).status_code == 200


def test_the_first_authenticator_comes_with_recovery_codes_and_an_event(town: Town) -> None:
    leader = a_real(town.users["leader"])
    client = come_in(leader)
    add_authenticator(client)
    codes = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert codes.count("<li><code>") == 10
    event = Event.objects.get(stream_kind="user", stream_id=leader.pk, name="factors.changed")
    assert event.payload == {"totp": 1, "keys": 0, "recovery_codes": 1}


def test_from_then_on_a_code_is_asked_and_none_opens_twice(
    town: Town, clock: time_machine.Traveller
) -> None:
    leader = a_real(town.users["leader"])
    secret = add_authenticator(come_in(leader))
    clock.shift(5 * MINUTE)
    first = come_in(leader)
    assert first.get(reverse("cases:rates")).status_code == 302
    wrong = second_step(first, "000000")
    assert wrong.status_code == 200
    assert Page(wrong).shows("验证码不对")
    code = code_of(secret)
    assert second_step(first, code)["Location"] == reverse("accounts:choose_role")
    assert first.get(reverse("cases:rates")).status_code == 200
    # Another browser, another web process: what one has used, all know.
    other = come_in(leader)
    assert second_step(other, code).status_code == 200
    outcomes = list(
        SignIn.objects.filter(user=leader).order_by("pk").values_list("means", "outcome")
    )
    assert outcomes == [
        ("password", "in"),
        ("second_factor", "wrong"),
        ("second_factor", "in"),
        ("second_factor", "wrong"),
    ]


def test_a_recovery_code_opens_once(town: Town, clock: time_machine.Traveller) -> None:
    leader = a_real(town.users["leader"])
    client = come_in(leader)
    add_authenticator(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    code = page.split("<li><code>")[1].split("</code>")[0]
    assert second_step(come_in(leader), code).status_code == 302
    assert second_step(come_in(leader), code).status_code == 200


def test_secrets_are_sealed_and_open_in_their_owners_rows_only(town: Town) -> None:
    leader, caller = a_real(town.users["leader"]), a_real(town.users["follow_up"])
    secret = add_authenticator(come_in(leader))
    add_authenticator(come_in(caller))
    row = Authenticator.objects.get(user=leader, type="totp")
    assert secret not in str(row.data)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert secret not in str(cursor.fetchall())
    with pytest.raises(IntegrityError, match="authenticator_sealed"), transaction.atomic():
        Authenticator.objects.filter(user=caller, type="totp").update(data=row.data)
    forged = {"secret": row.data["secret"].replace(f"{leader.pk}:", f"{caller.pk}:")}
    Authenticator.objects.filter(user=caller, type="totp").update(data=forged)
    with pytest.raises(SealBroken):
        second_step(come_in(caller), "123456")


def test_unmasking_asks_for_a_fresh_factor_and_keeps_what_was_typed(
    town: Town, clock: time_machine.Traveller
) -> None:
    caller = a_real(town.users["follow_up"])
    case = a_case(town, at="reported", phone="19900007788", name="许大妈")
    client = come_in(caller)
    secret = add_authenticator(client)
    address = reverse("cases:unmask", args=[case.number])
    reason = {"reason": "核对回访号码"}
    assert "199 0000 7788" in client.post(address, reason).content.decode()
    clock.shift(16 * MINUTE)
    asked = client.post(address, reason)
    assert asked.status_code == 302
    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    assert "199" not in asked.content.decode()
    goes_on = client.post(asked["Location"], {"code": code_of(secret)})
    assert goes_on.status_code == 200
    assert "199 0000 7788" in goes_on.content.decode()
    looked = Event.objects.filter(name="requester.unmasked", user_id=caller.pk)
    assert looked.count() == 2


def test_a_password_does_not_stand_in_for_the_second_factor(
    town: Town, clock: time_machine.Traveller
) -> None:
    client = come_in(a_real(town.users["follow_up"]))
    add_authenticator(client)
    case = a_case(town, at="reported")
    clock.shift(16 * MINUTE)
    address = reverse("account_reauthenticate")
    assert client.post(address, {"password": PASSWORD})["Location"] == reverse("mfa_reauthenticate")
    asked = client.post(reverse("cases:unmask", args=[case.number]), {"reason": "回电"})
    assert asked.status_code == 302


def test_a_community_worker_comes_in_without_one_and_looks_with_one(town: Town) -> None:
    client = come_in(a_real(town.users["worker"]))
    assert client.get(reverse("cases:work")).status_code == 200
    case = a_case(town, at="in_progress", phone="19900007788")
    address = reverse("cases:unmask", args=[case.number])
    asked = client.post(address, {"reason": "回电"})
    assert asked["Location"] == reverse("accounts:mine")
    assert Page(client.get(asked["Location"])).shows("姓名和号码须再验证一次身份")
    add_authenticator(client)
    shown = client.post(address, {"reason": "回电"})
    assert "199 0000 7788" in shown.content.decode()


def test_a_phone_behind_its_pin_looks_by_its_pin(town: Town, clock: time_machine.Traveller) -> None:
    client = come_in(a_real(town.users["worker"]))
    client.post(
        reverse("accounts:keep_device"), {"name": "工作手机", "pin": "274951", "again": "274951"}
    )
    case = a_case(town, at="in_progress", phone="19900007788")
    address = reverse("cases:unmask", args=[case.number])
    assert "199 0000 7788" in client.post(address, {"reason": "回电"}).content.decode()
    for _ in range(2):  # at work all the time, so that the phone itself does not ask
        clock.shift(8 * MINUTE)
        assert client.get(reverse("cases:work")).status_code == 200
    asked = client.post(address, {"reason": "再次回电"})
    assert asked["Location"].startswith(reverse("accounts:unlock"))
    goes_on = client.post(asked["Location"], {"pin": "274951"})
    assert "199 0000 7788" in goes_on.content.decode()
    looked = Event.objects.filter(name="requester.unmasked", user_id=town.users["worker"].pk)
    assert looked.count() == 2


def test_a_pin_is_no_second_factor_for_a_role_that_reaches_further(
    town: Town, clock: time_machine.Traveller
) -> None:
    worker = a_real(town.users["worker"])
    client = come_in(worker)
    client.post(
        reverse("accounts:keep_device"), {"name": "工作手机", "pin": "274951", "again": "274951"}
    )
    root = installer(now=NOW, permissions=frozenset({"accounts.manage"}))
    street = town.places["110105019"]
    give_role(actor=root, user=worker, role="street_officer", place=street, valid_from=NOW)
    asked = client.get(reverse("cases:work"))
    assert asked["Location"].startswith(reverse("accounts:mine"))


def test_what_shows_personal_data_asks_for_a_proof_whatever_page_leads_there(
    town: Town, files: object
) -> None:
    case = a_case(town, at="in_progress")
    (proof,) = attached(town, case, kind="identity_proof")
    wish = Wish(format="csv", language="zh-hans", is_personal=True, reason="回访")
    worker = town.actor("worker")
    made = ask_for_export(actor=worker, wish=wish, form_key=uuid.uuid4())
    make_exports()
    look = {"case_id": case.pk, "reason": "回电"}
    acts = {
        "cases.unmask": lambda actor: unmask(actor=actor, **look),
        "cases.look_at_identity": lambda actor: look_at_identity(
            actor=actor, attachment_id=proof.pk, **look
        ),
        "cases.ask_for_export": lambda actor: ask_for_export(
            actor=actor, wish=wish, form_key=uuid.uuid4()
        ),
        "cases.download_export": lambda actor: download_export(actor=actor, export_id=made.pk),
    }
    # The job that makes an export looks for somebody who proved herself when she asked for it.
    looks = {name for name, permission in OPERATIONS.items() if permission == "cases.unmask"}
    assert looks - {"cases.look_for_export"} <= set(acts)
    for act in acts.values():
        for stale in (None, NOW - 15 * MINUTE):
            before = Event.objects.count()
            with pytest.raises(ProofNeeded):
                act(replace(worker, is_asked=True, proved_at=stale))
            assert Event.objects.count() == before
        act(replace(worker, is_asked=True, proved_at=NOW - 14 * MINUTE))


def test_proofs_are_changed_only_just_after_one_was_shown(
    town: Town, clock: time_machine.Traveller
) -> None:
    client = come_in(a_real(town.users["worker"]))
    clock.shift(16 * MINUTE)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(asked["Location"], {"password": "wrong"}).status_code == 200
    back = client.post(asked["Location"], {"password": PASSWORD})
    assert back["Location"] == reverse("mfa_activate_totp")
    add_authenticator(client)


def test_a_taken_away_factor_takes_the_codes_with_it(town: Town) -> None:
    worker = a_real(town.users["worker"])
    client = come_in(worker)
    add_authenticator(client)
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.filter(user=worker).exists()
    last = Event.objects.filter(stream_kind="user", stream_id=worker.pk).order_by("-seq")[0]
    assert last.payload == {"totp": 0, "keys": 0, "recovery_codes": 0}


def test_change_and_event_are_one(town: Town) -> None:
    worker = a_real(town.users["worker"])

    def fail() -> None:
        Authenticator.objects.create(user=worker, type="webauthn", data={})
        raise RuntimeError("the page broke")

    with pytest.raises(RuntimeError):
        change_proofs(actor=town.actor("worker"), take=fail, session=lambda: None)
    assert not Authenticator.objects.filter(user=worker).exists()


def test_people_of_a_demo_have_no_proofs_to_change(town: Town) -> None:
    client = a_browser(town.users["leader"])
    assert client.get(reverse("cases:rates")).status_code == 200
    for name in ("mfa_activate_totp", "mfa_add_webauthn", "account_change_password"):
        assert client.get(reverse(name)).status_code == 404
