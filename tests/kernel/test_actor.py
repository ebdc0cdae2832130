"""What a person may do, and where."""

import datetime as dt

from linli.kernel.actor import Actor, Grant

NOW = dt.datetime(2026, 11, 18, 6, 10, tzinfo=dt.UTC)
WORKER = Grant("community_worker", frozenset({"see", "handle"}), "community_code", "110105019029")
LEADER = Grant("leader", frozenset({"see"}), "district_code", "110105")
TASK = Grant("installer", frozenset({"load"}))


def an_actor(*grants: Grant) -> Actor:
    return Actor(user_id=7, name="李社工", grants=grants, now=NOW, organisation_id=3)


def test_may_what_any_role_includes() -> None:
    actor = an_actor(WORKER, LEADER)
    assert actor.may("handle")
    assert actor.may("see")
    assert not actor.may("load")
    assert not an_actor().may("see")


def test_a_permission_is_held_over_the_areas_of_its_own_roles_only() -> None:
    actor = an_actor(WORKER, LEADER)
    assert list(actor.scopes("see")) == [
        ("community_code", "110105019029"),
        ("district_code", "110105"),
    ]
    assert list(actor.scopes("handle")) == [("community_code", "110105019029")]
    assert list(actor.scopes("load")) == []


def test_a_task_without_an_area_may_act_but_sees_no_rows() -> None:
    actor = an_actor(TASK)
    assert actor.may("load")
    assert list(actor.scopes("load")) == []


def test_at_another_moment_it_is_the_same_person() -> None:
    later = an_actor(WORKER).at(NOW + dt.timedelta(hours=1))
    assert later.now == NOW + dt.timedelta(hours=1)
    assert (later.user_id, later.grants, later.organisation_id) == (7, (WORKER,), 3)
