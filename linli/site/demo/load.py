"""Loads the demo: places, units, people, and cases that take the real operations at past moments.

What stands in the end follows from the seed and the moment alone. The demo's moment is that of its first load: a run that
was killed, or one of the next day, goes on with the same city.
"""

import datetime as dt
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from linli.accounts.models import User
from linli.accounts.operations import give_role, installer, open_account
from linli.cases.catalogue.shipped import shipped as categories
from linli.cases.clocks.operations import load_shipped
from linli.cases.clocks.sweeping import sweep_alerts
from linli.cases.imports.maps import shipped
from linli.cases.repeated.operations import sweep_checks
from linli.kernel.actor import Actor
from linli.kernel.models import Event
from linli.site.demo.catalogue import MORE_DUTIES, load_catalogue
from linli.site.demo.days import call_times
from linli.site.demo.matters import PRIVATE, STATUTORY, Matter, matters
from linli.site.demo.neighbourhood import load_neighbourhood
from linli.site.demo.people import COMMUNITIES, EVERYBODY, UNITS
from linli.site.demo.playing import Player, Script, acts_done
from linli.site.demo.stories import stories
from linli.site.demo.ways import BLOCK, Setting, Taken, Way, suits
from linli.site.demo.words import CALLERS
from linli.territory.calendar.announced import announced_years, source
from linli.territory.calendar.operations import apply_year
from linli.territory.divisions import beijing
from linli.territory.importing import compounds
from linli.territory.models import Organisation, Place
from linli.territory.operations import load_compounds, load_places, open_organisation

DAYS = 60
SEED = 12345
CASES = 1200
WEIGHTS = (6, 5, 1)
"""How often each of COMMUNITIES is called about."""
NEWEST = dt.timedelta(days=6)
"""Cases younger than this come first: what is in somebody's hands is there when the pages open."""
STALE = dt.timedelta(days=1)
PLANNED = re.compile(r"demo-\d+-\d{5}")


@dataclass(frozen=True)
class DemoLoaded:
    """What stands after a load. `created` are the cases of this run."""

    places: int
    people: int
    created: int
    cases: int
    as_of: dt.datetime

    def __str__(self) -> str:
        return f"{self.places} places, {self.people} people, {self.cases} cases ({self.created} new), as of {self.as_of:%Y-%m-%d %H:%M} UTC"  # fmt: skip


class Demo:
    """A demo city in the making: `found` what everything stands on, then `fill` with cases, as many as wanted."""

    def __init__(self, *, now: dt.datetime) -> None:
        self.as_of = standing_moment() or now
        permissions = {
            *("territory.load", "territory.calendar", "accounts.manage"),
            *("cases.clocks", "cases.catalogue", "cases.sweep"),
        }
        self.root = installer(now=self.as_of, permissions=frozenset(permissions))

    def found(self) -> None:
        """Load places, units, people, catalogue and calendar. A second run adds nothing."""
        root = self.root
        load_places(actor=root, rows=[*beijing(), shipped("messages").places.root_row])
        if not Place.objects.filter(source=compounds.SOURCE).exists():
            load_compounds(actor=root, source=compounds.SOURCE, rows=compounds.shipped())
        load_shipped(actor=root)
        _calendar(root)
        since = self.as_of - dt.timedelta(days=730)
        _people(root, since=since)
        load_catalogue(root.at(since))
        load_neighbourhood(now=self.as_of)

    def fill(
        self,
        *,
        cases: int,
        first: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> DemoLoaded:
        """Play what is not played yet, the stories and the newest first; of them all only the `first`.

        A city that stands keeps its number of cases, whatever is asked for.
        """
        done = acts_done()
        wanted = _standing_size(done) or cases
        scripts = (planned(self.as_of, cases=wanted) if cases else [])[:first]
        player = Player(self.as_of, sweeper=self.root)
        created = 0
        for number, script in enumerate(scripts, start=1):
            player.play(script, done=done.get(script.number, 0))
            created += script.number not in done
            if progress is not None:
                progress(number, len(scripts))
        while sweep_alerts(actor=self.root).settled:
            continue
        while sweep_checks(actor=self.root):
            continue
        return DemoLoaded(
            places=Place.objects.count(),
            people=User.objects.filter(is_demo=True).count(),
            created=created,
            cases=len(done.keys() | {script.number for script in scripts}),
            as_of=self.as_of,
        )


def load_demo(
    *,
    now: dt.datetime,
    cases: int = CASES,
    progress: Callable[[int, int], None] | None = None,
) -> DemoLoaded:
    """Load what is missing. A second run adds nothing; a run that was killed goes on where it stopped.

    Cases lie within the 60 days before the demo's moment, which is `now` at the first load; no event lies after it.
    """
    demo = Demo(now=now)
    demo.found()
    return demo.fill(cases=cases, progress=progress)


def _standing_size(numbers: Iterable[str]) -> int | None:
    """Return for how many cases the standing ones were planned: it is part of their numbers."""
    sizes = {int(number.split("-")[1]) for number in numbers if PLANNED.fullmatch(number)}
    return max(sizes, default=None)


def standing_moment() -> dt.datetime | None:
    """Return the moment of the demo that stands in this database, None without one."""
    first = Event.objects.filter(stream_kind="user").order_by("pk").values_list("at", flat=True)
    return first.first() if User.objects.filter(is_demo=True).exists() else None


def planned(as_of: dt.datetime, *, cases: int) -> list[Script]:
    """Return every script of a city, pure: the stories, then the newest cases, then the others, each in order of its call.

    The same moment and number give the same scripts.
    """
    told = stories(as_of)
    drawn = list(_drawn(as_of, size=cases, count=max(cases - len(told), 0)))
    return [
        *told,
        *(script for script in drawn if as_of - script.received_at < NEWEST),
        *(script for script in drawn if as_of - script.received_at >= NEWEST),
    ]


def _drawn(as_of: dt.datetime, *, size: int, count: int) -> Iterator[Script]:
    rng = random.Random(SEED)  # noqa: S311 - a demo, not a secret
    known = matters()
    held = tuple(
        row.code for row in categories() if row.lead == "committee" or row.code in MORE_DUTIES
    )
    ways: list[Taken] = []
    standing: dict[tuple[str, bool], tuple[str, Matter]] = {}
    for index, moment in enumerate(call_times(count, now=as_of, days=DAYS, rng=rng), start=1):
        if not ways:
            ways = rng.sample(BLOCK, len(BLOCK))
        taken = ways.pop()
        community = rng.choices(COMMUNITIES, WEIGHTS)[0]
        number = f"demo-{size}-{index:05d}"
        here = (community, as_of - moment < NEWEST)
        matter, same_as = _matter(taken, known, standing.get(here), rng=rng)
        way = Way(
            Setting(matter, community, moment, same_as=same_as),
            held=matter.category.startswith(held),
            rng=rng,
        )
        taken(way)
        if taken is Way.straight:
            standing[here] = number, matter
        yield Script(
            number=number,
            received_at=moment,
            operator=f"operator-{rng.randrange(1, 3)}",
            draft=_draft(matter, community, rng=rng),
            steps=tuple(way.steps),
        )


def _matter(
    taken: Taken, known: list[Matter], before: tuple[str, Matter] | None, *, rng: random.Random
) -> tuple[Matter, str | None]:
    """Return a matter that can go this way, and the script that it is the same as, where it is to be merged."""
    if taken is Way.referred:
        return rng.choice(STATUTORY), None
    if taken is Way.declined:
        return rng.choice(PRIVATE), None
    if taken is Way.merged and before is not None:
        return before[1], before[0]
    return rng.choice([matter for matter in known if suits(taken, matter)]), None


def _draft(matter: Matter, community: str, *, rng: random.Random) -> dict[str, object]:
    request = matter.request
    return {
        "words": request.words,
        "title": request.title,
        "kind": request.kind,
        "urgency": request.urgency,
        "category": matter.category,
        "place": community,
        "channel": rng.choices(("12345_phone", "12345_web", "community_phone"), (8, 2, 1))[0],
        "address": f"{rng.randrange(1, 13)}号楼{rng.randrange(1, 5)}单元",
        "name": CALLERS[rng.randrange(len(CALLERS))],
        # 199-0000-xxxx: a block that, as far as known, no subscriber has.
        "phone": f"1990000{rng.randrange(10_000):04d}",
    }


def _calendar(root: Actor) -> None:
    """Apply the announced years that the demo's cases touch; without the extra all days stay provisional."""
    try:
        years = announced_years()
    except ModuleNotFoundError:
        return
    for year, days in years.items():
        if year >= root.now.year - 1:
            apply_year(actor=root, year=year, days=days, source=source())


def _people(root: Actor, *, since: dt.datetime) -> None:
    for unit in UNITS:
        open_organisation(
            actor=root,
            code=unit.code,
            name=unit.name,
            name_en=unit.name_en,
            kind=unit.kind,
            place_code=unit.place,
        )
    units = {unit.code: unit for unit in Organisation.objects.all()}
    places = {place.code: place for place in Place.objects.filter(code__in={p.place for p in EVERYBODY})}  # fmt: skip
    for person in EVERYBODY:
        user = open_account(
            actor=root,
            username=person.username,
            display_name=person.name,
            organisation=units[person.unit],
            is_demo=True,
        )
        if not user.grants.exists():
            place = places[person.place]
            give_role(actor=root, user=user, role=person.role, place=place, valid_from=since)
