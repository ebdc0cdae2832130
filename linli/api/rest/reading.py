"""What the interface reads: cases, events, places, as the caller may see them, page by page."""

import base64
import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from linli.api.calling import Caller
from linli.cases.flows import ENDED
from linli.cases.models import Case, WorkOrder
from linli.cases.permissions import CasePermission as P
from linli.cases.rules import Rate, title_of
from linli.journal.queries import Sealed, sealed_after
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.ids import read_number
from linli.methods.geo import Datum
from linli.territory.models import Organisation, Place
from linli.territory.serving import inside

BAD_CURSOR = Refusal(
    "api.bad_cursor", _("“after” is not what “next” said. Begin without it."), "after"
)
NO_PLACE = Refusal(
    "api.no_place", _("No place stands under the code “%(code)s”. Look at /places."), "place"
)
PIECES = 5
"""Batches of events that one request reads at most: others' events are passed over, not told."""


def cases_of(actor: Actor) -> QuerySet[Any]:
    """Return the cases that the actor may see, with what is told of them."""
    return Case.objects.seen_by(actor, permission=P.SEE).select_related(
        "category", "place", "lead_order__lead"
    )


def case_by(number: str, *, actor: Actor) -> Case:
    """Return one case by its number. Raises Case.DoesNotExist outside the scope, and for what is no number."""
    digits = read_number(number)
    if digits is None:
        raise Case.DoesNotExist
    found: Case = cases_of(actor).get(number=digits)
    return found


def narrowed(rows: QuerySet[Any], asked: Any) -> QuerySet[Any]:
    """Return the cases asked for. `asked` is a `CaseFilter`. Raises RuleBroken: an unknown place."""
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.standing:
        ended = Q(state__in=ENDED)
        rows = rows.filter(ended if asked.standing == "ended" else ~ended)
    if asked.category:
        rows = rows.filter(category__code__startswith=asked.category)
    if asked.place:
        place = Place.objects.filter(code=asked.place).first()
        if place is None:
            raise NO_PLACE(code=asked.place)
        rows = rows.filter(inside(place))
    moments = {"received_at__gte": asked.received_from, "received_at__lt": asked.received_before}
    rows = rows.filter(**{name: value for name, value in moments.items() if value is not None})
    named = {"source": asked.source, "external_no": asked.external_no}
    return rows.filter(**{name: value for name, value in named.items() if value})


def page_of(rows: QuerySet[Any], *, after: str, limit: int) -> tuple[list[Case], str | None]:
    """Return the cases behind a cursor, the newest first, and the cursor behind them. Raises RuleBroken."""
    rows = rows.order_by("-received_at", "-pk")
    if after:
        at, key = _read_cursor(after)
        rows = rows.filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=key))
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], _cursor(last.received_at, last.pk)


def _cursor(at: dt.datetime, key: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), key]).encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[dt.datetime, int]:
    try:
        at, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moment = dt.datetime.fromisoformat(at)
        if moment.tzinfo is None or type(key) is not int or not 0 < key < 2**63:
            raise BAD_CURSOR()
    except (ValueError, TypeError) as wrong:
        raise BAD_CURSOR() from wrong
    return moment, key


def _named(row: Any) -> dict[str, str]:
    return {"code": row.code, "name": row.name, "name_en": row.name_en}


def told_case(case: Case, caller: Caller) -> dict[str, Any]:
    """Return a case as the interface tells it to this caller."""
    text = case.words if caller.reads_words else case.shared_text
    order = case.lead_order
    return {
        "number": case.number,
        "state": case.state,
        "version": case.version,
        "channel": case.channel,
        "kind": case.kind,
        "urgency": case.urgency,
        "category": _named(case.category) if case.category else None,
        "place": _named(case.place),
        "title": case.title if caller.reads_words else title_of("", text) if text else "",
        "text": text,
        "address": case.address if caller.reads_words else case.shared_address,
        "received_at": case.received_at,
        "closed_at": case.closed_at,
        "source": case.source,
        "external_no": case.external_no,
        "order": _told_order(order) if order else None,
    }


def _told_order(order: WorkOrder) -> dict[str, Any]:
    columns = (
        *("state", "dispatched_at", "first_contact_due_at", "first_contact_at"),
        *("handling_due_at", "reported_at", "resolution", "public_reply"),
    )
    return {"unit": _named(order.lead), **{name: getattr(order, name) for name in columns}}


def events_after(position: int, *, actor: Actor, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Return what happened behind a position to cases that the actor may see, and how far was read."""
    told: list[dict[str, Any]] = []
    for _piece in range(PIECES):
        batch = sealed_after(position, limit=limit)
        if not batch:
            break
        position = batch[-1].position
        told = _told_events(batch, actor=actor)
        if told:
            break
    return told, position


def _told_events(batch: Sequence[Sealed], *, actor: Actor) -> list[dict[str, Any]]:
    ids = {event.stream_id for event in batch if event.stream_kind == "case"}
    seen = Case.objects.seen_by(actor, permission=P.SEE).filter(pk__in=ids)
    numbers = dict(seen.values_list("pk", "number"))
    shown = [e for e in batch if e.stream_kind == "case" and e.stream_id in numbers]
    units = Organisation.objects.in_bulk({e.organisation_id for e in shown if e.organisation_id})
    return [
        {
            "position": event.position,
            "name": event.name,
            "at": event.at,
            "case": numbers[event.stream_id],
            "unit": unit.code if (unit := units.get(event.organisation_id or 0)) else None,
        }
        for event in shown
    ]


def places_below(parent: str, *, after: str, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """Return the places in force right below one, by code, and the code to go on behind."""
    rows = Place.objects.filter(parent__code=parent, valid_to=None, code__gt=after).order_by("code")
    found = list(rows.select_related("parent").prefetch_related("points")[: limit + 1])
    items = [told_place(place) for place in found[:limit]]
    return items, (items[-1]["code"] if len(found) > limit else None)


def told_place(place: Place) -> dict[str, Any]:
    points = [point for point in place.points.all() if point.datum == Datum.WGS84.value]
    point = points[0] if points else None
    return {
        **_named(place),
        "level": place.level,
        "parent": place.parent.code if place.parent else None,
        "point": {"longitude": float(point.longitude), "latitude": float(point.latitude)}
        if point
        else None,
    }


def told_rate(rate: Rate) -> dict[str, Any]:
    return {"numerator": rate.numerator, "denominator": rate.denominator, "value": rate.share}
