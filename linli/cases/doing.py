"""What a person waits for and how her work goes: reads of first pages, one query each."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from linli.cases.calls.models import Interaction
from linli.cases.flows import ENDED
from linli.cases.models import Case, Consultation, CoTask, WorkOrder
from linli.cases.permissions import CasePermission as P
from linli.cases.queries import IN_HAND
from linli.cases.rules import Rate
from linli.kernel.actor import Actor


def taken_by(actor: Actor) -> QuerySet[Case]:
    """Return the open cases that the actor wrote down on the line, the newest first."""
    own = Interaction.objects.filter(user_id=actor.user_id or 0, case__isnull=False)
    return (
        Case.objects.seen_by(actor, permission=P.SEE)
        .filter(pk__in=own.values("case"))
        .exclude(state__in=ENDED)
        .select_related("place", "lead_order__lead")
        .order_by("-received_at", "-pk")
    )


def not_accepted(actor: Actor) -> QuerySet[WorkOrder]:
    """Return the orders sent out from the actor's area that no unit has accepted yet, the longest waiting first."""
    cases = Case.objects.seen_by(actor, permission=P.DISPATCH)
    return (
        WorkOrder.objects.filter(state="dispatched", case__in=cases)
        .select_related("case__place", "case__lead_order", "lead")
        .order_by("dispatched_at", "pk")
    )


def consulted(actor: Actor) -> QuerySet[Consultation]:
    """Return what other units were asked before dispatch and have not answered, the next to lapse first."""
    return (
        Consultation.objects.filter(
            answered_at__isnull=True,
            due_at__gt=actor.now,
            case__in=Case.objects.seen_by(actor, permission=P.DISPATCH).filter(
                state="pending_dispatch"
            ),
        )
        .select_related("case__place", "unit")
        .order_by("due_at", "pk")
    )


def sent_back(actor: Actor) -> QuerySet[WorkOrder]:
    """Return the orders that a call back sent to be done again, and that are in hand, the next due first."""
    cases = Case.objects.seen_by(actor, permission=P.FOLLOW_UP)
    return (
        WorkOrder.objects.filter(rework_count__gt=0, state__in=IN_HAND, case__in=cases)
        .select_related("case__place", "case__lead_order", "lead")
        .order_by("handling_due_at", "pk")
    )


@dataclass(frozen=True)
class Helped:
    """The co-tasks of a time that an organisation ended: done, of these in time, and returned as not its own."""

    done: int
    in_time: Rate
    returned: int


def helped(actor: Actor, *, since: dt.datetime) -> Helped:
    """Return how the actor's organisation helped since a moment."""
    found = CoTask.objects.filter(
        organisation=actor.organisation_id, ended_at__gte=since
    ).aggregate(
        done=Count("pk", filter=Q(state="done")),
        in_time=Count("pk", filter=Q(state="done", ended_at__lte=F("due_at"))),
        returned=Count("pk", filter=Q(state="not_ours")),
    )
    return Helped(found["done"], Rate(found["in_time"], found["done"]), found["returned"])
