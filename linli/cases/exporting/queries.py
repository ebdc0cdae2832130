"""Reads of exports, and of the cases that go into one."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet

from linli.cases.catalogue.queries import below
from linli.cases.exporting.choices import ExportList
from linli.cases.exporting.models import Export
from linli.cases.exporting.rules import SILENT
from linli.cases.flows import WAITING
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.cases.queries import IN_HAND, WAITS_FOR_OTHERS
from linli.cases.searching.queries import in_state, with_words
from linli.kernel.actor import Actor
from linli.territory.queries import labels_of
from linli.territory.serving import inside


def mine(actor: Actor) -> QuerySet[Export]:
    """Return the actor's own exports, the newest first."""
    assert actor.user_id is not None
    return (
        Export.objects.filter(user_id=actor.user_id)
        .select_related("place", "category")
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
    # By words only the actor's areas are searched, here as on the page of the search.
    asker = replace(actor, organisation_id=None) if export.words_asked else actor
    found = Case.objects.seen_by(asker, permission=P.EXPORT)
    if export.is_personal:
        found = found.filter(pk__in=Case.objects.seen_by(actor, permission=P.UNMASK))
    found = with_words(found.filter(_in_list(export.list_asked, actor)), export.words_asked)
    if export.state_asked:
        flow, _colon, code = export.state_asked.rpartition(":")
        found = in_state(found, f"{flow or 'case'}:{code}")
    if export.category is not None:
        found = found.filter(category__in=below(export.category))
    if export.place is not None:
        found = found.filter(inside(export.place))
    if export.received_from is not None:
        found = found.filter(received_at__gte=export.received_from)
    if export.received_to is not None:
        found = found.filter(received_at__lt=export.received_to)
    return found.order_by("pk")


def _in_list(which: str, actor: Actor) -> Q:
    """Return the rows of one of the lists that the actor works by."""
    if which == ExportList.TO_DISPATCH:
        return Q(state__in=WAITING)
    if which == ExportList.ALL:
        return Q()
    states = IN_HAND if which == ExportList.IN_HAND else WAITS_FOR_OTHERS
    return Q(lead_order__lead=actor.organisation_id, lead_order__state__in=states)


def area_names(cases: Collection[Any]) -> dict[str, str]:
    """Return the names of the areas around some cases, by code. One query."""
    codes = {code for case in cases for code in case.scope.values() if code}
    return labels_of(codes)


def named(names: Collection[str]) -> set[str]:
    """Return those of the names under which an export still keeps its file."""
    held = Export.objects.filter(content__in=names, removed_at__isnull=True)
    return {content for content in held.values_list("content", flat=True) if content}
