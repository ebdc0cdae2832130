"""Reads of exports, and of the cases that go into one."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from linli.cases.exporting.models import Export
from linli.cases.exporting.rules import SILENT
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.territory.queries import labels_of
from linli.territory.serving import inside


def mine(actor: Actor) -> QuerySet[Export]:
    """Return the actor's own exports, the newest first."""
    assert actor.user_id is not None
    return (
        Export.objects.filter(user_id=actor.user_id)
        .select_related("place")
        .order_by("-asked_at", "-pk")
    )


def live_count(actor: Actor) -> int:
    """Return how many of the actor's exports are waiting, being made or ready."""
    return mine(actor).filter(removed_at__isnull=True, failed_at__isnull=True).count()


def to_make(*, now: dt.datetime) -> QuerySet[Export]:
    """Return the exports that nobody makes: not begun, or begun by somebody who fell silent."""
    idle = Q(begun_at__isnull=True) | Q(beat_at__lt=now - SILENT)
    unfinished = Export.objects.filter(finished_at__isnull=True, failed_at__isnull=True)
    return unfinished.filter(idle).order_by("asked_at", "pk")


def cases_in(export: Export, *, actor: Actor) -> QuerySet[Any]:
    """Return the cases that the actor may export now and that fit what was asked, in order of key."""
    found = Case.objects.seen_by(actor, permission=P.EXPORT)
    if export.is_personal:
        found = found.filter(pk__in=Case.objects.seen_by(actor, permission=P.UNMASK))
    if export.state_asked:
        found = found.filter(state=export.state_asked)
    if export.place is not None:
        found = found.filter(inside(export.place))
    if export.received_from is not None:
        found = found.filter(received_at__gte=export.received_from)
    if export.received_to is not None:
        found = found.filter(received_at__lt=export.received_to)
    return found.order_by("pk")


def area_names(cases: Collection[Any]) -> dict[str, str]:
    """Return the names of the areas around some cases, by code. One query."""
    codes = {code for case in cases for code in case.scope.values() if code}
    return labels_of(codes)


def named(names: Collection[str]) -> set[str]:
    """Return those of the names under which an export still keeps its file."""
    held = Export.objects.filter(content__in=names, removed_at__isnull=True)
    return {content for content in held.values_list("content", flat=True) if content}
