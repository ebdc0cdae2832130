"""Fills a city: the demo's places and people, an office in every street, then cases batch by batch."""

import datetime as dt
from collections.abc import Callable

from django.db import connection, transaction

from linli.accounts.models import User
from linli.accounts.operations import installer
from linli.cases.catalogue.models import Category, DutyItem
from linli.cases.clocks.queries import profile_for
from linli.cases.models import Case
from linli.site.demo.load import load_demo
from linli.site.demo.people import COMMITTEE_OF, HANDLERS
from linli.site.seeding.drawing import BATCH, batch, texts
from linli.site.seeding.rows import SOURCE, Cast, Rows, Where
from linli.territory.models import Organisation, Place
from linli.territory.operations import open_organisation

HOME_WEIGHT = 20
"""How much likelier a case lies in one of the demo's communities than in any other: their people have work."""


def fill(
    *,
    cases: int,
    seed: int,
    as_of: dt.datetime,
    progress: Callable[[int, int], None],
) -> int:
    """Bring the seeded cases up to `cases`; return how many were added. Needs the owner's login.

    Each batch is one transaction. A run that was killed goes on after the last whole batch; a second run
    adds nothing.
    """
    load_demo(now=as_of, cases=0)
    _offices(as_of)
    cast = _cast(seed, as_of=as_of)
    weights = [HOME_WEIGHT if where.place.code in COMMITTEE_OF else 1 for where in cast.places]
    standing = Case.objects.everywhere("seed: how many stand").filter(source=SOURCE).count()
    if standing % BATCH and standing < cases:
        raise ValueError(
            "the seeded cases end within a batch: seed to the same number, or a new database"
        )
    for number in range(standing // BATCH, -(-cases // BATCH)):
        drawn = list(batch(number, seed=seed, cases=cases, places=weights, as_of=as_of))
        with transaction.atomic():
            rows = Rows(cast, as_of)
            rows.add(drawn, counters=_counters(len(drawn)))
            rows.write()
        progress(number * BATCH + len(drawn), cases)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return max(cases - standing, 0)


def _counters(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('case_number') FROM generate_series(1, %s)", [count])
        return [counter for (counter,) in cursor.fetchall()]


def _offices(as_of: dt.datetime) -> None:
    """Open an office in each street that has none, by the operation itself."""
    root = installer(now=as_of, permissions=frozenset({"territory.load"}))
    served = set(Organisation.objects.filter(kind="street").values_list("place__code", flat=True))
    for place in Place.objects.filter(level="street", valid_to=None).exclude(code__in=served):
        open_organisation(
            actor=root,
            code=f"street-{place.code}",
            name=f"{place.name}办事处",
            kind="street",
            place_code=place.code,
        )


def _cast(seed: int, *, as_of: dt.datetime) -> Cast:
    profile = profile_for(None, at=as_of)
    assert profile is not None, "the demo puts the shipped limits in force"
    users = {user.username: (user.pk, user.organisation_id) for user in User.objects.all()}
    units = {unit.code: unit.pk for unit in Organisation.objects.all()}
    by_street = {
        unit.place.code: unit.pk
        for unit in Organisation.objects.filter(kind="street").select_related("place")
    }
    handlers = {units[unit]: users[username][0] for unit, username in HANDLERS.items()}
    places = []
    for place in Place.objects.filter(
        level__in=("community", "village"), city_code="110000", valid_to=None
    ).order_by("code"):
        office = by_street.get(place.street_code or "")
        if office is None:
            continue
        committee = units[COMMITTEE_OF[place.code][0]] if place.code in COMMITTEE_OF else office
        lead = {
            kind: (unit, handlers.get(unit))
            for kind, unit in (("committee", committee), ("street", office))
        }
        places.append(Where(place, lead))
    return Cast(
        texts=texts(seed),
        places=places,
        categories=dict(Category.objects.values_list("code", "pk")),
        duties=list(
            DutyItem.objects.filter(kind="committee", valid_to=None).values_list(
                "category__code", "valid_from"
            )
        ),
        classes={one.code: one for one in profile.classes.all()},
        users={
            "operator": users["operator-1"],
            "dispatcher": users["dispatcher"],
            "follow_up": users["follow-up"],
            "sweeper": (None, None),
        },
    )
