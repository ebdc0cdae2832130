"""What Open311 tells: services, requests, notes, updates."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.api.calling import Caller
from linli.api.open311.asking import MOST, PAGE, RANGE_TOO_LONG, WINDOW, Asked, GeoError, bad
from linli.api.open311.models import SentRequest
from linli.api.open311.questions import Question, questions_of
from linli.cases.catalogue.models import Category
from linli.cases.catalogue.queries import categories_in_force
from linli.cases.flows import ENDED
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.ids import read_number
from linli.kernel.models import Event
from linli.methods.geo import Datum
from linli.territory.models import Place, PlacePoint

Row = dict[str, Any]
NOTED: dict[str, Any] = {
    "case.received": gettext_lazy("Received"),
    "case.supplemented": gettext_lazy("Something was added to what is known"),
    "case.dispatched": gettext_lazy("Given to whoever is responsible"),
    "order.accepted": gettext_lazy("Taken in hand"),
    "order.reported": gettext_lazy("Handled; the hotline asks the requester"),
    "order.reworked": gettext_lazy("Sent back for rework"),
    "case.closed": gettext_lazy("Closed after the call back"),
    "case.answered": gettext_lazy("Answered at once"),
    "case.transferred": gettext_lazy("Given to an emergency line"),
    "case.referred": gettext_lazy("Referred elsewhere"),
    "case.merged": gettext_lazy("Merged with the same matter"),
    "case.declined": gettext_lazy("Not taken up"),
    "case.reopened": gettext_lazy("Opened again"),
}
"""Happenings that are told to the public, in words that name nobody."""
TYPES = {"number", "datetime", "string", "text", "singlevaluelist", "multivaluelist"}


def stamp(at: dt.datetime | None) -> str | None:
    """Return a moment as W3C's profile of ISO 8601 writes it, with its offset."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None


def services_at(now: dt.datetime) -> list[Row]:
    """Return the categories in force as services. One with others below it is sorted by hand first: batch."""
    rows = list(categories_in_force(now))
    names = {row.code: row.label for row in rows}
    outer = {row.parent_id for row in rows}
    return [
        {
            "service_code": row.code,
            "service_name": row.label,
            "description": row.label,
            "metadata": bool(questions_of(row.code)),
            "type": "batch" if row.code in outer else "realtime",
            "keywords": ",".join(row.words.split()),
            "group": names.get(row.code[:2], ""),
        }
        for row in rows
    ]


def is_batch(category: Category, *, now: dt.datetime) -> bool:
    """Return whether a request for this service is sorted by hand before its number is told."""
    return categories_in_force(now).filter(parent__code=category.code).exists()


def service_by(code: str, *, now: dt.datetime) -> Category | None:
    if not code.isalnum():
        return None
    found: Category | None = categories_in_force(now).filter(code=code).first()
    return found


def told_question(question: Question, order: int) -> Row:
    return {
        "variable": True,
        "code": question.code,
        "datatype": question.datatype,
        "required": question.required,
        "datatype_description": "",
        "order": order,
        "description": question.label,
        "values": [{"key": value.key, "name": value.label} for value in question.values],
    }


def requests_of(actor: Actor, *, area: Place | None) -> QuerySet[Any]:
    """Return the cases that the actor may see, in an area, each with `updated_at`, when something last happened."""
    rows = Case.objects.seen_by(actor, permission=P.SEE)
    if area is not None:
        rows = rows.filter(**{area.scope_column: area.code})
    happened = Event.objects.filter(stream_kind="case", stream_id=OuterRef("pk")).order_by("-seq")
    return rows.annotate(updated_at=Subquery(happened.values("at")[:1])).select_related(
        "category", "place", "lead_order__lead"
    )


def asked_for(rows: QuerySet[Any], asked: Asked, *, now: dt.datetime) -> list[Case]:
    """Return the page of requests asked for, the newest first. Raises GeoError.

    Numbers override all else. Without a range the last 90 days, at most 1,000 rows.
    """
    numbers = asked.listed("service_request_id")
    if numbers:
        known = [digits for text in numbers if (digits := read_number(text))]
        return list(rows.filter(number__in=known).order_by("-received_at", "-pk"))
    rows = rows.filter(_in_range(asked, now=now))
    if services := asked.listed("service_code"):
        rows = rows.filter(category__code__in=services)
    if statuses := set(asked.listed("status")):
        if statuses - {"open", "closed"}:
            raise bad("status", "open, closed")
        if len(statuses) == 1:
            ended = Q(state__in=ENDED)
            rows = rows.filter(ended if "closed" in statuses else ~ended)
    for name, lookup in (("updated_after", "gte"), ("updated_before", "lte")):
        if (moment := asked.moment(name)) is not None:
            rows = rows.filter(**{f"updated_at__{lookup}": moment})
    is_paged = bool(asked.text("page") or asked.text("page_size"))
    size = asked.number("page_size", default=PAGE, most=MOST) if is_paged else MOST
    first = (asked.number("page", default=1, most=1_000_000) - 1) * size
    return list(rows.order_by("-received_at", "-pk")[first : first + size])


def _in_range(asked: Asked, *, now: dt.datetime) -> Q:
    start, end = asked.moment("start_date"), asked.moment("end_date")
    if start is not None and end is not None and end - start > WINDOW:
        raise GeoError(400, RANGE_TOO_LONG())
    if start is None and end is None and (asked.text("updated_after")):
        return Q()
    if start is None:
        start = (end or now) - WINDOW
    return Q(received_at__gte=start, received_at__lte=end if end is not None else start + WINDOW)


def told(cases: Sequence[Case], *, caller: Caller | None, is_extended: bool) -> list[Row]:
    """Return requests as rows. At most three queries beside that of the cases."""
    points = _points(cases)
    notes = _notes(cases) if is_extended else {}
    return [_told(case, points, notes, caller, is_extended=is_extended) for case in cases]


def _told(
    case: Any,
    points: dict[int, tuple[float, float]],
    notes: dict[int, list[Row]],
    caller: Caller | None,
    *,
    is_extended: bool,
) -> Row:
    order, category = case.lead_order, case.category
    lng, lat = points.get(case.pk, (None, None))
    row: Row = {
        "service_request_id": case.number,
        "status": "closed" if case.state in ENDED else "open",
        "status_notes": str(case.state_now.label),
        "service_name": category.label if category else _("Not sorted yet"),
        "service_code": category.code if category else "",
        "description": _words(case, caller),
        "agency_responsible": order.lead.label if order else "",
        "service_notice": "",
        "requested_datetime": stamp(case.received_at),
        "updated_datetime": stamp(case.updated_at or case.received_at),
        "expected_datetime": stamp(order.handling_due_at) if order else None,
        "address": case.place.label if caller is None else _address(case, caller),
        "address_id": case.place.code,
        "zipcode": "",
        "lat": lat,
        "long": lng,
        "media_url": None,
    }
    if is_extended:
        row["extended_attributes"] = {
            "channel": case.channel,
            "kind": case.kind,
            "urgency": case.urgency,
            "state": case.state,
        }
        row["notes"] = notes.get(case.pk, [])
    return row


def _words(case: Case, caller: Caller | None) -> str:
    """Return what was said: nothing to strangers, what partners may read to a caller, all to one with that scope.

    The specification allows 4,000 characters.
    """
    if caller is None:
        return ""
    return (case.words if caller.reads_words else case.shared_text)[:4_000]


def _address(case: Case, caller: Caller) -> str:
    exact = case.address if caller.reads_words else case.shared_address
    return f"{case.place.label} {exact}".strip()


def _points(cases: Sequence[Case]) -> dict[int, tuple[float, float]]:
    """Return (longitude, latitude) in WGS-84 by case: the one that was sent, else that of its place."""
    places = PlacePoint.objects.filter(
        place__in={case.place_id for case in cases}, datum=Datum.WGS84.value
    )
    of_place = {p.place_id: (float(p.longitude), float(p.latitude)) for p in places}
    found = {case.pk: of_place[case.place_id] for case in cases if case.place_id in of_place}
    sent = SentRequest.objects.filter(
        case__in=[case.pk for case in cases], longitude__isnull=False, latitude__isnull=False
    )
    for row in sent:
        assert row.longitude is not None
        assert row.latitude is not None
        found[row.case_id] = (float(row.longitude), float(row.latitude))
    return found


def _notes(cases: Sequence[Case]) -> dict[int, list[Row]]:
    rows = Event.objects.filter(
        stream_kind="case", stream_id__in=[case.pk for case in cases], name__in=NOTED
    ).order_by("stream_id", "seq")
    notes: dict[int, list[Row]] = defaultdict(list)
    for event in rows:
        notes[event.stream_id].append(
            {
                "datetime": stamp(event.at),
                "description": str(NOTED[event.name]),
                "type": event.name,
            }
        )
    return notes


def updates_of(cases: QuerySet[Any], asked: Asked, *, now: dt.datetime) -> list[Row]:
    """Return what happened to requests in a range of dates, oldest first, at most 1,000 rows. Raises GeoError."""
    start, end = asked.moment("start_date"), asked.moment("end_date")
    end = end or now
    start = start or end - WINDOW
    if end - start > WINDOW:
        raise GeoError(400, RANGE_TOO_LONG())
    if numbers := asked.listed("service_request_id"):
        cases = cases.filter(number__in=[d for text in numbers if (d := read_number(text))])
    rows = Event.objects.filter(
        stream_kind="case", name__in=NOTED, at__range=(start, end), stream_id__in=cases.values("pk")
    )
    found = list(rows.order_by("pk")[:MOST])
    numbers_of = dict(
        cases.filter(pk__in={event.stream_id for event in found}).values_list("pk", "number")
    )
    return [
        {
            "update_id": str(event.pk),
            "service_request_id": numbers_of[event.stream_id],
            "status": "closed" if event.name in CLOSING else "open",
            "updated_datetime": stamp(event.at),
            "description": str(NOTED[event.name]),
            "media_url": None,
        }
        for event in found
    ]


CLOSING = {"case.closed", *(f"case.{state}" for state in ENDED if state != "closed")}
