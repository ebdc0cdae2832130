"""Writes of profiles: adding a version, putting one in force, ending a term."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from linli.cases.clocks.choices import ClockCode
from linli.cases.clocks.events import ProfileAdded, ProfilePutInForce, TermEnded
from linli.cases.clocks.models import ClockClass, ClockProfile, ClockTerm
from linli.cases.clocks.rules import Limits, check_limits
from linli.cases.clocks.shipped import DEFAULT, SHIPPED
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.kernel.operation import operation
from linli.methods.clocks import NotWorkingTimes, working_times
from linli.territory.models import Place

FROM_THE_FIRST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Start of the term that a new installation begins with: before any case it may import."""

NOT_TIMES = Refusal(
    "clocks.not_working_times",
    _("“%(found)s” says no working times. Write them as 09:00-12:00, 13:30-17:30."),
    "working_times",
)
CLASS_MISSING = Refusal(
    "clocks.class_missing",
    _("The profile says no limits for “%(name)s”. Every class needs its two limits."),
)
VERSION_TAKEN = Refusal(
    "clocks.version_taken",
    _("Somebody else has just added a version of this profile. Look at it before you add yours."),
)
IN_THE_PAST = Refusal(
    "clocks.in_the_past",
    _(
        "The time lies in the past. Orders dispatched since then have their limits already and keep "
        "them: choose a time from now on."
    ),
    "valid_from",
)
OUTSIDE_AREA = Refusal(
    "clocks.outside_area",
    _(
        "This area is not yours to set limits for. Choose a place within your own area, or ask the "
        "administrator of the wider one."
    ),
    "place",
)
ENDS_BEFORE = Refusal(
    "clocks.ends_before_start",
    _("The end lies before the start. Choose a later end, or leave it open."),
    "valid_to",
)
OVERLAPS = Refusal(
    "clocks.overlaps",
    _(
        "“%(name)s” is in force here from %(start)s %(end)s, and two profiles cannot be in force at once. "
        "Choose another time, or end that one first."
    ),
    "valid_from",
)
OVERLAPS_NOW = Refusal(
    "clocks.overlaps_now",
    _(
        "Somebody else has just put a profile in force here for the same time. Look at the list before "
        "you go on."
    ),
    "valid_from",
)
NEEDS_OPEN_END = Refusal(
    "clocks.needs_open_end",
    _(
        "The profile of the whole installation has no end: after it no order could be dispatched. Leave "
        "the end open; the next one put in force ends it."
    ),
    "valid_to",
)
ENDED_ALREADY = Refusal(
    "clocks.ended_already", _("This term has ended already. Nothing needs to be done.")
)


@operation(P.CLOCKS, constraints={"clock_profile_version": VERSION_TAKEN})
def add_version(
    *,
    actor: Actor,
    code: str,
    name: str,
    basis: str,
    times: str,
    classes: Mapping[str, Limits],
    name_en: str = "",
    basis_en: str = "",
) -> ClockProfile:
    """Write down a new version of a profile, or the first of a new one. It is in force nowhere yet.

    Raises NOT_TIMES, CLASS_MISSING, CONTACT_AFTER_HANDLING.
    """
    return _write(
        actor=actor,
        code=code,
        name=name.strip(),
        name_en=name_en.strip(),
        basis=basis.strip(),
        basis_en=basis_en.strip(),
        times=times.strip(),
        classes=classes,
    )


def _write(
    *,
    actor: Actor,
    code: str,
    name: str,
    name_en: str,
    basis: str,
    basis_en: str,
    times: str,
    classes: Mapping[str, Limits],
) -> ClockProfile:
    try:
        working_times(times)
    except NotWorkingTimes as wrong:
        raise NOT_TIMES(found=times) from wrong
    for one in ClockCode:
        if one not in classes:
            raise CLASS_MISSING(name=one.label)
        check_limits(classes[one], name=str(one.label))
    last = ClockProfile.objects.filter(code=code).aggregate(version=Max("version"))["version"]
    profile = ClockProfile.objects.create(
        code=code,
        version=(last or 0) + 1,
        name=name,
        name_en=name_en,
        basis=basis,
        basis_en=basis_en,
        working_times=times,
        created_at=actor.now,
        user_id=actor.user_id,
    )
    ClockClass.objects.bulk_create(
        ClockClass(
            profile=profile,
            code=one,
            first_contact_amount=classes[one].first_contact.amount,
            first_contact_unit=classes[one].first_contact.unit,
            handling_amount=classes[one].handling.amount,
            handling_unit=classes[one].handling.unit,
        )
        for one in ClockCode
    )
    added = ProfileAdded(profile_id=profile.pk, code=Code(code), version=profile.version)
    record(added, actor=actor, kind="clock_profile", stream=profile.pk, seq=1)
    return profile


@operation(P.CLOCKS)
def load_shipped(*, actor: Actor) -> list[ClockProfile]:
    """Write down the profiles that come with Linli and are not there yet. A second load adds nothing.

    Where none is in force at all, the default is, everywhere and from the first.
    """
    added = []
    for one in SHIPPED:
        if not ClockProfile.objects.filter(code=one.code).exists():
            added.append(
                _write(
                    actor=actor,
                    code=one.code,
                    name=one.name,
                    name_en=one.name_en,
                    basis=one.basis,
                    basis_en=one.basis_en,
                    times=one.times,
                    classes={code.value: limits for code, limits in one.classes.items()},
                )
            )
    if not ClockTerm.objects.exists():
        profile = ClockProfile.objects.filter(code=DEFAULT).latest("version")
        _open(ClockTerm(profile=profile, valid_from=FROM_THE_FIRST), actor=actor)
    return added


@operation(
    P.CLOCKS,
    constraints={"clock_term_apart": OVERLAPS_NOW, "clock_override_apart": OVERLAPS_NOW},
)
def put_in_force(
    *,
    actor: Actor,
    profile: ClockProfile,
    place: Place | None,
    valid_from: dt.datetime | None = None,
    valid_to: dt.datetime | None = None,
    is_override: bool = False,
) -> ClockTerm:
    """Put a version in force in an area (None: the whole installation), from now if not said otherwise.

    An open-ended term that stands there ends when an open-ended one follows. Raises IN_THE_PAST,
    ENDS_BEFORE, NEEDS_OPEN_END, OVERLAPS.
    """
    _check_area(actor, place)
    start = valid_from or actor.now
    if start < actor.now:
        raise IN_THE_PAST()
    if valid_to is not None and valid_to <= start:
        raise ENDS_BEFORE()
    if valid_to is not None and place is None and not is_override:
        raise NEEDS_OPEN_END()
    standing = list(
        ClockTerm.objects.select_for_update(of=("self",))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=start), place=place)
        .filter(is_override=is_override)
        .order_by("valid_from")
    )
    standing = [term for term in standing if valid_to is None or term.valid_from < valid_to]
    for term in standing:
        if term.valid_from < start and term.valid_to is None and valid_to is None:
            _end(term, at=start, actor=actor)
        else:
            raise OVERLAPS(
                name=term.profile.label, start=_shown(term.valid_from), end=_until(term.valid_to)
            )
    term = ClockTerm(
        profile=profile, place=place, is_override=is_override, valid_from=start, valid_to=valid_to
    )
    return _open(term, actor=actor)


@operation(P.CLOCKS)
def end_term(*, actor: Actor, term_id: int) -> ClockTerm:
    """End a term now, or take back one that has not begun. The wider area's profile applies from then on.

    Raises NEEDS_OPEN_END for the whole installation's, ENDED_ALREADY, ClockTerm.DoesNotExist.
    """
    term = ClockTerm.objects.select_for_update(of=("self",)).get(pk=term_id)
    _check_area(actor, term.place)
    if term.place_id is None and not term.is_override:
        raise NEEDS_OPEN_END()
    if term.valid_to is not None and term.valid_to <= actor.now:
        raise ENDED_ALREADY()
    if term.valid_from >= actor.now:
        term.delete()
        term.pk = term_id
        _record_end(term, at=term.valid_from, actor=actor)
        return term
    _end(term, at=actor.now, actor=actor)
    return term


def _check_area(actor: Actor, place: Place | None) -> None:
    """Raise OUTSIDE_AREA unless the actor holds the permission over the area. None: the city or a command."""
    held = [grant for grant in actor.grants if P.CLOCKS in grant.permissions]
    for grant in held:
        if grant.column is None or (place is None and grant.column == SCOPE_COLUMNS[0]):
            return
        if place is not None and getattr(place, grant.column) == grant.code:
            return
    raise OUTSIDE_AREA()


def _open(term: ClockTerm, *, actor: Actor) -> ClockTerm:
    term.save(force_insert=True)
    put = ProfilePutInForce(
        term_id=term.pk,
        profile_id=term.profile_id,
        place=Code(term.place.code if term.place else ""),
        is_override=term.is_override,
        valid_from=term.valid_from,
        valid_to=term.valid_to,
    )
    record(put, actor=actor, kind="clock_term", stream=term.pk, seq=term.version)
    return term


def _end(term: ClockTerm, *, at: dt.datetime, actor: Actor) -> None:
    term.valid_to = at
    _record_end(term, at=at, actor=actor)
    written: dict[str, Any] = {"valid_to": at, "version": term.version}
    ClockTerm.objects.filter(pk=term.pk).update(**written)


def _record_end(term: ClockTerm, *, at: dt.datetime, actor: Actor) -> None:
    term.version += 1
    ended = TermEnded(term_id=term.pk, valid_to=at)
    record(ended, actor=actor, kind="clock_term", stream=term.pk, seq=term.version)


def _shown(at: dt.datetime) -> str:
    return date_format(timezone.localtime(at), "Y-m-d H:i")


def _until(at: dt.datetime | None) -> Any:
    return _("to %(time)s") % {"time": _shown(at)} if at else _("on, without an end")
