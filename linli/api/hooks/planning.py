"""Which happenings are owed to which endpoint: decided once, in the order of the record."""

import datetime as dt
from collections.abc import Sequence

from linli.api.hooks.choices import FOLLOWED, RESULTS, EndpointKind
from linli.api.hooks.models import Delivery, Endpoint
from linli.api.queries import actor_of_token
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.journal.queries import Sealed


def plan_deliveries(events: Sequence[Sealed], *, now: dt.datetime) -> int:
    """Write what each endpoint is owed of some events; return how many rows. Inside the subscriber's transaction.

    A token that is over, or whose account may see nothing any more, is owed nothing.
    """
    happened = [event for event in events if event.stream_kind == "case"]
    if not happened:
        return 0
    planned: list[Delivery] = []
    for endpoint in Endpoint.objects.filter(ended_at=None).select_related(
        "token__user__organisation", "token__place"
    ):
        names = RESULTS if endpoint.kind == EndpointKind.RESULTS else FOLLOWED
        wanted = [event for event in happened if event.name in names]
        if not wanted or not endpoint.token.holds(now):
            continue
        rows = Case.objects.seen_by(actor_of_token(endpoint.token, now=now), permission=P.SEE)
        if endpoint.kind == EndpointKind.RESULTS:
            rows = rows.filter(source=endpoint.source).exclude(external_no="")
        seen = set(
            rows.filter(pk__in={event.stream_id for event in wanted}).values_list("pk", flat=True)
        )
        planned += [
            Delivery(
                endpoint=endpoint,
                case_id=event.stream_id,
                position=event.position,
                event_id=event.id,
                event=event.name,
                made_at=now,
                next_at=now,
            )
            for event in wanted
            if event.stream_id in seen
        ]
    Delivery.objects.bulk_create(planned, ignore_conflicts=True)
    return len(planned)
