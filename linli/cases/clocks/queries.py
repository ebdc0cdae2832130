"""Reads of clocks: the profile in force, and the deadlines that follow from it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from linli.cases.clocks.models import ClockClass, ClockProfile, ClockTerm
from linli.cases.clocks.rules import Deadlines, class_of, deadlines
from linli.methods.clocks import Calendar, Pause
from linli.territory.calendar.queries import working_calendar
from linli.territory.models import Place


def profile_for(
    place: Place | None, *, at: dt.datetime, override: bool = False
) -> ClockProfile | None:
    """Return the profile in force at a place, with its classes: that of the smallest area around it.

    `override` asks for the override in force (an epidemic's) instead. None where none is.
    """
    codes = [code for code in place.scope.values() if code] if place else []
    terms = (
        ClockTerm.objects.at(at)
        .filter(Q(place__isnull=True) | Q(place__code__in=codes), is_override=override)
        .select_related("profile", "place")
        .prefetch_related("profile__classes")
    )
    nearest = max(
        terms, key=lambda term: codes.index(term.place.code) if term.place else -1, default=None
    )
    return nearest.profile if nearest else None


def calendar_of(one: ClockClass, *, since: dt.datetime) -> Calendar:
    """Return the days and times by which a class counts, from the year of `since` on.

    The working days are read only for limits in working time.
    """
    return working_calendar(
        times=one.profile.times,
        since=timezone.localtime(since).date(),
        is_needed=one.limits.uses_calendar,
    )


def deadlines_of(
    one: ClockClass,
    *,
    at: dt.datetime,
    pauses: Iterable[Pause] = (),
    extension: int = 0,
    percent: float = 100,
) -> Deadlines:
    """Return both deadlines of an order of a class dispatched `at`; see rules.deadlines."""
    calendar = calendar_of(one, since=at)
    return deadlines(
        one.limits, at=at, calendar=calendar, pauses=pauses, extension=extension, percent=percent
    )


def pauses_of(order: Any) -> list[Pause]:
    """Return the stretches in which an order's handling clock stands: pauses and holds that were granted.

    A pause ends at the latest when it was to end; a hold has no end before it is cleared.
    """
    return [
        Pause(one.decided_at, one.ended_at or (one.until if one.kind == "pause" else None))
        for one in order.applications.all()
        if one.kind in ("pause", "hold") and one.is_granted
    ]


def standing_deadlines(order: Any) -> Deadlines:
    """Return an order's deadlines by all that has happened to it. It must have its limits."""
    assert order.clock_class is not None, "an order older than profiles keeps its deadlines"
    return deadlines_of(
        order.clock_class,
        at=order.clock_started_at,
        pauses=pauses_of(order),
        extension=order.extension,
        percent=order.clock_percent,
    )


@dataclass(frozen=True)
class Offer:
    """The limits that a case would get, were it dispatched now."""

    clock_class: ClockClass
    deadlines: Deadlines


def offered(
    case: Any, *, at: dt.datetime, clock_class: str = ""
) -> tuple[Offer | None, Offer | None]:
    """Return the limits that a case would get now: the ordinary ones, and those of an override in force.

    None where no profile is in force. `clock_class`: that of the catalogue; that of the case's kind and
    urgency if empty, and always for the override. One query, beside those of limits in working time.
    """
    codes = [code for code in case.place.scope.values() if code]
    own = class_of(kind=case.kind, urgency=case.urgency)
    rows = (
        ClockClass.objects.filter(
            Q(profile__terms__place__isnull=True) | Q(profile__terms__place__code__in=codes),
            profile__terms__in=ClockTerm.objects.at(at),
            code__in={clock_class or own, own},
        )
        .annotate(
            area=F("profile__terms__place__code"), is_override=F("profile__terms__is_override")
        )
        .select_related("profile")
    )
    nearest: dict[bool, ClockClass] = {}
    for row in sorted(rows, key=lambda row: codes.index(row.area) if row.area else -1):
        if row.code == (own if row.is_override else clock_class or own):
            nearest[row.is_override] = row

    def offer(one: ClockClass | None) -> Offer | None:
        return Offer(one, deadlines_of(one, at=at)) if one else None

    return offer(nearest.get(False)), offer(nearest.get(True))


def newest_versions() -> list[ClockProfile]:
    """Return the newest version of each profile, by code."""
    newest = ClockProfile.objects.values("code").annotate(version=Max("version"))
    wanted = Q(pk__in=())
    for row in newest:
        wanted |= Q(code=row["code"], version=row["version"])
    found = ClockProfile.objects.filter(wanted).prefetch_related("classes")
    return list(found.order_by("code"))


def versions_of(code: str) -> QuerySet[ClockProfile]:
    """Return every version of a profile, the newest first."""
    found = ClockProfile.objects.filter(code=code).prefetch_related("classes", "terms__place")
    return found.order_by("-version")


def terms(*, at: dt.datetime) -> list[ClockTerm]:
    """Return the terms in force or to come, by area and time; the whole installation first."""
    found = ClockTerm.objects.exclude(valid_to__lte=at).select_related("profile", "place")
    return sorted(
        found,
        key=lambda t: (t.is_override, t.place.code if t.place else "", t.valid_from),
    )
