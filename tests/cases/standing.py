"""The builders' town again and again, at the price of a dozen statements."""

import datetime as dt
import pickle
from dataclasses import dataclass, field

from linli.accounts.models import RoleGrant, User
from linli.cases.catalogue.models import CatalogueEntry, Category, DutyItem
from linli.cases.clocks.models import ClockClass, ClockProfile, ClockTerm
from linli.kernel.actor import Actor
from linli.territory.models import Organisation, Place, Serving
from tests.builders import Town, a_town
from tests.conftest import NOW

_first: list[bytes] = []


@dataclass(frozen=True)
class StandingTown(Town):
    """A town whose people are asked for their roles once. Nobody's role changes from START on."""

    known: dict[str, Actor] = field(default_factory=dict)

    def actor(self, who: str, *, now: dt.datetime = NOW) -> Actor:
        if who not in self.known:
            self.known[who] = super().actor(who)
        return self.known[who].at(now)


def standing_town() -> Town:
    """Return the town of `a_town`. The first in a process is built by the real operations; later ones
    are the very same rows, ids included, written as the first one left them.
    """
    if not _first:
        town = a_town()
        grants = list(RoleGrant.objects.filter(user__in=town.users.values()))
        rules = [
            list(table._base_manager.order_by("pk"))
            for table in (ClockProfile, ClockClass, ClockTerm, Category, DutyItem, CatalogueEntry)
        ]
        servings = list(Serving.objects.filter(organisation__in=town.units.values()))
        _first.append(pickle.dumps((town.places, town.units, town.users, grants, rules, servings)))
        return StandingTown(town.places, town.units, town.users, town.categories)
    places, units, users, grants, rules, servings = pickle.loads(_first[0])
    Place.objects.bulk_create(places.values())
    Organisation.objects.bulk_create(units.values())
    Serving.objects.bulk_create(servings)
    User.objects.bulk_create(users.values())
    RoleGrant.objects.bulk_create(grants)
    for rows in rules:
        type(rows[0])._base_manager.bulk_create(rows)
    categories = {row.code: row for row in Category.objects.all()}
    return StandingTown(places, units, users, categories)
