"""Who holds which role, where and when; and what that allows."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from linli.accounts.models import RoleGrant, User
from linli.accounts.operations import UNKNOWN_ROLE, give_role, installer, open_account
from linli.accounts.permissions import ROLES, permissions_of
from linli.accounts.queries import actor_of, names_of
from linli.accounts.views import HOMES
from linli.kernel.actor import Actor
from linli.kernel.errors import NOT_ALLOWED, RuleBroken
from linli.workforce.permissions import WorkforcePermission as WorkforcePermission
from tests.builders import START, Town
from tests.cases.standing import standing_town
from tests.conftest import NOW

DAY = dt.timedelta(days=1)


@pytest.fixture
def town(db: None) -> Town:
    return standing_town()


@pytest.fixture
def root() -> Actor:
    return installer(now=START, permissions=frozenset({"accounts.manage"}))


@pytest.fixture
def newcomer(town: Town, root: Actor) -> User:
    return open_account(
        actor=root,
        username="chen",
        display_name="陈新人",
        organisation=town.units["committee-029"],
        password="correct horse battery",
    )


# What each role may do is reviewed here, line by line.
EVERYBODY = {
    "channels.read",
    "territory.see",
    "workforce.see",
    "accounts.see_roles",
    "accounts.own",
    "accounts.come_in",
}
ALLOWED = {
    "operator": {
        "knowledge.see",
        "cases.attach",
        "cases.see_catalogue",
        "cases.see",
        "cases.see_hidden",
        "cases.receive",
        "cases.triage",
        "cases.reopen",
        "cases.looks",
    },
    "dispatcher": {
        "knowledge.see",
        "knowledge.write",
        "cases.attach",
        "cases.export",
        "cases.see_catalogue",
        "cases.see",
        "cases.see_hidden",
        "cases.triage",
        "cases.dispatch",
        "cases.import",
        "cases.rule",
        "cases.share",
        "cases.supervise",
        "cases.reopen",
    },
    "community_worker": {
        "knowledge.see",
        "knowledge.write",
        "problems.plan",
        "problems.see",
        "problems.verify",
        "cases.groups",
        "channels.robots",
        "cases.attach",
        "cases.export",
        "cases.see_catalogue",
        "cases.see",
        "cases.import",
        "cases.handle",
        "cases.task",
        "cases.unmask",
        "cases.share",
        "cases.see_rates",
        "workforce.roster",
    },
    "follow_up_caller": {
        "knowledge.see",
        "cases.attach",
        "cases.see",
        "cases.see_hidden",
        "cases.follow_up",
        "cases.reopen",
        "cases.unmask",
        "cases.unmask_hidden",
        "cases.looks",
    },
    "street_officer": {
        "knowledge.approve",
        "knowledge.see",
        "knowledge.write",
        "problems.money",
        "problems.plan",
        "problems.see",
        "problems.verify",
        "cases.groups",
        "cases.attach",
        "cases.export",
        "cases.see_catalogue",
        "cases.see",
        "cases.import",
        "cases.handle",
        "cases.task",
        "cases.approve",
        "cases.verify",
        "cases.unmask",
        "cases.share",
        "cases.see_rates",
    },
    "district_officer": {
        "knowledge.approve",
        "knowledge.see",
        "knowledge.write",
        "problems.see",
        "cases.attach",
        "cases.export",
        "cases.see_catalogue",
        "cases.see",
        "cases.handle",
        "cases.task",
        "cases.approve",
        "cases.verify",
        "cases.see_rates",
    },
    "department_officer": {
        "knowledge.see",
        "knowledge.write",
        "cases.attach",
        "cases.export",
        "cases.see_catalogue",
        "cases.see",
        "cases.handle",
        "cases.task",
        "cases.unmask",
        "cases.share",
    },
    "hotline_officer": {
        "knowledge.approve",
        "knowledge.see",
        "knowledge.write",
        "problems.see",
        "cases.looks",
        "cases.rights",
        "cases.see_calls",
        "cases.see_sorting",
        "cases.attach",
        "cases.export",
        "cases.see_catalogue",
        "cases.see",
        "cases.see_hidden",
        "cases.rule",
        "cases.approve",
        "cases.verify",
        "cases.supervise",
        "cases.reopen",
        "cases.see_rates",
    },
    "verifier": {"knowledge.see", "cases.attach", "cases.see", "cases.verify"},
    "partner": {"cases.task"},
    "leader": {
        "knowledge.see",
        "problems.see",
        "cases.export",
        "cases.see_catalogue",
        "cases.see_rates",
    },
    "administrator": {
        "knowledge.approve",
        "knowledge.see",
        "knowledge.write",
        "problems.sweep",
        "channels.robots",
        "channels.deliveries",
        "channels.send",
        "cases.export",
        "cases.see_catalogue",
        "cases.catalogue",
        "cases.see_sorting",
        "cases.sorting_models",
        "cases.see",
        "cases.import",
        "cases.receive",
        "cases.clocks",
        "cases.sweep",
        "cases.keys",
        "cases.forget",
        "cases.looks",
        "territory.load",
        "territory.calendar",
        "territory.manage",
        "accounts.manage",
        "accounts.sweep",
        "accounts.appoint",
        "workforce.roster",
        "api.tokens",
        "api.deliver",
    },
}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_what_a_role_may_do(role: str) -> None:
    assert permissions_of(role) == ALLOWED[role] | EVERYBODY


def test_a_role_that_is_no_more_may_do_nothing() -> None:
    assert permissions_of("grid_worker") == frozenset()


def test_nobody_both_handles_and_calls_back() -> None:
    both = {"cases.handle", "cases.follow_up"}
    assert [role for role in ROLES if both <= permissions_of(role)] == []


def test_every_role_has_a_first_page() -> None:
    assert set(HOMES) == set(ROLES)


def test_an_actor_is_a_user_with_what_she_holds_now(
    town: Town, django_assert_num_queries: Any
) -> None:
    user = town.users["worker"]
    with django_assert_num_queries(1):
        actor = actor_of(user, now=NOW)
    assert (actor.user_id, actor.name, actor.now) == (user.pk, "李社工", NOW)
    assert actor.organisation_id == town.units["committee-029"].pk
    assert actor.channel == "web"
    assert actor.may("cases.handle")
    assert list(actor.scopes("cases.handle")) == [("community_code", "110105019029")]


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        (NOW - dt.timedelta(microseconds=1), False),
        (NOW, True),
        (NOW + DAY - dt.timedelta(microseconds=1), True),
        (NOW + DAY, False),
    ],
)
def test_a_role_begins_at_its_start_and_is_over_at_its_end(
    town: Town, root: Actor, newcomer: User, moment: dt.datetime, holds: bool
) -> None:
    give_role(
        actor=root,
        user=newcomer,
        role="dispatcher",
        place=town.places["110105"],
        valid_from=NOW,
        valid_to=NOW + DAY,
    )
    assert actor_of(newcomer, now=moment).may("cases.dispatch") is holds


def test_the_same_grant_twice_stays_one(town: Town, root: Actor, newcomer: User) -> None:
    given = {"user": newcomer, "role": "leader", "place": town.places["110105"]}
    first = give_role(actor=root, valid_from=START, **given)
    assert give_role(actor=root, valid_from=START, **given) == first
    assert give_role(actor=root, valid_from=NOW, **given) == first
    assert RoleGrant.objects.filter(user=newcomer).count() == 1


def test_a_role_that_ended_can_be_given_again(town: Town, root: Actor, newcomer: User) -> None:
    given = {"user": newcomer, "role": "leader", "place": town.places["110105"]}
    give_role(actor=root, valid_from=START, valid_to=NOW - DAY, **given)
    assert not actor_of(newcomer, now=NOW).may("cases.see_rates")
    give_role(actor=root, valid_from=NOW, **given)
    assert actor_of(newcomer, now=NOW).may("cases.see_rates")
    assert not actor_of(newcomer, now=NOW - dt.timedelta(hours=1)).may("cases.see_rates")


def test_a_role_that_ends_too_soon_can_be_prolonged(
    town: Town, root: Actor, newcomer: User
) -> None:
    given = {"user": newcomer, "role": "leader", "place": town.places["110105"]}
    short = give_role(actor=root, valid_from=START, valid_to=NOW, **given)
    assert give_role(actor=root, valid_from=START, valid_to=NOW - DAY, **given) == short
    longer = give_role(actor=root, valid_from=NOW - DAY, valid_to=NOW + DAY, **given)
    assert actor_of(newcomer, now=NOW).may("cases.see_rates")
    for_good = give_role(actor=root, valid_from=NOW, **given)
    assert len({short, longer, for_good}) == 3


def test_roles_over_two_places_are_two(town: Town, root: Actor, newcomer: User) -> None:
    for place in ("110105019029", "110105019030"):
        give_role(
            actor=root,
            user=newcomer,
            role="community_worker",
            place=town.places[place],
            valid_from=START,
        )
    scopes = list(actor_of(newcomer, now=NOW).scopes("cases.see"))
    assert scopes == [("community_code", "110105019029"), ("community_code", "110105019030")]


def test_a_role_nobody_knows_is_refused(town: Town, root: Actor, newcomer: User) -> None:
    with pytest.raises(RuleBroken) as refused:
        give_role(
            actor=root, user=newcomer, role="king", place=town.places["110000"], valid_from=NOW
        )
    assert refused.value.refusal is UNKNOWN_ROLE
    assert "king" in refused.value.message
    assert "dispatcher" in refused.value.message


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"role": "king"}, "role_grant_role_known"),
        ({"valid_to": START}, "role_grant_ends_after_start"),
    ],
)
def test_the_database_refuses_a_wrong_grant(
    town: Town, changes: dict[str, Any], constraint: str
) -> None:
    grants = RoleGrant.objects.filter(user=town.users["worker"])
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        grants.update(**changes)


def test_only_who_manages_accounts_may(town: Town, newcomer: User) -> None:
    for who in ("worker", "dispatcher", "leader"):
        with pytest.raises(RuleBroken) as refused:
            give_role(
                actor=town.actor(who),
                user=newcomer,
                role="leader",
                place=town.places["110000"],
                valid_from=NOW,
            )
        assert refused.value.refusal is NOT_ALLOWED
        with pytest.raises(RuleBroken) as refused:
            open_account(actor=town.actor(who), username="x", display_name="x", organisation=None)
        assert refused.value.refusal is NOT_ALLOWED


def test_an_account_opened_twice_is_one_and_keeps_its_password(
    town: Town, root: Actor, newcomer: User
) -> None:
    again = open_account(
        actor=root,
        username="chen",
        display_name="另一人",
        organisation=None,
        password="another password here",
    )
    assert again == newcomer
    again.refresh_from_db()
    assert again.display_name == "陈新人"
    assert again.check_password("correct horse battery")


def test_an_account_without_a_password_has_none_that_fits(town: Town) -> None:
    worker = town.users["worker"]
    worker.refresh_from_db()
    assert not worker.has_usable_password()
    assert not worker.check_password("")


def test_names_come_with_their_units(town: Town, django_assert_num_queries: Any) -> None:
    ids = {town.users["worker"].pk, town.users["operator"].pk}
    with django_assert_num_queries(1):
        found = names_of(ids)
        assert {user.organisation.name for user in found.values()} == {
            "双合家园社区居委会",
            "12345 市民热线",
        }
