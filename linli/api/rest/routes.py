"""Every address of the interface. Each reads in the caller's scope, or takes one operation."""

import datetime as dt
import uuid
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Field, Header, Path, Query, Router, Schema
from ninja.params import Body
from ninja.responses import Status

from linli.api.choices import Scope
from linli.api.platform.dropping import handed
from linli.api.platform.operations import take_orders
from linli.api.rest import reading, shapes
from linli.api.rest.interface import REFUSED, ApiRequest, Bearer, Interface, answering
from linli.cases import operations
from linli.cases.catalogue.models import Category
from linli.cases.catalogue.queries import categories_in_force
from linli.cases.imports.maps import PUSHED, shipped
from linli.cases.models import Case
from linli.cases.operations import Draft
from linli.cases.permissions import CasePermission as P
from linli.cases.queries import orders_of, three_rates
from linli.cases.views.rates import month_asked
from linli.kernel.errors import Refusal
from linli.territory.models import Place
from linli.territory.serving import holds

DESCRIPTION = """\
Every answer is JSON in UTF-8; moments are ISO 8601 with an offset. A token is sent as `Authorization: Bearer …`.
Refusals are `application/problem+json` with the sentence in both languages. A GET has an `ETag`: send it back as
`If-None-Match`, and what has not changed comes as 304. Names and telephone numbers go in and never come out.
"""
api = Interface(
    title="Linli",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api_v1",
    docs_url=None,
    openapi_url=None,
)
answering(api)
NUMBER = Path(..., description="Number of a case, with or without its hyphens")
LIMIT = Query(50, ge=1, le=200, description="How many at most")
AFTER = Query("", max_length=200, description="What “next” said")
BEHIND = Query(None, description="What “next” said")
BEGINNING = Query(0, description="What “next” said; 0 for everything")
MONTH = Query("", pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$", description="E.g. 2026-11")
KEYED = Header(
    ...,
    alias="Idempotency-Key",
    description="8 to 200 visible characters of your own for this one request. Sent again with the same words, "
    "it changes nothing and is answered as the first time.",
)


UNKNOWN_MAP = Refusal(
    "api.unknown_map", _("There is no map called “%(source)s”. There are: %(known)s."), "source"
)
UNKNOWN_CATEGORY = Refusal(
    "api.unknown_category",
    _("No category has the code “%(code)s”. Look at /categories."),
    "category",
)


def _answers(shape: Any, status: int = 200) -> dict[Any, Any]:
    return {status: shape, REFUSED: shapes.Problem}


def _key_of(request: ApiRequest, text: str) -> uuid.UUID:
    """Return the key of a request: the caller's own, told apart from another token's."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"linli:token:{request.auth.token.pk}:{text}")


class CaseFilter(Schema):
    """Which cases are asked for; all that is given must hold."""

    state: shapes.Code | None = None
    standing: shapes.Standing | None = None
    category: Annotated[shapes.Code | None, Field(description="It and all below it")] = None
    place: Annotated[shapes.Code | None, Field(description="In it and below it")] = None
    received_from: shapes.AnyMoment | None = None
    received_before: shapes.AnyMoment | None = None
    source: shapes.Code | None = None
    external_no: Annotated[shapes.Text | None, Field(max_length=64)] = None


reads, writes = Bearer(Scope.CASES_READ, Scope.CASES_WORDS), Bearer(Scope.CASES_WRITE)
cases = Router(tags=["cases"])


@cases.get("", response=_answers(shapes.CasesOut), auth=reads)
def list_cases(
    request: ApiRequest,
    asked: Annotated[CaseFilter, Query()],
    after: shapes.Text = AFTER,
    limit: int = LIMIT,
) -> Any:
    """List the cases of the area, the newest first."""
    rows = reading.narrowed(reading.cases_of(request.auth.actor), asked)
    found, following = reading.page_of(rows, after=after, limit=limit)
    return {
        "items": [reading.told_case(case, request.auth) for case in found],
        "next": following,
    }


@cases.get("/{number}", response=_answers(shapes.CaseOut), auth=reads)
def one_case(request: ApiRequest, number: shapes.Number = NUMBER) -> Any:
    """Tell one case."""
    return _told(request, number)


def _told(request: ApiRequest, number: str) -> Any:
    return reading.told_case(reading.case_by(number, actor=request.auth.actor), request.auth)


@cases.post("", response=_answers(shapes.CaseOut, 201), auth=writes)
def send_case(
    request: ApiRequest,
    given: Annotated[shapes.CaseIn, Body()],
    key: shapes.Key = KEYED,
) -> Any:
    """Send a request. Whatever in the words tells who asked is taken out of them and sealed."""
    fields = given.dict()
    place = Place.objects.filter(code=fields.pop("place"), valid_to=None).first()
    code = fields.pop("category")
    category = _category(code) if code else None
    draft = Draft(
        place=place, category=category, intake_key=_key_of(request, key), **_plain(fields)
    )
    case = operations.receive(actor=request.auth.actor, draft=draft)
    return Status(201, _told(request, case.number))


def _category(code: str) -> Category:
    found = Category.objects.filter(code=code).first()
    if found is None:
        raise UNKNOWN_CATEGORY(code=code)
    return found


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Return codes as their text."""
    return {name: getattr(value, "value", value) for name, value in fields.items()}


@cases.post("/{number}/facts", response=_answers(shapes.CaseOut, 201), auth=writes)
def add_fact(
    request: ApiRequest,
    given: Annotated[shapes.FactIn, Body()],
    number: shapes.Number = NUMBER,
    key: shapes.Key = KEYED,
) -> Any:
    """Add a fact to a case that has not ended."""
    operations.supplement(
        actor=request.auth.actor,
        case_id=_id(request, number, P.RECEIVE),
        words=given.words,
        form_key=_key_of(request, key),
    )
    return Status(201, _told(request, number))


def _id(request: ApiRequest, number: str, permission: str) -> int:
    """Return the key of a case. Raises Case.DoesNotExist outside the scope."""
    digits = reading.read_number(number) or ""
    rows = Case.objects.seen_by(request.auth.actor, permission=permission)
    key: int = rows.values_list("pk", flat=True).get(number=digits)
    return key


handles = Bearer(Scope.ORDERS_WRITE)
orders = Router(tags=["orders"])


@orders.get("", response=_answers(shapes.CasesOut), auth=handles)
def list_orders(request: ApiRequest, limit: int = LIMIT) -> Any:
    """List the cases whose order the account's organisation has in hand, the nearest deadline first."""
    keys = list(orders_of(request.auth.actor).values_list("case", flat=True)[:limit])
    rows = {case.pk: case for case in reading.cases_of(request.auth.actor).filter(pk__in=keys)}
    told = [reading.told_case(rows[key], request.auth) for key in keys if key in rows]
    return {"items": told, "next": None}


@orders.post("/{number}/accept", response=_answers(shapes.CaseOut), auth=handles)
def accept(request: ApiRequest, number: shapes.Number = NUMBER) -> Any:
    """Take an order of the account's organisation in hand."""
    case_id = _id(request, number, P.HANDLE)
    operations.accept(actor=request.auth.actor, case_id=case_id)
    return _told(request, number)


@orders.post("/{number}/contact", response=_answers(shapes.CaseOut), auth=handles)
def contact(
    request: ApiRequest,
    given: Annotated[shapes.ContactIn, Body()],
    number: shapes.Number = NUMBER,
) -> Any:
    """Log a contact with the requester. The first one that reaches stops the response clock."""
    case_id = _id(request, number, P.HANDLE)
    operations.contact(actor=request.auth.actor, case_id=case_id, **_plain(given.dict()))
    return _told(request, number)


@orders.post("/{number}/report", response=_answers(shapes.CaseOut), auth=handles)
def report(
    request: ApiRequest,
    given: Annotated[shapes.ReportIn, Body()],
    number: shapes.Number = NUMBER,
) -> Any:
    """Report the result back. The hotline then calls the requester."""
    case_id = _id(request, number, P.HANDLE)
    operations.report(actor=request.auth.actor, case_id=case_id, **_plain(given.dict()))
    return _told(request, number)


events = Router(tags=["events"])


@events.get("", response=_answers(shapes.EventsOut), auth=Bearer(Scope.EVENTS_READ))
def list_events(request: ApiRequest, after: shapes.Position = BEGINNING, limit: int = LIMIT) -> Any:
    """Tell what happened to cases of the area, in the order in which it was sealed."""
    found, position = reading.events_after(after, actor=request.auth.actor, limit=limit)
    return {"events": found, "next": position}


known = Router(tags=["places and categories"])
anything = Bearer(*Scope)


@known.get("/places", response=_answers(shapes.PlacesOut), auth=anything)
def list_places(
    request: ApiRequest,
    parent: Annotated[shapes.Code, Query()],
    after: shapes.Code | None = BEHIND,
    limit: int = LIMIT,
) -> Any:
    """List the places right below one, by code."""
    items, following = reading.places_below(parent, after=after or "", limit=limit)
    return {"items": items, "next": following}


@known.get("/places/{code}", response=_answers(shapes.PlaceOut), auth=anything)
def one_place(request: ApiRequest, code: Annotated[shapes.Code, Path()]) -> Any:
    """Tell one place."""
    return reading.told_place(Place.objects.select_related("parent").get(code=code))


@known.get("/categories", response=_answers(list[shapes.CategoryOut]), auth=anything)
def list_categories(request: ApiRequest) -> Any:
    """List what a case may be about now."""
    return [
        {"code": row.code, "name": row.name, "name_en": row.name_en, "parent": row.parent_id}
        for row in categories_in_force(request.auth.actor.now)
    ]


rates = Router(tags=["rates"])


@rates.get("", response=_answers(shapes.RatesOut), auth=Bearer(Scope.RATES_READ))
def one_month(
    request: ApiRequest,
    area: Annotated[shapes.Code, Query()],
    month: str = MONTH,
) -> Any:
    """Tell the three rates of an area and a month, this month without one."""
    actor = request.auth.actor
    place = Place.objects.get(code=area)
    if not place.is_area or not holds(actor, P.SEE_RATES, place):
        raise Place.DoesNotExist
    first = month_asked(month, now=actor.now)
    found = three_rates(
        column=place.scope_column,
        code=place.code,
        year=first.year,
        month=first.month,
        as_of=actor.now,
    )
    return {
        "area": place.code,
        "month": f"{first:%Y-%m}",
        "as_of": timezone.localtime(actor.now, dt.UTC),
        **{
            name: reading.told_rate(getattr(found, name))
            for name in ("response", "resolution", "satisfaction")
        },
    }


platform = Router(tags=["platform"])


@platform.post(
    "/{source}/orders",
    response=_answers(shapes.ReceiptsOut),
    auth=Bearer(Scope.PLATFORM_PUSH),
)
def push_orders(
    request: ApiRequest,
    given: Annotated[shapes.OrdersIn, Body()],
    source: Annotated[
        shapes.Code, Path(description="The map: platform, stages, centre, georeport")
    ],
) -> Any:
    """Take orders of the city's platform. The same again changes nothing and gets the same receipts."""
    if source not in PUSHED:
        raise UNKNOWN_MAP(source=source, known=", ".join(PUSHED))
    rows = [handed(order) for order in given.orders]
    receipts = take_orders(
        actor=request.auth.actor,
        rows=rows,
        case_map=shipped(source),
        place=request.auth.token.place,
    )
    return {"receipts": [{**vars(one), "outcome": one.outcome.value} for one in receipts]}


api.add_router("/cases", cases)
api.add_router("/orders", orders)
api.add_router("/events", events)
api.add_router("", known)
api.add_router("/rates", rates)
api.add_router("/platform", platform)
