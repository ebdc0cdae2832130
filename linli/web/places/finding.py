"""How a page gets its place or organisation: within the actor's areas, or not at all."""

from django.db.models import Q
from django.http import Http404

from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.territory.models import Organisation, Place
from linli.territory.permissions import TerritoryPermission as P
from linli.territory.serving import WITH_PARENTS, held_by, holds


def place_or_404(code: str, *, actor: Actor, permission: str = P.SEE) -> Place:
    """Return a place within the actor's areas. Out of them and not there look the same."""
    rows = Place.objects.filter(held_by(actor, permission), code=code)
    place = rows.select_related(WITH_PARENTS).first()
    if place is None:
        raise Http404
    return place


def unit_or_404(code: str, *, actor: Actor, permission: str = P.SEE) -> Organisation:
    """Return an organisation that lies in the actor's areas, or, to look at, one that serves them."""
    seen = held_by(actor, permission, through="place__")
    if permission == P.SEE:
        # Whoever serves the own area, what lies in it, or what lies around it.
        held = Place.objects.filter(code__in=[code for _column, code in actor.scopes(permission)])
        for column in SCOPE_COLUMNS:
            seen |= Q(servings__place__code__in=held.values(column))
        seen |= held_by(actor, permission, through="servings__place__")
        seen |= Q(pk=actor.organisation_id)
    units = Organisation.objects.filter(seen, code=code)
    unit = units.select_related("place__parent", "successor").first()
    if unit is None:
        raise Http404
    return unit


def may_manage(place: Place, *, actor: Actor) -> bool:
    """Return whether the actor looks after an area around the place."""
    return holds(actor, P.MANAGE, place)
