"""Loads the demo: places, units, people, and cases that take the real operations at past moments."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from linli.accounts.models import User
from linli.accounts.operations import give_role, installer, open_account
from linli.accounts.queries import actor_of
from linli.cases import operations
from linli.cases.catalogue.models import Category
from linli.cases.clocks.operations import load_shipped
from linli.cases.clocks.rules import class_of
from linli.cases.clocks.shipped import DEFAULT, SHIPPED
from linli.cases.clocks.sweeping import sweep_alerts
from linli.cases.imports.maps import shipped
from linli.cases.models import Case, ClockAlert
from linli.cases.rules import needs_evidence
from linli.kernel.actor import Actor
from linli.methods.clocks import Calendar, Clock, whole
from linli.site.demo.catalogue import ABOUT, load_catalogue
from linli.site.demo.days import call_times, minutes
from linli.site.demo.neighbourhood import load_neighbourhood
from linli.site.demo.people import COMMITTEE_OF, COMMUNITIES, HANDLERS, PEOPLE, UNITS
from linli.site.demo.words import CALLERS, REQUESTS, SHOWN, Request
from linli.territory.calendar.announced import announced_years, source
from linli.territory.calendar.operations import apply_year
from linli.territory.divisions import beijing
from linli.territory.importing import compounds
from linli.territory.models import Organisation, Place
from linli.territory.operations import load_compounds, load_places, open_organisation

SOURCE = "demo"
DAYS = 30
SEED = 12345
ENDS = ("closed",) * 5 + (
    "followed_up",
    "reported",
    "reported",
    "in_progress",
    "in_progress",
    "accepted",
)
STEP = ("received", "dispatched", "accepted", "in_progress", "reported", "followed_up", "closed")
FRESH = dt.timedelta(hours=30)
SETTLED = dt.timedelta(days=6)
"""Cases younger than FRESH stand anywhere on the way, those older than SETTLED are done, but for a few
whose caller could not be reached."""


@dataclass(frozen=True)
class DemoLoaded:
    """What stands after a load. `created` are the cases of this run."""

    places: int
    people: int
    created: int
    cases: int

    def __str__(self) -> str:
        return (
            f"{self.places} places, {self.people} people, {self.cases} cases ({self.created} new)"
        )


def load_demo(
    *,
    now: dt.datetime,
    cases: int = 200,
    progress: Callable[[int, int], None] | None = None,
) -> DemoLoaded:
    """Load what is missing. A second run adds nothing; a run that was killed goes on where it stopped.

    Cases lie within the 30 days before `now`; no event lies after it. The same `now` gives the same city.
    """
    permissions = {
        *("territory.load", "territory.calendar", "accounts.manage"),
        *("cases.clocks", "cases.catalogue"),
    }
    root = installer(now=now, permissions=frozenset({*permissions, "cases.sweep"}))
    load_places(actor=root, rows=[*beijing(), shipped("messages").places.root_row])
    if not Place.objects.filter(source=compounds.SOURCE).exists():
        load_compounds(actor=root, source=compounds.SOURCE, rows=compounds.shipped())
    load_shipped(actor=root)
    _calendar(root)
    since = now - dt.timedelta(days=730)
    _people(root, since=since)
    load_catalogue(root.at(since))
    load_neighbourhood(now=now)
    cast = _Cast(now)
    known = set(
        Case.objects.everywhere("demo: which cases stand already")
        .filter(source=SOURCE)
        .values_list("external_no", flat=True)
    )
    rng = random.Random(SEED)  # noqa: S311 - a demo, not a secret
    created = 0
    moments = call_times(cases, now=now, days=DAYS, rng=rng)
    for index, moment in enumerate(moments, start=1):
        plan = _plan(index, moment, now=now, rng=rng)
        # A city loaded yesterday stays as it is: its cases are relative to the day of their load.
        if plan.number not in known and len(known) < cases:
            _live(plan, cast=cast, sweeper=root)
            created += 1
        if progress is not None:
            progress(index, cases)
    while sweep_alerts(actor=root).settled:
        continue
    return DemoLoaded(
        places=Place.objects.count(),
        people=User.objects.filter(is_demo=True).count(),
        created=created,
        cases=len(known) + created,
    )


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
    for person in PEOPLE:
        user = open_account(
            actor=root,
            username=person.username,
            display_name=person.name,
            organisation=units[person.unit],
            is_demo=True,
        )
        if not user.grants.exists():
            place = Place.objects.get(code=person.place)
            give_role(actor=root, user=user, role=person.role, place=place, valid_from=since)


class _Cast:
    """The people of the demo as actors at any moment; grants are read once."""

    def __init__(self, now: dt.datetime) -> None:
        users = User.objects.filter(is_demo=True).select_related("organisation")
        self.actors = {user.username: actor_of(user, now=now) for user in users}
        self.units = {unit.code: unit.pk for unit in Organisation.objects.all()}
        self.categories = {row.code: row for row in Category.objects.all()}
        self.places = {place.code: place for place in Place.objects.filter(code__in=COMMUNITIES)}

    def at(self, username: str, moment: dt.datetime) -> Actor:
        return self.actors[username].at(moment)


@dataclass(frozen=True)
class _Plan:
    """One case to be: drawn before it is known whether it stands, so that a rerun draws the same."""

    number: str
    request: Request
    community: str
    building: str
    caller: str
    phone: str
    lead: str
    end: str
    moments: tuple[dt.datetime, ...]
    answered: str
    satisfaction: str
    operator: str
    looks: bool


def _plan(index: int, moment: dt.datetime, *, now: dt.datetime, rng: random.Random) -> _Plan:
    request = REQUESTS[(index * 7 + rng.randrange(3)) % len(REQUESTS)]
    community = rng.choices(COMMUNITIES, (6, 4, 2))[0]
    committee, street = COMMITTEE_OF[community]
    lead = street if request.lead == "street" else committee
    age = now - moment
    end = _end(age, rng=rng)
    contact_within, handle_within = _pace(request)
    slow = rng.random() < 0.06
    waits = [
        minutes(4, 25, rng=rng),
        minutes(3, contact_within * 0.4, rng=rng),
        minutes(3, contact_within * (2.2 if slow else 0.45), rng=rng),
        minutes(30, handle_within * (1.6 if slow else 0.6), rng=rng),
        minutes(60, 60 * 20, rng=rng),
        minutes(1, 5, rng=rng),
    ]
    moments = [moment]
    for wait in waits:
        moments.append(moments[-1] + wait)
    mood = rng.random()
    answered = "solved" if mood < 0.86 else "partly" if mood < 0.94 else "not_solved"
    satisfaction = {
        "solved": rng.choice(("very", "satisfied", "satisfied", "basically")),
        "partly": rng.choice(("basically", "satisfied", "not")),
        "not_solved": "not",
    }[answered]
    return _Plan(
        number=f"demo-{index:05d}",
        request=request,
        community=community,
        building=f"{rng.randrange(1, 13)} 号楼 {rng.randrange(1, 5)} 单元",
        caller=CALLERS[rng.randrange(len(CALLERS))],
        # 199-0000-xxxx: a block that, as far as known, no subscriber has.
        phone=f"1990000{rng.randrange(10_000):04d}",
        lead=lead,
        end=end,
        moments=tuple(moments),
        answered=answered,
        satisfaction=satisfaction,
        operator=f"operator-{rng.randrange(1, 3)}",
        looks=rng.random() < 0.5,
    )


def _pace(request: Request) -> tuple[float, float]:
    """Return both limits of a request in minutes, a working day taken as 24 hours."""
    shipped = next(one for one in SHIPPED if one.code == DEFAULT)
    limits = shipped.classes[class_of(kind=request.kind, urgency=request.urgency)]
    always = Calendar(times=((0, 24 * 60),), zone=dt.UTC)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    spans = (
        whole(Clock(limit, start), calendar=always)
        for limit in (limits.first_contact, limits.handling)
    )
    contact, handling = (span / dt.timedelta(minutes=1) for span in spans)
    return contact, handling


def _end(age: dt.timedelta, *, rng: random.Random) -> str:
    """Return how far a case of this age has come."""
    drawn, unreached = rng.random(), rng.random() < 0.05
    if age <= FRESH:
        return STEP[int(drawn * 5)]
    if age <= SETTLED:
        return ENDS[int(drawn * len(ENDS))]
    return "unreached" if unreached else "closed"


def _live(plan: _Plan, *, cast: _Cast, sweeper: Actor) -> None:
    """Take one case as far as its plan and the clock allow; the sweeper's `now` is the end of time."""
    case = operations.receive(
        actor=cast.at(plan.operator, plan.moments[0]), draft=_draft(plan, cast)
    )
    for moment, step in zip(plan.moments[1:], _steps(plan, case, cast), strict=False):
        if moment > sweeper.now:
            break
        _alert(case, until=moment, sweeper=sweeper)
        step(moment)
    _alert(case, until=sweeper.now, sweeper=sweeper)


def _alert(case: Case, *, until: dt.datetime, sweeper: Actor) -> None:
    """Raise the alerts that a running clock of the case reaches by `until`, each at its own moment."""
    running = Q(clock="first_contact", order__first_contact_at__isnull=True) | Q(clock="handling")
    reached = ClockAlert.objects.filter(
        running, order__case=case, order__reported_at__isnull=True, raised_at__isnull=True
    ).filter(due_at__lt=until)
    for alert in reached.order_by("due_at"):
        if alert.due_at is not None:
            sweep_alerts(actor=sweeper.at(alert.due_at))


def _draft(plan: _Plan, cast: _Cast) -> operations.Draft:
    request = plan.request
    return operations.Draft(
        words=request.words,
        title=request.title,
        kind=request.kind,
        urgency=request.urgency,
        category=cast.categories[ABOUT[request.title]],
        place=cast.places[plan.community],
        address=plan.building,
        name=plan.caller,
        phone=plan.phone,
        source=SOURCE,
        external_no=plan.number,
    )


def _steps(plan: _Plan, case: Case, cast: _Cast) -> Iterator[Callable[[dt.datetime], object]]:
    """Yield the steps up to the plan's end, each to be taken at its moment."""
    request, handler, case_id = plan.request, HANDLERS[plan.lead], case.pk
    unreached = plan.end == "unreached"
    last = len(STEP) - 1 if unreached else STEP.index(plan.end)

    def dispatch(at: dt.datetime) -> object:
        lead_id = cast.units[plan.lead]
        actor = cast.at("dispatcher", at)
        return operations.dispatch(
            actor=actor, case_id=case_id, lead_id=lead_id, reason=request.why
        )

    def accept(at: dt.datetime) -> object:
        return operations.accept(actor=cast.at(handler, at), case_id=case_id)

    def contact(at: dt.datetime) -> object:
        actor = cast.at(handler, at)
        if plan.looks:
            operations.unmask(actor=actor, case_id=case_id, reason="联系诉求人，核实情况")
        return operations.contact(
            actor=actor, case_id=case_id, means="phone", was_reached=True, note=request.contact
        )

    def report(at: dt.datetime) -> object:
        return operations.report(
            actor=cast.at(handler, at),
            case_id=case_id,
            resolution=request.resolution,
            public_reply=request.reply,
            evidence=SHOWN[request.lead] if needs_evidence(request.kind) else "",
        )

    def follow_up(at: dt.datetime) -> object:
        actor = cast.at("follow-up", at)
        if unreached:
            for attempt in range(3):
                earlier = actor.at(at - dt.timedelta(minutes=20 * (2 - attempt)))
                means = "message" if attempt == 2 else "phone"
                operations.miss_follow_up(actor=earlier, case_id=case_id, means=means)
            return None
        return operations.follow_up(
            actor=actor,
            case_id=case_id,
            means="phone",
            was_contacted=True,
            answered=plan.answered,
            satisfaction=plan.satisfaction,
            note=request.remark if plan.answered == "solved" else "",
        )

    def close(at: dt.datetime) -> object:
        return operations.close(actor=cast.at("follow-up", at), case_id=case_id)

    yield from (dispatch, accept, contact, report, follow_up, close)[:last]
