"""Reads of messages."""

import uuid
from typing import Any

from django.db.models import QuerySet

from linli.cases.models import Case
from linli.channels.models import Message, Preference, Robot
from linli.channels.permissions import ChannelsPermission as P
from linli.kernel.actor import Actor
from linli.territory.models import Organisation
from linli.territory.serving import held_by

_SHOWN_WITH = ("case__place", "case__category", "case__lead_order", "task")


def inbox_of(actor: Actor) -> QuerySet[Message]:
    """Return the messages in the actor's inbox with what their page shows, the newest first."""
    return Message.objects.of(actor.user_id).select_related(*_SHOWN_WITH)


def unread_count(actor: Actor) -> int:
    """Return how many messages of the actor's inbox are not read yet. One query, from an index of those alone."""
    return int(Message.objects.filter(user=actor.user_id).unread().count())


def preference_of(actor: Actor) -> Preference:
    """Return how the actor is told; an unsaved row of what holds for everybody who chose nothing."""
    found: Preference | None = Preference.objects.filter(user=actor.user_id).first()
    return found or Preference(user_id=actor.user_id or 0)


def deliveries(actor: Actor) -> QuerySet[Message]:
    """Return the messages about cases of the actor's areas that leave the house, the newest first."""
    cases = Case.objects.seen_by(actor, permission=P.DELIVERIES)
    return Message.objects.outward().filter(case__in=cases).order_by("-position", "-pk")


def shown(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Return messages with what a list of deliveries shows of them."""
    return rows.select_related(*_SHOWN_WITH, "user", "robot__organisation")


def robots_of(actor: Actor) -> QuerySet[Robot]:
    """Return the robots of the organisations in the actor's areas, by organisation."""
    held = held_by(actor, P.ROBOTS, through="organisation__place__")
    return (
        Robot.objects.filter(held, ended_at__isnull=True)
        .select_related("organisation")
        .order_by("organisation__code", "added_at")
    )


def in_batch(batch: uuid.UUID) -> list[Message]:
    """Return the messages of one letter in their order, with what they say and whom they go to."""
    rows: Any = Message.objects.filter(batch=batch, state="sending")
    rows = rows.select_related(*_SHOWN_WITH, "robot", "user__preference")
    return list(rows.order_by("position", "pk"))


def units_with_groups(actor: Actor) -> list[Organisation]:
    """Return the open organisations in the actor's areas that may have a group; one's own first."""
    found = Organisation.objects.filter(
        held_by(actor, P.ROBOTS, through="place__"), is_open=True
    ).order_by("code")
    return sorted(found[:200], key=lambda unit: unit.pk != actor.organisation_id)
