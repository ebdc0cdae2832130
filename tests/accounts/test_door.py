"""Coming in: names, passwords, limits of tries, one-time codes, sessions that end with roles and posts."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from linli.accounts.appointing import appoint, end_appointment
from linli.accounts.door.hashing import Argon2
from linli.accounts.door.operations import sweep_sessions, use_code
from linli.accounts.models import CacheEntry, OneTimeCode, RoleGrant, Session, SignIn, User
from linli.accounts.operations import give_role, installer
from linli.accounts.parts import door
from linli.accounts.people.operations import give_code, open_person
from linli.kernel.models import Event
from linli.site import settings as site_settings
from linli.territory.operations import open_post
from tests.accounts.door import PASSWORD, a_real, come_in
from tests.builders import Town
from tests.cases.pages import Page, a_browser
from tests.cases.standing import standing_town
from tests.conftest import NOW
from tests.territory.city import manager

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


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


def try_in(name: str, password: str, **extra: str) -> int:
    address = reverse("accounts:sign_in")
    given = {"login": name, "password": password}
    return a_browser().post(address, given, **extra).status_code


# — names and passwords —


def test_passwords_are_kept_as_argon2id_with_little_memory() -> None:
    assert (
        Argon2()
        .encode(PASSWORD, "saltsaltsalt")
        .startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    )
    assert site_settings.PASSWORD_HASHERS[0] == f"{Argon2.__module__}.{Argon2.__name__}"


def test_one_comes_in_by_staff_number_too(worker: User) -> None:
    User.objects.filter(pk=worker.pk).update(staff_number="029-0007")
    client = come_in(worker, name="029-0007")
    assert client.get(reverse("cases:work")).status_code == 200


def test_a_person_of_a_demo_never_comes_in_by_a_password(town: Town) -> None:
    worker = town.users["worker"]
    worker.set_password(PASSWORD)
    worker.save(update_fields=["password"])
    assert try_in("li", PASSWORD) == 200


def test_known_and_unknown_names_are_refused_in_the_same_words(worker: User) -> None:
    address = reverse("accounts:sign_in")
    pages = [
        a_browser().post(address, {"login": name, "password": "wrong"}).content.decode()
        for name in ("li", "no")
    ]
    assert "用户名和密码对不上" in pages[0]
    assert len({page.count("对不上") for page in pages}) == 1
    assert all(PASSWORD not in page and "wrong" not in page for page in pages)


def test_who_came_in_is_told_and_when_the_time_before(
    worker: User, clock: time_machine.Traveller
) -> None:
    come_in(worker)
    clock.shift(DAY)
    try_in("li", "wrong")
    client = come_in(worker)
    page = Page(client.get(reverse("accounts:mine")))
    assert page.shows("上次登录：昨天 14:10")
    assert page.shows("未通过")
    log = SignIn.objects.filter(user=worker).order_by("pk").values_list("outcome", flat=True)
    assert list(log) == ["in", "wrong", "in"]


# — limits —


def test_five_wrong_passwords_close_the_account_for_five_minutes_and_no_other(
    town: Town, worker: User, clock: time_machine.Traveller
) -> None:
    other = a_real(town.users["neighbour"])
    User.objects.filter(pk=worker.pk).update(staff_number="029-0007")
    for name in ("li", "li", "029-0007", "029-0007", "li"):
        try_in(name, "wrong")
    assert try_in("li", PASSWORD) == 200
    assert try_in("029-0007", PASSWORD) == 200
    assert try_in(other.username, PASSWORD) == 302
    clock.shift(5 * MINUTE)
    assert try_in("li", PASSWORD) == 302


def test_a_town_hall_behind_one_address_is_not_one_person(town: Town, worker: User) -> None:
    for index in range(60):
        try_in(f"nobody-{index}", "wrong")
    assert try_in("li", PASSWORD) == 302
    for index in range(300):
        try_in(f"nobody-{index}", "wrong")
    assert try_in("li", PASSWORD) == 200
    assert try_in("li", PASSWORD, REMOTE_ADDR="10.9.8.7") == 302


def test_limits_name_neither_account_nor_address(worker: User) -> None:
    try_in("li", "wrong")
    kept = [(bytes(row.key), row.value) for row in CacheEntry.objects.all()]
    assert kept
    assert "127.0.0.1" not in str(kept)
    assert "account" not in str(kept)


def test_what_is_added_once_is_there_for_every_process(
    db: None, clock: time_machine.Traveller
) -> None:
    assert cache.add("k", 1, 30)
    assert not cache.add("k", 2, 30)
    assert cache.get("k") == 1
    clock.shift(30)
    assert cache.get("k") is None
    assert cache.add("k", 3, 30)
    assert cache.touch("k", 60)
    clock.shift(59)
    assert cache.get("k") == 3
    assert cache.delete("k")
    assert not cache.delete("k")
    assert cache.get("k", "none") == "none"


# — one-time codes —


@pytest.fixture
def newcomer(town: Town) -> tuple[User, str]:
    return open_person(
        actor=town.actor("administrator"),
        username="xin",
        display_name="新来",
        organisation_id=town.units["committee-029"].pk,
    )


def use(username: str, code: str, password: str = PASSWORD, now: dt.datetime = NOW) -> bool:
    return use_code(actor=door(now), username=username, code=code, password=password)


def test_a_code_sets_the_password_once(newcomer: tuple[User, str]) -> None:
    user, code = newcomer
    given = {"username": "xin", "code": code.lower(), "password": PASSWORD, "again": PASSWORD}
    done = a_browser().post(reverse("accounts:one_time_code"), given)
    assert done["Location"] == reverse("accounts:sign_in")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert not use("xin", code, "another good password")
    names = Event.objects.filter(stream_kind="user", stream_id=user.pk).order_by("seq")
    assert list(names.values_list("name", flat=True)) == [
        "account.opened",
        "code.given",
        "code.used",
    ]


def test_a_code_is_void_after_a_day_and_after_five_tries(
    town: Town, newcomer: tuple[User, str]
) -> None:
    user, code = newcomer
    assert not use("xin", code, now=NOW + DAY)
    for _ in range(5):
        assert not use("xin", "AAAA-BBBB-CCCC")
    assert not use("xin", code)
    assert OneTimeCode.objects.get(user=user).tries == 5
    again = give_code(actor=town.actor("administrator"), user_id=user.pk)
    assert not use("xin", code)
    assert use("xin", again)


@pytest.mark.parametrize("password", ["short", "12345678901", "password123", "xin-xin-xin"])
def test_a_weak_password_is_refused_and_the_code_stays_good(
    newcomer: tuple[User, str], password: str
) -> None:
    _user, code = newcomer
    if password == "xin-xin-xin":
        User.objects.filter(username="xin").update(username="xin-xin-xin")
        with pytest.raises(ValidationError):
            use("xin-xin-xin", code, password)
        return
    with pytest.raises(ValidationError):
        use("xin", code, password)
    assert use("xin", code)


def test_the_form_says_what_is_wrong_and_keeps_the_name(newcomer: tuple[User, str]) -> None:
    given = {"username": "xin", "code": "AAAA", "password": PASSWORD, "again": PASSWORD}
    page = a_browser().post(reverse("accounts:one_time_code"), given)
    assert page.status_code == 422
    assert Page(page).shows("这个口令对该账户无效")
    assert Page(page).fields["username"] == ["xin"]
    assert PASSWORD not in page.content.decode()


def test_codes_are_limited_by_account(newcomer: tuple[User, str]) -> None:
    given = {"username": "nobody", "code": "AAAA", "password": PASSWORD, "again": PASSWORD}
    pages = [Page(a_browser().post(reverse("accounts:one_time_code"), given)) for _ in range(6)]
    assert not pages[4].shows("试的次数太多")
    assert pages[5].shows("试的次数太多")


# — passwords changed, sessions ended —


def test_changing_the_password_signs_out_everywhere_else(worker: User) -> None:
    here, there = come_in(worker), come_in(worker)
    new = "another good password"
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    done = here.post(reverse("account_change_password"), given)
    assert done["Location"] == reverse("accounts:mine")
    assert here.get(reverse("cases:work")).status_code == 200
    assert there.get(reverse("cases:work")).status_code == 302
    assert Session.objects.filter(user=worker).count() == 1
    assert Event.objects.filter(name="password.changed", stream_id=worker.pk).count() == 1


def test_a_session_stands_in_the_list_and_the_others_can_be_ended(worker: User) -> None:
    here, there = come_in(worker), come_in(worker)
    assert here.get(reverse("accounts:mine")).content.decode().count("本机") == 2  # tag and button
    assert here.post(reverse("accounts:end_others")).status_code == 302
    assert here.get(reverse("cases:work")).status_code == 200
    assert there.get(reverse("cases:work")).status_code == 302


def ends(town: Town, moment: dt.datetime) -> None:
    RoleGrant.objects.filter(user=town.users["worker"]).update(valid_to=moment)


def test_a_session_is_refused_the_moment_the_role_ends_and_swept_that_night(
    town: Town, worker: User, clock: time_machine.Traveller
) -> None:
    client = come_in(worker)
    ends(town, NOW + 10 * MINUTE)
    assert client.get(reverse("cases:work")).status_code == 200
    clock.shift(10 * MINUTE)
    assert client.get(reverse("cases:work")).status_code == 403
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("cases:work")).status_code == 302


def sweep(moment: dt.datetime) -> int:
    return sweep_sessions(actor=installer(now=moment, permissions=frozenset({"accounts.sweep"})))


def test_the_sweep_ends_sessions_of_whom_a_role_ended_though_another_goes_on(
    town: Town, worker: User
) -> None:
    give_role(
        actor=installer(now=NOW, permissions=frozenset({"accounts.manage"})),
        user=worker,
        role="leader",
        place=town.places["110105019029"],
        valid_from=NOW - DAY,
        valid_to=NOW + 5 * MINUTE,
    )
    come_in(worker)
    come_in(a_real(town.users["neighbour"]))
    assert sweep(NOW + 4 * MINUTE) == 0
    assert sweep(NOW + 5 * MINUTE) == 1
    assert list(Session.objects.values_list("user", flat=True)) == [town.users["neighbour"].pk]
    assert sweep(NOW + 5 * MINUTE) == 0


def test_a_role_given_with_a_post_ends_with_it(town: Town, worker: User) -> None:
    unit = town.units["committee-029"]
    post = open_post(actor=manager(), organisation_id=unit.pk, title="副书记")
    held = appoint(
        actor=manager(), post_id=post.pk, username="li", valid_from=NOW.date(), valid_to=None
    )
    grant = give_role(
        actor=installer(now=NOW, permissions=frozenset({"accounts.manage"})),
        user=worker,
        role="leader",
        place=town.places["110105019029"],
        valid_from=NOW,
        appointment=held,
    )
    come_in(worker)
    later = NOW + 2 * DAY
    end_appointment(actor=manager().at(later), appointment_id=held.pk)
    grant.refresh_from_db()
    assert grant.valid_to == later
    assert sweep(later) == 1


def test_a_shut_account_is_told_so_only_with_its_password(worker: User, client: Client) -> None:
    User.objects.filter(pk=worker.pk).update(is_active=False)
    given = {"login": "li", "password": PASSWORD}
    answer = client.post(reverse("accounts:sign_in"), given)
    assert answer["Location"] == reverse("account_inactive")
    assert client.get(answer["Location"]).status_code == 403
    assert try_in("li", "wrong") == 200
