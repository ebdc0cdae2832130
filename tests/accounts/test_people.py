"""Accounts as an administrator looks after them: within the area, by two persons where one is not enough."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from linli.accounts.models import FactorReset, RoleGrant, Session, User
from linli.accounts.operations import give_role
from linli.accounts.people import operations
from linli.accounts.people.rules import (
    ASKED_ALREADY,
    NAME_TAKEN,
    NO_FACTOR,
    NOT_ASKED,
    NUMBER_TAKEN,
    OWN_ACCOUNT,
    REACHES_FURTHER,
    SAME_PERSON,
    SHUT,
)
from linli.accounts.people.story import TELLERS
from linli.accounts.queries import actor_of
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.events import EVENTS
from linli.kernel.models import Event
from linli.site import account_command
from linli.territory.models import Organisation
from linli.territory.parts import OUTSIDE
from tests.accounts.door import a_real, add_authenticator, come_in
from tests.builders import Town
from tests.cases.pages import Page, a_browser, a_client
from tests.cases.people import a_person, a_user
from tests.cases.standing import standing_town
from tests.conftest import NOW

DAY = dt.timedelta(days=1)


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


@pytest.fixture
def root(town: Town) -> Actor:
    return town.actor("administrator")


def refuses(refusal: Refusal, operation: Any, **given: Any) -> None:
    with pytest.raises(RuleBroken) as broken:
        operation(**given)
    assert broken.value.refusal is refusal
    assert broken.value.message


def of_street(town: Town) -> Actor:
    return a_person(town, "administrator", place="110105019", unit="street-019")


def test_an_account_is_opened_given_a_role_and_used(town: Town) -> None:
    admin = a_browser(town.users["administrator"])
    given = {
        "display_name": "新来",
        "username": "xin",
        "staff_number": "029-11",
        "organisation": "committee-029",
    }
    page = admin.post(reverse("accounts:open_person"), given)
    assert Page(page).shows("一次性口令，只显示这一次")
    assert not Page(admin.get(reverse("accounts:person", args=["xin"]))).shows("只显示这一次")
    role = {"role": "community_worker", "place_code": "110105019029", "valid_to": "2027-01-01"}
    done = admin.post(reverse("accounts:give_role", args=["xin"]), role)
    assert done["Location"] == reverse("accounts:person", args=["xin"])
    grant = RoleGrant.objects.get(user__username="xin")
    assert grant.valid_to == dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC)
    assert admin.post(reverse("accounts:end_role", args=[grant.pk])).status_code == 302
    assert not RoleGrant.objects.filter(user__username="xin").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"organisation": "committee-9"}, "您辖区内没有这个代码的单位"),
        ({"username": "li"}, "已被另一账户占用"),
        ({"username": "有 空格"}, "不含空格"),
        ({"display_name": ""}, "必填"),
    ],
)
def test_an_account_that_cannot_be_opened_keeps_what_was_typed(
    town: Town, changes: dict[str, str], words: str
) -> None:
    given = {"display_name": "新来", "username": "xin", "organisation": "committee-029", **changes}
    page = a_browser(town.users["administrator"]).post(reverse("accounts:open_person"), given)
    assert page.status_code == 422
    assert words in page.content.decode()
    for name, value in given.items():
        assert Page(page).fields[name] == [value]


def test_no_name_at_the_door_means_two_persons(town: Town, root: Actor) -> None:
    unit = town.units["committee-029"].pk
    given = {"actor": root, "display_name": "某", "organisation_id": unit}
    operations.open_person(username="xin", staff_number="7", **given)
    refuses(NAME_TAKEN, operations.open_person, username="7", **given)
    refuses(NUMBER_TAKEN, operations.open_person, username="yi", staff_number="li", **given)
    refuses(NUMBER_TAKEN, operations.open_person, username="yi", staff_number="7", **given)


def test_a_staff_number_is_written_down_later(town: Town, root: Actor) -> None:
    li, ma = a_real(town.users["worker"]), a_real(town.users["neighbour"])
    admin = a_browser(town.users["administrator"])
    address = reverse("accounts:change_person", args=["li"])
    assert admin.post(address, {"display_name": "李社工", "staff_number": "7"}).status_code == 302
    li.refresh_from_db()
    assert li.staff_number == "7"
    operations.change_person(actor=root, user_id=li.pk, display_name="李", staff_number="7")
    for number in ("7", "li"):
        refuses(
            NUMBER_TAKEN,
            operations.change_person,
            actor=root,
            user_id=ma.pk,
            display_name="马",
            staff_number=number,
        )
    page = admin.post(
        reverse("accounts:change_person", args=["ma"]),
        {"display_name": "马某", "staff_number": "7"},
    )
    assert page.status_code == 422
    assert Page(page).fields["display_name"] == ["马某"]


def test_an_area_ends_at_its_border(town: Town) -> None:
    street = of_street(town)
    with pytest.raises(Organisation.DoesNotExist):
        operations.open_person(
            actor=street,
            username="xin",
            display_name="某",
            organisation_id=town.units["committee-044"].pk,
        )
    with pytest.raises(User.DoesNotExist):
        operations.give_code(actor=street, user_id=town.users["neighbour"].pk)
    refuses(
        OUTSIDE,
        give_role,
        actor=street,
        user=town.users["worker"],
        role="administrator",
        place=town.places["110105"],
        valid_from=NOW,
    )
    grant = RoleGrant.objects.get(user=town.users["neighbour"])
    refuses(OUTSIDE, operations.end_role, actor=street, grant_id=grant.pk)


def test_nobody_walks_up_by_resetting_somebody_who_reaches_further(town: Town) -> None:
    street = of_street(town)
    chief = a_user(town, "leader", place="110105", unit="street-019")
    for operation in (
        operations.give_code,
        operations.shut_account,
        operations.sign_out_everywhere,
        operations.ask_factor_reset,
    ):
        refuses(REACHES_FURTHER, operation, actor=street, user_id=chief.pk)
    page = Page(
        a_browser(a_user(town, "administrator", place="110105019", unit="street-019")).get(
            reverse("accounts:person", args=[chief.username])
        )
    )
    assert page.shows("重置或停用须由那一片的管理员办理")
    assert not page.shows("重置密码")


def test_nobody_looks_after_her_own_account(town: Town, root: Actor) -> None:
    refuses(OWN_ACCOUNT, operations.give_code, actor=root, user_id=root.user_id)
    refuses(OWN_ACCOUNT, operations.shut_account, actor=root, user_id=root.user_id)


def test_a_code_ends_password_sessions_and_phones(town: Town, root: Actor) -> None:
    worker = a_real(town.users["worker"])
    client = come_in(worker)
    pin = {"name": "手机", "pin": "703918", "again": "703918"}
    client.post(reverse("accounts:keep_device"), pin)
    operations.give_code(actor=root, user_id=worker.pk)
    worker.refresh_from_db()
    assert not worker.has_usable_password()
    assert not Session.objects.filter(user=worker).exists()
    assert not worker.devices.filter(ended_at__isnull=True).exists()


def test_a_shut_account_lets_nobody_in_until_it_is_opened_again(town: Town, root: Actor) -> None:
    worker = a_real(town.users["worker"])
    client = come_in(worker)
    operations.shut_account(actor=root, user_id=worker.pk)
    operations.shut_account(actor=root, user_id=worker.pk)
    assert client.get(reverse("cases:work")).status_code == 302
    refuses(SHUT, operations.give_code, actor=root, user_id=worker.pk)
    assert operations.let_in_again(actor=root, user_id=worker.pk)
    worker.refresh_from_db()
    assert worker.is_active
    names = Event.objects.filter(stream_kind="user", stream_id=worker.pk).values_list(
        "name", flat=True
    )
    assert list(names).count("account.shut") == 1


# — lost second factors —


@pytest.fixture
def second(town: Town) -> Actor:
    return a_person(town, "administrator", place="110000")


@pytest.fixture
def leader(town: Town) -> User:
    leader = a_real(town.users["leader"])
    add_authenticator(come_in(leader))
    return leader


def test_lost_factors_are_reset_by_two_persons(root: Actor, second: Actor, leader: User) -> None:
    refuses(NOT_ASKED, operations.approve_factor_reset, actor=root, user_id=leader.pk)
    operations.ask_factor_reset(actor=root, user_id=leader.pk)
    refuses(ASKED_ALREADY, operations.ask_factor_reset, actor=second, user_id=leader.pk)
    refuses(SAME_PERSON, operations.approve_factor_reset, actor=root, user_id=leader.pk)
    own = actor_of(leader, now=NOW)
    assert not own.may("accounts.manage")
    assert operations.approve_factor_reset(actor=second, user_id=leader.pk)
    assert not Authenticator.objects.filter(user=leader).exists()
    assert not Session.objects.filter(user=leader).exists()
    leader.refresh_from_db()
    assert not leader.has_usable_password()
    refuses(NO_FACTOR, operations.ask_factor_reset, actor=root, user_id=leader.pk)


def test_a_reset_lapses_after_a_day(root: Actor, second: Actor, leader: User) -> None:
    operations.ask_factor_reset(actor=root, user_id=leader.pk)
    refuses(
        NOT_ASKED, operations.approve_factor_reset, actor=second.at(NOW + DAY), user_id=leader.pk
    )
    operations.ask_factor_reset(actor=root.at(NOW + DAY), user_id=leader.pk)
    assert FactorReset.objects.filter(user=leader).count() == 1


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"approved_at": NOW}, "reset_approved_by_somebody"),
        ({"approved_at": NOW, "approved_by": "asker"}, "reset_by_two_persons"),
        ({"approved_at": NOW, "approved_by": "leader"}, "reset_never_for_oneself"),
        ({"asked_by": "leader"}, "reset_never_for_oneself"),
    ],
)
def test_the_table_itself_lets_no_single_person_reset(
    root: Actor, leader: User, changes: dict[str, Any], constraint: str
) -> None:
    reset = operations.ask_factor_reset(actor=root, user_id=leader.pk)
    keys = {"asker": root.user_id, "leader": leader.pk}
    row = {name: keys.get(value, value) for name, value in changes.items()}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        FactorReset.objects.filter(pk=reset.pk).update(**row)


# — the pages —


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_tells_what_happened_in_both_languages(
    town: Town, root: Actor, leader: User, language: str
) -> None:
    operations.ask_factor_reset(actor=root, user_id=leader.pk)
    client = a_client(town.users["administrator"], language=language)
    page = Page(client.get(reverse("accounts:person", args=["wang"])))
    assert page.shows(
        "申请重置第二重验证"
        if language == "zh-hans"
        else "A reset of the second factors was asked for"
    )
    assert page.shows("批准重置" if language == "zh-hans" else "Approve the reset")


def test_every_event_of_an_account_can_be_told() -> None:
    from linli.accounts import events

    own = {value.event_name for value in vars(events).values() if hasattr(value, "event_name")}
    assert own == set(TELLERS)
    assert own <= set(EVENTS)


def test_people_are_found_by_any_of_their_names(town: Town) -> None:
    User.objects.filter(username="li").update(staff_number="029-7")
    admin = a_browser(town.users["administrator"])
    for words in ("李社", "li", "029-7", "双合"):
        assert Page(admin.get(reverse("accounts:people"), {"q": words})).shows("李社工"), words
    assert Page(admin.get(reverse("accounts:people"), {"q": "无此人"})).shows("没有找到")


# — at the server —


def test_the_first_administrator_is_opened_at_the_server(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"display_name": "首位", "place_code": "110000"}
    assert account_command.open_administrator("first", **given) == 0
    assert "一次性口令" not in capsys.readouterr().err
    user = User.objects.get(username="first")
    assert actor_of(user, now=NOW).may("accounts.manage")
    assert account_command.open_administrator("first", **given) == 2
    assert account_command.open_administrator("x", display_name="x", place_code="999999") == 2
    assert account_command.code("first") == 0
    assert account_command.code("li") == 2  # a person of the demo


def test_a_rescue_at_the_server_still_needs_an_administrator(
    root: Actor, leader: User, capsys: pytest.CaptureFixture[str]
) -> None:
    assert account_command.rescue("nobody") == 2
    assert account_command.rescue("wang") == 0
    assert account_command.rescue("wang") == 2
    assert Authenticator.objects.filter(user=leader).exists()
    assert operations.approve_factor_reset(actor=root, user_id=leader.pk)


def test_people_of_a_demo_are_signed_out_when_it_is_one_no_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linli.site.serve import refuse_unsafe_demo

    client = a_browser(town.users["leader"])
    come_in(a_real(town.users["worker"]))
    monkeypatch.setattr(settings.LINLI, "demo", False)
    refuse_unsafe_demo("0.0.0.0")
    assert client.get(reverse("cases:rates")).status_code == 302
    assert Session.objects.filter(user=town.users["worker"]).exists()
