"""People beside the cast, hired by the real operations."""

import itertools

from linli.accounts.models import User
from linli.accounts.operations import give_role, installer, open_account
from linli.accounts.queries import actor_of
from linli.kernel.actor import Actor
from tests.builders import START, Town
from tests.conftest import NOW

_counter = itertools.count(1)


def a_user(town: Town, role: str, *, place: str, unit: str | None = "hotline") -> User:
    """Return a new user who holds `role` over the place with this code and works for `unit`."""
    root = installer(now=START, permissions=frozenset({"accounts.manage"}))
    number = next(_counter)
    user = open_account(
        actor=root,
        username=f"{role}-{number}",
        display_name=f"临时{number}",
        organisation=town.units[unit] if unit else None,
        is_demo=True,
    )
    give_role(actor=root, user=user, role=role, place=town.places[place], valid_from=START)
    return user


def a_person(town: Town, role: str, *, place: str, unit: str | None = "hotline") -> Actor:
    """Return the actor that such a user is at NOW."""
    return actor_of(a_user(town, role, place=place, unit=unit), now=NOW)
