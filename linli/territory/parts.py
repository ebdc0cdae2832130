"""Steps that operations on places and organisations share, here and on higher floors."""

import datetime as dt
import re

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.methods.language.normal import lookup_form
from linli.territory.events import AliasInUse, OrganisationClosed
from linli.territory.models import Organisation, Place, PlaceAlias, Post, Serving, day_of
from linli.territory.queries import names_a_place
from linli.territory.serving import held_by

ALIAS = re.compile(r"(?=.*[^\W\d_])[\w·()-]{2,40}")
"""What may become an alias: a short name with a letter in it, no sentence and no number."""
OUTSIDE = Refusal(
    "territory.outside",
    _("“%(place)s” lies outside your area. Ask an administrator who looks after it."),
)
IS_CLOSED = Refusal(
    "organisation.closed",
    _("“%(unit)s” is closed. Choose an organisation that is open."),
)


def require_within(place: Place, *, actor: Actor, permission: str) -> None:
    """Raise OUTSIDE unless the actor holds the permission over an area around the place."""
    if not Place.objects.filter(held_by(actor, permission), pk=place.pk).exists():
        raise OUTSIDE(place=place.label)


def confirm_alias(words: str, place: Place, *, actor: Actor) -> None:
    """Count that somebody chose a place for words that are no place's name; the second time they become its alias."""
    assert connection.in_atomic_block
    said = lookup_form(words)
    if not ALIAS.fullmatch(said) or names_a_place(said):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO territory_placealias AS kept (place_id, words, confirmed_count, first_at, version)
            VALUES (%s, %s, 1, %s, 1)
            ON CONFLICT (words, place_id) WHERE removed_at IS NULL DO UPDATE SET
                confirmed_count = kept.confirmed_count + 1, version = kept.version + 1,
                in_use_from = coalesce(kept.in_use_from, CASE WHEN kept.confirmed_count + 1 >= %s THEN %s END)
            RETURNING id, confirmed_count, version
            """,
            [place.pk, said, actor.now, PlaceAlias.CONFIRMED, actor.now],
        )
        alias_id, count, version = cursor.fetchone()
    if count == PlaceAlias.CONFIRMED:
        used = AliasInUse(alias_id=alias_id, place=Code(place.code))
        record(used, actor=actor, kind="alias", stream=alias_id, seq=version)


def locked_organisation(organisation_id: int, *, actor: Actor, permission: str) -> Organisation:
    """Return an open organisation within the actor's areas, locked for this transaction.

    Raises Organisation.DoesNotExist outside them, IS_CLOSED for one that is closed.
    """
    assert connection.in_atomic_block
    unit: Organisation = (
        Organisation.objects.filter(held_by(actor, permission, through="place__"))
        .select_for_update(of=("self",))
        .select_related("place")
        .get(pk=organisation_id)
    )
    if not unit.is_open:
        raise IS_CLOSED(unit=unit.label)
    return unit


def happened(unit: Organisation, event: object, *, actor: Actor) -> None:
    """Raise a locked organisation's version and record the event under it."""
    assert connection.in_atomic_block
    unit.version += 1
    Organisation.objects.filter(pk=unit.pk).update(version=unit.version)
    record(event, actor=actor, kind="organisation", stream=unit.pk, seq=unit.version)


def close_organisation(unit: Organisation, *, successor: Organisation | None, actor: Actor) -> None:
    """Close a locked organisation: its servings and posts end today.

    Whether it still holds orders is for the higher floor to ask before it calls this.
    """
    today = day_of(actor.now)
    unit.is_open, unit.closed_at, unit.successor = False, actor.now, successor
    unit.save(update_fields=["is_open", "closed_at", "successor"])
    # What would only have begun today or later never was; a post stays, for its appointments name it.
    Serving.objects.filter(organisation=unit, valid_from__gte=today).delete()
    Serving.objects.filter(organisation=unit).not_over(today).update(valid_to=today)
    posts = Post.objects.filter(organisation=unit).not_over(today)
    posts.filter(valid_from__gte=today).update(valid_to=F("valid_from") + dt.timedelta(days=1))
    posts.exclude(valid_from__gte=today).update(valid_to=today)
    happened(
        unit,
        OrganisationClosed(
            organisation_id=unit.pk, successor_id=successor.pk if successor else None
        ),
        actor=actor,
    )
