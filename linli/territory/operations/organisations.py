"""Writes of organisations: opening them, what they serve, their posts."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.kernel.operation import operation
from linli.territory import english
from linli.territory.events import (
    OrganisationOpened,
    PostClosed,
    PostOpened,
    ServingBegan,
    ServingEnded,
)
from linli.territory.models import Organisation, OrganisationKind, Place, Post, Serving, day_of
from linli.territory.operations.places import IS_REDRAWN
from linli.territory.parts import happened, locked_organisation, require_within
from linli.territory.permissions import TerritoryPermission

CODE_TAKEN = Refusal(
    "organisation.code_taken",
    _("The code “%(code)s” belongs to “%(unit)s” already. Give the new organisation another code."),
    "code",
)
OVERLAP = Refusal(
    "serving.overlap",
    _(
        "“%(unit)s” serves “%(place)s” already in part of this time: %(days)s. End that first, or begin "
        "after it."
    ),
    "valid_from",
)
ENDS_BEFORE_START = Refusal(
    "dates.ends_before_start",
    _(
        "The end lies before the beginning. Write the first day, and the first day it holds no more."
    ),
    "valid_to",
)
SAME_POST = Refusal(
    "post.same_title",
    _("“%(unit)s” has the post “%(title)s” already. Raise its seats instead of opening it twice."),
    "title",
)


@operation(TerritoryPermission.LOAD)
def open_organisation(
    *,
    actor: Actor,
    code: str,
    name: str,
    kind: str,
    place_code: str,
    name_en: str = "",
    since: dt.date | None = None,
) -> Organisation:
    """Return the organisation with this code, created if it does not stand yet; it serves its place.

    `since`: from which day it serves; None: from before our records.
    """
    place = Place.objects.get(code=place_code)
    organisation, created = Organisation.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            **english.of_organisation(name, given=name_en),
            "kind": OrganisationKind(kind).value,
            "place": place,
        },
    )
    if created:
        Serving.objects.create(organisation=organisation, place=place, valid_from=since)
    return organisation


@operation(TerritoryPermission.MANAGE)
def establish(
    *, actor: Actor, code: str, name: str, kind: str, place_code: str, name_en: str = ""
) -> Organisation:
    """Open an organisation within the actor's area; it serves its place from today.

    Raises Place.DoesNotExist; RuleBroken: outside the area, a code that is taken.
    """
    place = Place.objects.get(code=place_code)
    require_within(place, actor=actor, permission=TerritoryPermission.MANAGE)
    if place.valid_to is not None:
        raise IS_REDRAWN(place=place.label)
    taken = Organisation.objects.filter(code=code).first()
    if taken is not None:
        raise CODE_TAKEN(code=code, unit=taken.label)
    unit = Organisation.objects.create(
        code=code,
        name=name.strip(),
        kind=kind,
        place=place,
        **english.of_organisation(name.strip(), given=name_en.strip()),
    )
    Serving.objects.create(organisation=unit, place=place, valid_from=day_of(actor.now))
    record(
        OrganisationOpened(organisation_id=unit.pk, kind=Code(kind), place=Code(place.code)),
        actor=actor,
        kind="organisation",
        stream=unit.pk,
        seq=unit.version,
    )
    return unit


@operation(TerritoryPermission.MANAGE)
def serve(
    *,
    actor: Actor,
    organisation_id: int,
    place_code: str,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
) -> Serving:
    """Let an organisation serve a place from a day to a day (the end itself outside).

    Raises Organisation.DoesNotExist and Place.DoesNotExist outside the area; RuleBroken: dates the
    wrong way round, or overlapping a time in which it serves the place already.
    """
    unit = locked_organisation(organisation_id, actor=actor, permission=TerritoryPermission.MANAGE)
    place = Place.objects.get(code=place_code)
    require_within(place, actor=actor, permission=TerritoryPermission.MANAGE)
    if place.valid_to is not None:
        raise IS_REDRAWN(place=place.label)
    if valid_to is not None and valid_to <= valid_from:
        raise ENDS_BEFORE_START()
    rows = Serving.objects.filter(organisation=unit, place=place).not_over(valid_from)
    for other in rows if valid_to is None else rows.exclude(valid_from__gte=valid_to):
        raise OVERLAP(unit=unit.label, place=place.label, days=_days(other))
    serving = Serving.objects.create(
        organisation=unit, place=place, valid_from=valid_from, valid_to=valid_to
    )
    happened(unit, ServingBegan(serving_id=serving.pk, place=Code(place.code)), actor=actor)
    return serving


def _days(row: Serving) -> str:
    return f"{row.valid_from or '…'} – {row.valid_to or '…'}"


@operation(TerritoryPermission.MANAGE)
def stop_serving(*, actor: Actor, organisation_id: int, serving_id: int) -> None:
    """End a serving today; one that has not begun before today is taken back.

    Raises Organisation.DoesNotExist, Serving.DoesNotExist, RuleBroken.
    """
    unit = locked_organisation(organisation_id, actor=actor, permission=TerritoryPermission.MANAGE)
    today = day_of(actor.now)
    rows = Serving.objects.filter(organisation=unit).not_over(today).select_related("place")
    serving = rows.get(pk=serving_id)
    ended = ServingEnded(serving_id=serving.pk, place=Code(serving.place.code))
    if serving.valid_from is not None and serving.valid_from >= today:
        serving.delete()
    else:
        serving.valid_to = today
        serving.save(update_fields=["valid_to"])
    happened(unit, ended, actor=actor)


@operation(TerritoryPermission.MANAGE)
def open_post(
    *, actor: Actor, organisation_id: int, title: str, seats: int = 1, title_en: str = ""
) -> Post:
    """Open a post of an organisation from today. Raises Organisation.DoesNotExist, RuleBroken."""
    unit = locked_organisation(organisation_id, actor=actor, permission=TerritoryPermission.MANAGE)
    if unit.posts.filter(title=title.strip(), valid_to=None).exists():
        raise SAME_POST(unit=unit.label, title=title.strip())
    post = Post.objects.create(
        organisation=unit,
        title=title.strip(),
        title_en=title_en.strip(),
        seats=seats,
        valid_from=day_of(actor.now),
    )
    happened(unit, PostOpened(post_id=post.pk), actor=actor)
    return post


@operation(TerritoryPermission.MANAGE)
def close_post(*, actor: Actor, organisation_id: int, post_id: int) -> None:
    """Close a post from tomorrow on. Raises Organisation.DoesNotExist, Post.DoesNotExist."""
    unit = locked_organisation(organisation_id, actor=actor, permission=TerritoryPermission.MANAGE)
    today = day_of(actor.now)
    post = Post.objects.filter(organisation=unit).not_over(today).get(pk=post_id)
    post.valid_to = max(today, post.valid_from or today) + dt.timedelta(days=1)
    post.save(update_fields=["valid_to"])
    happened(unit, PostClosed(post_id=post.pk), actor=actor)
