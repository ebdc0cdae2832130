"""Reads of duty rosters."""

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from linli.accounts.models import Appointment, User
from linli.kernel.actor import Actor
from linli.territory.choices import PlaceLevel
from linli.territory.models import Organisation, Place, Serving
from linli.territory.serving import held_by, holds, serving
from linli.workforce.models import DutyShift
from linli.workforce.permissions import WorkforcePermission as P

PLACES = 60
"""Compounds offered for a shift; an organisation of a whole sub-district rosters for itself."""


def people_of(unit: Organisation, *, on: dt.date) -> QuerySet[User]:
    """Return who may be put on duty for an organisation: its own people, and holders of its posts."""
    held = Appointment.objects.on(on).filter(post__organisation=unit)
    return User.objects.filter(
        Q(organisation=unit) | Q(pk__in=held.values("user")), is_active=True
    ).order_by("display_name", "pk")


def unit_for(code: str, *, actor: Actor, permission: str) -> Organisation:
    """Return an organisation within an area over which the permission is held; to see, also one's own.

    An empty code is the actor's own. Raises Organisation.DoesNotExist.
    """
    rows = Organisation.objects.select_related("place")
    if not code:
        return rows.get(pk=actor.organisation_id or 0)
    seen = held_by(actor, permission, through="place__")
    if permission == P.SEE:
        seen |= Q(pk=actor.organisation_id)
    return rows.filter(seen).get(code=code.replace("\0", ""))


def shifts_of(unit: Organisation, *, first: dt.datetime, after: dt.datetime) -> list[DutyShift]:
    """Return the shifts of an organisation that begin in a time, by beginning."""
    return list(
        DutyShift.objects.filter(organisation=unit, starts_at__gte=first, starts_at__lt=after)
        .standing()
        .select_related("user", "place", "instead_of__user")
        .order_by("starts_at", "user__display_name")
    )


def on_duty(
    place: Place, *, at: dt.datetime, among: list[Organisation] | None = None
) -> list[DutyShift]:
    """Return who is on duty at a moment for the organisations that serve a place, the nearest first.

    `among`: those organisations, where they are at hand.
    """
    day = timezone.localtime(at, timezone.get_default_timezone()).date()
    units = {
        unit.pk: index
        for index, unit in enumerate(serving(place, on=day) if among is None else among)
    }
    shifts = DutyShift.objects.at(at).filter(organisation__in=units)
    shifts = shifts.select_related("user", "organisation", "place")
    return sorted(shifts, key=lambda shift: (units[shift.organisation_id], shift.starts_at))


def places_of(unit: Organisation, *, on: dt.date) -> list[Place]:
    """Return the compounds that a shift of this organisation may be for."""
    served = [
        row.place
        for row in Serving.objects.on(on).filter(organisation=unit).select_related("place")
    ]
    within = Q(pk__in=())
    for place in served:
        if place.level in (PlaceLevel.COMMUNITY, PlaceLevel.VILLAGE):
            within |= Q(community_code=place.code)
        elif not place.is_area:
            within |= Q(pk=place.pk)
    places = Place.objects.filter(within, level=PlaceLevel.COMPOUND, valid_to=None)
    return list(places.order_by("code")[:PLACES])


def may_roster(unit: Organisation, *, actor: Actor) -> bool:
    """Return whether the actor makes the roster of an organisation: it lies in an area of theirs."""
    return holds(actor, P.ROSTER, unit.place)
