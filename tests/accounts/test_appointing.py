"""Appointments: who holds which post, crosswise too; roles that follow a re-drawn area."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from linli.accounts.appointing import (
    HOLDS_ALREADY,
    NO_SEAT,
    NO_SUCH_USER,
    POST_IS_OVER,
    appoint,
    end_appointment,
    follow_redrawn_roles,
)
from linli.accounts.models import Appointment, RoleGrant
from linli.accounts.operations import give_role, installer
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.models import Event
from linli.territory.models import Organisation, Place, PlaceSuccession, Post
from linli.territory.operations import open_post
from tests.builders import Town, a_town
from tests.conftest import NOW
from tests.territory.city import manager

TODAY = dt.date(2026, 11, 18)
DAY = dt.timedelta(days=1)


@pytest.fixture
def town(db: None) -> Town:
    return a_town()


@pytest.fixture
def post(town: Town) -> Post:
    unit = town.units["committee-029"]
    return open_post(actor=manager(), organisation_id=unit.pk, title="副书记")


def give(post: Post, username: str, **given: object) -> Appointment:
    days = {"valid_from": TODAY, **given}
    return appoint(actor=manager(), post_id=post.pk, username=username, **days)  # type: ignore[arg-type]


def refuses(refusal: Refusal, post: Post, username: str, **given: object) -> None:
    with pytest.raises(RuleBroken) as broken:
        give(post, username, **given)
    assert broken.value.refusal is refusal
    assert broken.value.message


def test_a_post_held_by_somebody_from_elsewhere_is_held_crosswise(town: Town, post: Post) -> None:
    held = give(post, "ma")  # Ma works for the neighbouring committee
    assert Appointment.objects.get(pk=held.pk).is_cross
    end_appointment(actor=manager(), appointment_id=held.pk)
    own = give(post, "li")
    assert not own.is_cross
    names = list(Event.objects.filter(stream_kind="organisation").values_list("name", flat=True))
    assert names[-3:] == ["appointment.began", "appointment.ended", "appointment.began"]


def test_one_seat_is_held_by_one_person_at_a_time(town: Town, post: Post) -> None:
    give(post, "li", valid_to=TODAY + 10 * DAY)
    refuses(NO_SEAT, post, "ma", valid_from=TODAY + 9 * DAY)
    give(post, "ma", valid_from=TODAY + 10 * DAY)


def test_two_seats_are_held_by_two_but_not_twice_by_one(town: Town, post: Post) -> None:
    Post.objects.filter(pk=post.pk).update(seats=2)
    give(post, "li")
    refuses(HOLDS_ALREADY, post, "li", valid_from=TODAY + DAY)
    give(post, "ma")
    refuses(NO_SEAT, post, "zhao")


def test_the_table_itself_holds_no_overlap(town: Town, post: Post) -> None:
    held = give(post, "li")
    with pytest.raises(IntegrityError, match="appointment_never_twice"), transaction.atomic():
        Appointment.objects.create(user=held.user, post=post, valid_from=TODAY + DAY)


@pytest.mark.parametrize(
    "days",
    [
        {"valid_from": TODAY - DAY},  # before the post was opened
        {"valid_from": TODAY + DAY, "valid_to": TODAY + DAY},
    ],
)
def test_a_post_is_held_only_while_it_is_there(
    town: Town, post: Post, days: dict[str, dt.date]
) -> None:
    refuses(POST_IS_OVER, post, "li", **days)


def test_an_unknown_person_and_a_foreign_post_are_refused(town: Town, post: Post) -> None:
    refuses(NO_SUCH_USER, post, "nobody")
    neighbour = manager(over="110105015044", column="community_code")
    with pytest.raises(Organisation.DoesNotExist):
        appoint(actor=neighbour, post_id=post.pk, username="ma", valid_from=TODAY)


def test_what_ends_today_is_over_and_what_never_began_is_gone(town: Town, post: Post) -> None:
    held = give(post, "li")
    end_appointment(actor=manager().at(NOW + 3 * DAY), appointment_id=held.pk)
    assert Appointment.objects.get(pk=held.pk).valid_to == TODAY + 3 * DAY
    later = give(post, "li", valid_from=TODAY + 30 * DAY)
    end_appointment(actor=manager(), appointment_id=later.pk)
    assert not Appointment.objects.filter(pk=later.pk).exists()


def told_of(town: Town, who: str) -> list[tuple[str, dict[str, object]]]:
    """Return what happened to an account, its stream checked for gaps."""
    stream = Event.objects.filter(stream_kind="user", stream_id=town.users[who].pk).order_by("seq")
    seqs = [event.seq for event in stream]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    return [(event.name, event.payload) for event in stream]


def test_a_role_that_ends_with_its_post_says_so_in_the_account(town: Town, post: Post) -> None:
    held = give(post, "li")
    place = town.places["110105019029"]
    given = {"user": held.user, "place": place, "appointment": held}
    root = installer(now=NOW, permissions=frozenset({"accounts.manage"}))
    now, later = (
        give_role(actor=root, role=role, valid_from=at, **given)
        for role, at in (("leader", NOW - DAY), ("verifier", NOW + 9 * DAY))
    )
    end_appointment(actor=manager().at(NOW + 3 * DAY), appointment_id=held.pk)
    ended = [payload for name, payload in told_of(town, "worker") if name == "role.ended"]
    assert ended == [
        {"grant_id": now.pk, "role": "leader", "place_code": place.code},
        {"grant_id": later.pk, "role": "verifier", "place_code": place.code},
    ]
    assert RoleGrant.objects.get(pk=now.pk).valid_to == NOW + 3 * DAY
    assert not RoleGrant.objects.filter(pk=later.pk).exists()


def test_a_role_over_a_re_drawn_community_goes_on_over_its_successors(town: Town) -> None:
    old, new = town.places["110105019029"], town.places["110105019030"]
    PlaceSuccession.objects.create(place=old, successor=new, kind="merged", at=TODAY, is_main=True)
    Place.objects.filter(pk=old.pk).update(valid_to=TODAY)
    assert follow_redrawn_roles(actor=manager()) == 2  # the worker's and the partner's
    li = town.users["worker"]
    in_force = RoleGrant.objects.filter(user=li).in_force(NOW)
    assert [(grant.role, grant.place) for grant in in_force] == [("community_worker", new)]
    before = RoleGrant.objects.filter(user=li).in_force(NOW - DAY)
    assert [grant.place for grant in before] == [old]
    assert [(name, payload["place_code"]) for name, payload in told_of(town, "worker")[-2:]] == [
        ("role.given", new.code),
        ("role.ended", old.code),
    ]
    assert follow_redrawn_roles(actor=manager()) == 0
