"""Writes of duty rosters: plan, swap, end."""

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from linli.accounts.models import User
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.events import Code
from linli.kernel.operation import operation
from linli.territory.models import Organisation, Place
from linli.territory.parts import happened, locked_organisation
from linli.workforce.choices import DutyKind
from linli.workforce.events import DutyEnded, DutyPlanned, DutySwapped
from linli.workforce.models import DutyShift
from linli.workforce.permissions import WorkforcePermission as P
from linli.workforce.queries import people_of
from linli.workforce.rules import LONGEST, hours_on

BUSY = Refusal(
    "duty.busy",
    _(
        "%(name)s is on duty at that time already: %(when)s, %(unit)s. Choose somebody else or other hours, "
        "or swap that shift first."
    ),
    "person",
)
BUSY_MEANWHILE = Refusal(
    "duty.busy_meanwhile",
    _("Somebody has just put this person on duty for the same time. Look at the week again."),
    "person",
)
NOT_OF_UNIT = Refusal(
    "duty.not_of_unit",
    _(
        "%(name)s neither works for “%(unit)s” nor holds a post there on that day. Choose one of its people, "
        "or appoint %(name)s to a post first."
    ),
    "person",
)
IS_PAST = Refusal(
    "duty.is_past",
    _("This time has passed: %(when)s. A roster is for the time to come; choose a later day."),
    "days",
)
TOO_FAR = Refusal(
    "duty.too_far",
    _("A roster is made at most a year ahead. Choose an earlier day."),
    "days",
)
NO_DAY = Refusal("duty.no_day", _("Mark at least one day."), "days")
IS_OVER = Refusal(
    "duty.is_over",
    _(
        "This shift is over, swapped or taken back already. Look at the week again; nothing was changed."
    ),
)
SAME_PERSON = Refusal(
    "duty.same_person", _("%(name)s has this shift already. Choose who takes it over."), "person"
)
FURTHEST = dt.timedelta(days=366)


@operation(P.ROSTER, constraints={"duty_one_place_at_a_time": BUSY_MEANWHILE})
def plan(
    *,
    actor: Actor,
    organisation_id: int,
    user_id: int,
    days: Sequence[dt.date],
    begins: dt.time,
    ends: dt.time,
    kind: str,
    place: Place | None = None,
) -> list[DutyShift]:
    """Put one person on duty on each of some days, all or none; hours past midnight end the next day.

    Raises Organisation.DoesNotExist outside the actor's area; RuleBroken: not one of the unit's people, on
    duty elsewhere at the time, a time that has passed.
    """
    unit = locked_organisation(organisation_id, actor=actor, permission=P.ROSTER)
    user = User.objects.get(pk=user_id)
    if not days:
        raise NO_DAY()
    zone = timezone.get_default_timezone()
    made: list[DutyShift] = []
    for day in sorted(set(days)):
        starts_at, ends_at = hours_on(day, begins=begins, ends=ends, zone=zone)
        if starts_at - actor.now > FURTHEST:
            raise TOO_FAR()
        made.append(
            _shift(
                unit,
                user,
                starts_at=starts_at,
                ends_at=ends_at,
                kind=kind,
                place=place,
                actor=actor,
            )
        )
    return made


def _shift(
    unit: Organisation,
    user: User,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    kind: str,
    place: Place | None,
    actor: Actor,
) -> DutyShift:
    if ends_at <= actor.now:
        raise IS_PAST(when=when(starts_at, ends_at))
    _require_free(unit, user, starts_at=starts_at, ends_at=ends_at)
    shift = DutyShift.objects.create(
        organisation=unit,
        user=user,
        kind=DutyKind(kind).value,
        place=place,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    planned = DutyPlanned(
        shift_id=shift.pk, person_id=user.pk, kind=Code(kind), starts_at=starts_at, ends_at=ends_at
    )
    happened(unit, planned, actor=actor)
    return shift


def _require_free(
    unit: Organisation, user: User, *, starts_at: dt.datetime, ends_at: dt.datetime
) -> None:
    """Raise unless the person is one of the unit's on that day, and on duty nowhere at that time."""
    assert ends_at - starts_at <= LONGEST
    day = timezone.localtime(starts_at, timezone.get_default_timezone()).date()
    if not people_of(unit, on=day).filter(pk=user.pk).exists():
        raise NOT_OF_UNIT(name=user.display_name, unit=unit.label)
    other = (
        DutyShift.objects.filter(user=user)
        .between(starts_at, ends_at)
        .select_related("organisation")
        .first()
    )
    if other is not None:
        raise _busy(user, other)


def _busy(user: User, other: DutyShift) -> RuleBroken:
    return BUSY(
        name=user.display_name,
        when=when(other.starts_at, other.ends_at),
        unit=other.organisation.label,
    )


def when(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """Return the hours of a shift in words, at the site: `18 November 08:00–17:00`."""
    zone = timezone.get_default_timezone()
    first, last = timezone.localtime(starts_at, zone), timezone.localtime(ends_at, zone)
    return f"{date_format(first, 'MONTH_DAY_FORMAT')} {first:%H:%M}–{last:%H:%M}"


@operation(P.ROSTER, constraints={"duty_one_place_at_a_time": BUSY_MEANWHILE})
def swap(*, actor: Actor, shift_id: int, user_id: int) -> DutyShift:
    """Give a shift to somebody else; one that runs is handed over now. The old one stays on record.

    Raises DutyShift.DoesNotExist, Organisation.DoesNotExist, RuleBroken.
    """
    shift, unit = _locked(shift_id, actor=actor)
    user = User.objects.get(pk=user_id)
    if user.pk == shift.user_id:
        raise SAME_PERSON(name=user.display_name)
    starts_at = max(shift.starts_at, actor.now)
    _require_free(unit, user, starts_at=starts_at, ends_at=shift.ends_at)
    _cut(shift, at=actor.now)
    taken = DutyShift.objects.create(
        organisation=unit,
        user=user,
        kind=shift.kind,
        place_id=shift.place_id,
        starts_at=starts_at,
        ends_at=shift.ends_at,
        instead_of=shift,
    )
    swapped = DutySwapped(shift_id=taken.pk, instead_of_id=shift.pk, person_id=user.pk)
    happened(unit, swapped, actor=actor)
    return taken


@operation(P.ROSTER)
def end(*, actor: Actor, shift_id: int) -> None:
    """End a shift that runs, now; take back one that has not begun.

    Raises DutyShift.DoesNotExist, Organisation.DoesNotExist, RuleBroken.
    """
    shift, unit = _locked(shift_id, actor=actor)
    had_begun = shift.starts_at < actor.now
    _cut(shift, at=actor.now)
    ended = DutyEnded(shift_id=shift.pk, person_id=shift.user_id, had_begun=had_begun)
    happened(unit, ended, actor=actor)


def _locked(shift_id: int, *, actor: Actor) -> tuple[DutyShift, Organisation]:
    """Return a shift that is not over, its organisation locked first."""
    found = DutyShift.objects.get(pk=shift_id)
    unit = locked_organisation(found.organisation_id, actor=actor, permission=P.ROSTER)
    shift = DutyShift.objects.get(pk=shift_id)
    if shift.dropped_at is not None or shift.ends_at <= actor.now:
        raise IS_OVER()
    return shift, unit


def _cut(shift: DutyShift, *, at: dt.datetime) -> None:
    if shift.starts_at < at:
        DutyShift.objects.filter(pk=shift.pk).update(ends_at=at)
    else:
        DutyShift.objects.filter(pk=shift.pk).update(dropped_at=at)
