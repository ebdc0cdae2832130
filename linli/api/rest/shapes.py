"""What goes in and out of the interface, by type: the description (OpenAPI) is made from these."""

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import AfterValidator, AwareDatetime, StringConstraints

from linli.cases.choices import (
    Channel,
    Confidentiality,
    Kind,
    Means,
    Resolution,
    Urgency,
)


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("holds a NUL character")
    return text


Text = Annotated[str, AfterValidator(_no_nul)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,31}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9][0-9-]{9,23}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{8,200}$")]
Position = Annotated[int, Field(ge=0, le=2**53)]
AnyMoment = Annotated[AwareDatetime, Field(json_schema_extra={"format": "date-time"})]


class Problem(Schema):
    """A refusal (RFC 9457). `detail` is in the language of Accept-Language, `details` in both."""

    type: str
    title: str
    status: int
    detail: str
    details: dict[str, str]
    errors: list[dict[str, str]]


class Named(Schema):
    """Something with a code and a name in both languages."""

    code: str
    name: str
    name_en: str


class OrderOut(Schema):
    """The order of a case: with whom it lies and until when. Moments are in UTC."""

    state: str
    unit: Named
    dispatched_at: dt.datetime
    first_contact_due_at: dt.datetime | None
    first_contact_at: dt.datetime | None
    handling_due_at: dt.datetime | None
    reported_at: dt.datetime | None
    resolution: str | None
    public_reply: str


class CaseOut(Schema):
    """A case. `text` and `address` are what partners may read, or what staff read with the scope cases:words.

    Who asked is never part of it.
    """

    number: str
    state: str
    version: int
    channel: str
    kind: str
    urgency: str
    category: Named | None
    place: Named
    title: str
    text: str
    address: str
    received_at: dt.datetime
    closed_at: dt.datetime | None
    source: str
    external_no: str
    order: OrderOut | None

    model_config = {
        "json_schema_extra": {
            "example": {
                "number": "2600047219",
                "state": "in_handling",
                "version": 3,
                "channel": "12345_web",
                "kind": "complaint",
                "urgency": "N",
                "category": {
                    "code": "020301",
                    "name": "电梯停运",
                    "name_en": "Lift out of service",
                },
                "place": {"code": "110105019029", "name": "双合家园社区居委会", "name_en": ""},
                "title": "",
                "text": "六号楼电梯停运两天了。",
                "address": "六号楼",
                "received_at": "2026-11-18T06:10:00Z",
                "closed_at": None,
                "source": "",
                "external_no": "",
                "order": None,
            }
        }
    }


class CasesOut(Schema):
    """One page of a list, the newest first. `next`: send it as `after` for the next page; null at the end."""

    items: list[CaseOut]
    next: str | None


class CaseIn(Schema):
    """A request as a resident makes it. `name`, `phone` are sealed and never told again by this interface."""

    words: Annotated[Text, Field(max_length=10_000, examples=["六号楼电梯停运两天了。"])]
    place: Annotated[Code, Field(examples=["110105019029"])]
    title: Annotated[Text, Field(max_length=200)] = ""
    category: Code | None = None
    kind: Kind = Kind.COMPLAINT
    urgency: Urgency = Urgency.NORMAL
    channel: Channel = Channel.WEB
    confidentiality: Confidentiality = Confidentiality.NONE
    address: Annotated[Text, Field(max_length=200)] = ""
    occurred_at: AnyMoment | None = None
    name: Annotated[Text, Field(max_length=64)] = ""
    phone: Annotated[Text, Field(max_length=40)] = ""
    wants_reply: bool = True


class FactIn(Schema):
    """Something to add to a case, without personal data."""

    words: Annotated[Text, Field(max_length=10_000, examples=["七号楼也停了。"])]


class ContactIn(Schema):
    """A contact with the requester."""

    means: Means
    was_reached: bool
    note: Annotated[Text, Field(max_length=2_000)] = ""


class ReportIn(Schema):
    """The result, with the reply that the caller will hear, and what shows it."""

    resolution: Resolution
    public_reply: Annotated[Text, Field(min_length=1, max_length=10_000)]
    evidence: Annotated[Text, Field(max_length=2_000)] = ""


class EventOut(Schema):
    """Something that happened to a case: at which place of the one order, what, when, by which unit."""

    position: int
    name: str
    at: dt.datetime
    case: str
    unit: str | None

    model_config = {
        "json_schema_extra": {
            "example": {
                "position": 4711,
                "name": "order.reported",
                "at": "2026-11-18T06:10:00Z",
                "case": "2600047219",
                "unit": "committee-029",
            }
        }
    }


class EventsOut(Schema):
    """Events in their order. `next`: send it as `after`; when it comes back unchanged, nothing new is there."""

    events: list[EventOut]
    next: int


class PointOut(Schema):
    """Longitude and latitude in degrees, WGS-84."""

    longitude: float
    latitude: float


class PlaceOut(Named):
    """A place. `parent` is the code of the one around it; `point` where it is known."""

    level: str
    parent: str | None
    point: PointOut | None


class PlacesOut(Schema):
    items: list[PlaceOut]
    next: str | None


class CategoryOut(Named):
    """What a case may be about. `parent` is the code of the category around it."""

    parent: str | None


class RateOut(Schema):
    """One rate with what it is made of; `value` is null where nothing was counted."""

    numerator: int
    denominator: int
    value: float | None


class RatesOut(Schema):
    """The three rates of an area in a month (that of the handling deadline), as known at `as_of`."""

    area: str
    month: str
    as_of: dt.datetime
    response: RateOut
    resolution: RateOut
    satisfaction: RateOut


class OrdersIn(Schema):
    """Orders in the platform's own fields, at most 500. Which field is what, the map says."""

    orders: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=500,
            examples=[
                [
                    {
                        "REPORT_NUM": "2611180001",
                        "CREATE_TIME": "2026-11-18 14:10:00",
                        "DISTRICT_NAME": "朝阳区",
                        "STREET_NAME": "垡头街道",
                        "COMMUNITY_NAME": "双合家园社区",
                        "EVENT_DESC": "六号楼电梯停运两天了",
                    }
                ]
            ],
        ),
    ]


class ReceiptOut(Schema):
    """What came of one order: `outcome` is taken, known, changed, outdated or refused. `receipt` stays the same."""

    number: str
    receipt: str
    outcome: str
    case: str
    code: str
    reasons: dict[str, str]


class ReceiptsOut(Schema):
    """One receipt for each order, in the order in which they were sent."""

    receipts: list[ReceiptOut]


Standing = Literal["open", "ended"]
Answers = dict[Any, Any]
