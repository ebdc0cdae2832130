"""Reads of calls: the one in hand, the figures of a time."""

import datetime as dt
from typing import Any

from django.db.models import Avg, Count, F, Q

from linli.accounts.queries import names_of
from linli.cases.calls.models import Interaction
from linli.cases.calls.rules import ANSWER_WITHIN, CallFigures
from linli.cases.rules import Rate
from linli.kernel.actor import Actor


def call_in_hand(actor: Actor) -> Interaction | None:
    """Return the actor's call that has not ended, or None."""
    rows = Interaction.objects.filter(user_id=actor.user_id or 0, ended_at__isnull=True)
    return rows.select_related("case").first()


def _counts() -> dict[str, Any]:
    answered = Q(answered_at__isnull=False)
    rung = Q(rang_at__isnull=False)
    return {
        "answered": Count("pk", filter=answered),
        "missed": Count("pk", filter=Q(answered_at__isnull=True, ended_at__isnull=False)),
        "rung": Count("pk", filter=rung & (answered | Q(ended_at__isnull=False))),
        "in_time": Count("pk", filter=rung & Q(answered_at__lte=F("rang_at") + ANSWER_WITHIN)),
        "talk": Avg(F("talk_ended_at") - F("answered_at")),
        "after": Avg(F("ended_at") - F("talk_ended_at")),
    }


def _figures(row: dict[str, Any]) -> CallFigures:
    return CallFigures(
        answered=row["answered"],
        missed=row["missed"],
        in_time=Rate(row["in_time"], row["rung"]),
        talk=row["talk"],
        after=row["after"],
    )


def _between(first: dt.datetime, after: dt.datetime) -> Q:
    """Return the calls that were answered, or rang unanswered, in a time."""
    return Q(answered_at__gte=first, answered_at__lt=after) | Q(
        answered_at__isnull=True, rang_at__gte=first, rang_at__lt=after
    )


def figures_of(user_id: int, *, first: dt.datetime, after: dt.datetime) -> CallFigures:
    """Return the figures of one person's calls from `first` until before `after`. One query."""
    rows = Interaction.objects.filter(_between(first, after), user_id=user_id)
    return _figures(rows.aggregate(**_counts()))


def figures_of_hotline(
    organisation_id: int, *, first: dt.datetime, after: dt.datetime
) -> CallFigures:
    """Return the figures of an organisation's calls from `first` until before `after`. One query."""
    rows = Interaction.objects.filter(_between(first, after), organisation_id=organisation_id)
    return _figures(rows.aggregate(**_counts()))


def figures_by_person(
    organisation_id: int, *, first: dt.datetime, after: dt.datetime
) -> tuple[CallFigures, list[tuple[str, CallFigures]]]:
    """Return the figures of an organisation's calls, and (name, figures) of each person, most calls first."""
    rows = Interaction.objects.filter(_between(first, after), organisation_id=organisation_id)
    whole = _figures(rows.aggregate(**_counts()))
    grouped: Any = rows.values("user_id").annotate(**_counts())
    each: list[dict[str, Any]] = list(grouped.order_by("-answered", "user_id"))
    names = names_of({row["user_id"] for row in each})
    return whole, [
        (names[row["user_id"]].display_name, _figures(row))
        for row in each
        if row["user_id"] in names
    ]
