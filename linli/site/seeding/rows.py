"""What a drawn case leaves in the tables: rows, alerts and events, each at its own moment."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils import timezone

from linli.cases import events
from linli.cases.choices import Channel
from linli.cases.clocks.models import ClockClass
from linli.cases.clocks.queries import calendar_of
from linli.cases.clocks.rules import Deadlines, class_of, deadlines
from linli.cases.models import (
    Case,
    CaseSearch,
    ClockAlert,
    ContactLog,
    FollowUp,
    Report,
    Requester,
    WorkOrder,
)
from linli.cases.rules import title_of
from linli.kernel.actor import SCOPE_COLUMNS
from linli.kernel.events import Code, payload_of
from linli.kernel.ids import make_number
from linli.kernel.models import Event, Outbox
from linli.methods.clocks import Calendar
from linli.methods.language.grams import grams_of
from linli.methods.language.personal import shareable
from linli.site.demo.catalogue import ABOUT
from linli.site.demo.words import SHOWN, Request
from linli.site.seeding.copying import Copier, keys
from linli.site.seeding.drawing import STEPS, Drawn, Text
from linli.territory.models import Place

SOURCE = "seed"
_Happened = tuple[dt.datetime, tuple[int | None, int | None], Any]
"""When, (user, unit), the event."""
COLUMNS: dict[type[Any], tuple[str, ...]] = {
    Case: (
        *("id", "number", "source", "external_no", "state", "state_since", "version", "channel"),
        *("kind", "urgency", "category_id", "place_id", "address", "title", "words", "shared_text"),
        "received_at",
        *(
            "lead_order_id",
            "closed_at",
            "city_code",
            "district_code",
            "street_code",
            "community_code",
        ),
    ),
    WorkOrder: (
        *("id", "case_id", "lead_id", "state", "state_since", "reason", "dispatched_at"),
        *("first_dispatched_at", "clock_started_at"),
        *("clock_class_id", "first_contact_due_at", "handling_due_at"),
        *("first_contact_is_provisional", "handling_is_provisional", "calendar_read_at"),
        *("accepted_at", "first_contact_at", "reported_at", "resolution", "public_reply"),
        *("attempt_count", "followed_up_at", "answered", "satisfaction"),
        *("city_code", "district_code", "street_code", "community_code"),
    ),
    ContactLog: ("id", "order_id", "at", "user_id", "means", "was_reached", "note"),
    Report: ("id", "order_id", "at", "user_id", "resolution", "public_reply", "evidence"),
    FollowUp: (
        *("id", "order_id", "at", "user_id", "means", "was_reached", "was_contacted"),
        *("answered", "satisfaction", "note"),
    ),
    ClockAlert: ("order_id", "clock", "percent", "due_at", "raised_at", "lapsed_at"),
    CaseSearch: ("case_id", "grams"),
    Event: (
        *("id", "name", "stream_kind", "stream_id", "seq", "at", "user_id", "organisation_id"),
        *("channel", "payload"),
    ),
    Outbox: ("event_id",),
}


TABLES: tuple[type[Any], ...] = (*COLUMNS, Requester)


@dataclass(frozen=True)
class Where:
    """A place with who leads there and who handles: (organisation, user) by the request's `lead`."""

    place: Place
    lead: Mapping[str, tuple[int, int | None]]


@dataclass(frozen=True)
class Cast:
    """What stands already and every case refers to. `users` are (user, unit) by operator, dispatcher, follow_up, sweeper."""

    texts: Sequence[Text]
    places: Sequence[Where]
    classes: Mapping[str, ClockClass]
    categories: Mapping[str, int]
    duties: Sequence[tuple[str, dt.datetime]]
    users: Mapping[str, tuple[int | None, int | None]]


@dataclass
class Rows:
    """The rows of a batch, table by table."""

    cast: Cast
    as_of: dt.datetime
    tables: dict[type[Any], list[tuple[Any, ...]]] = field(
        default_factory=lambda: {model: [] for model in TABLES}
    )

    def add(self, drawn: Sequence[Drawn], *, counters: Sequence[int]) -> None:
        """Make the rows of the cases; `counters` are of the sequence of case numbers."""
        ids = {
            model: keys(model, len(drawn))
            for model in (Case, WorkOrder, ContactLog, Report, FollowUp)
        }
        happened: list[tuple[Any, ...]] = []
        for one, counter in zip(drawn, counters, strict=True):
            happened += self._live(one, counter=counter, ids=ids)
        fresh = keys(Event, len(happened))
        for event in happened:
            key = next(fresh)
            self.tables[Event].append((key, *event))
            self.tables[Outbox].append((key,))

    def write(self) -> None:
        """Send everything, inside the transaction that is open."""
        for model, rows in self.tables.items():
            _COPIERS[model].write(rows)

    def _live(
        self, one: Drawn, *, counter: int, ids: Mapping[type[Any], Iterator[int]]
    ) -> list[tuple[Any, ...]]:
        """Make the rows of one case but its events; return these without their keys, in order of time."""
        text, where = self.cast.texts[one.text], self.cast.places[one.place]
        title, shared, grams = _said(text)
        about = ABOUT[text.request.title]
        case_id, received = next(ids[Case]), one.moments[0]
        scope = [getattr(where.place, column) for column in SCOPE_COLUMNS]
        happened: list[_Happened] = [
            (
                received,
                self.cast.users["operator"],
                events.CaseReceived(
                    case_id=case_id,
                    channel=Code(Channel.HOTLINE),
                    kind=Code(text.request.kind),
                    urgency=Code(text.request.urgency),
                    place=Code(where.place.code),
                    category=Code(about),
                ),
            )
        ]
        order_id = None
        if len(one.moments) > 1:
            order_id = next(ids[WorkOrder])
            happened += self._order(
                one,
                case_id=case_id,
                order_id=order_id,
                text=text,
                where=where,
                scope=scope,
                ids=ids,
            )
        happened.sort(key=lambda entry: entry[0])
        is_closed = one.state == "closed"
        state = "closed" if is_closed else "in_handling" if order_id else "received"
        since = one.moments[-1] if is_closed else one.moments[min(1, len(one.moments) - 1)]
        self.tables[Case].append(
            (
                *(case_id, make_number(year=timezone.localtime(received).year, counter=counter)),
                *(
                    SOURCE,
                    f"seed-{one.index:08d}",
                    state,
                    since,
                    len(happened),
                    Channel.HOTLINE.value,
                ),
                *(text.request.kind, text.request.urgency, self.cast.categories[about]),
                *(where.place.pk, one.address, title),
                *(text.words, shared, received, order_id, one.moments[-1] if is_closed else None),
                *scope,
            )
        )
        reply = text.request.reply if len(one.moments) > 4 else ""
        self.tables[CaseSearch].append((case_id, [*{*grams, *grams_of(one.address, reply)}]))
        asked = Requester.sealed(case=Case(pk=case_id), name=one.caller, phone=one.phone)
        self.tables[Requester].append(
            tuple(getattr(asked, name) for name in _COPIERS[Requester].names)
        )
        return [
            (*(what.event_name, "case", case_id, seq, at, *who, "web", payload_of(what)),)
            for seq, (at, who, what) in enumerate(happened, start=1)
        ]

    def _order(
        self,
        one: Drawn,
        *,
        case_id: int,
        order_id: int,
        text: Text,
        where: Where,
        scope: list[str | None],
        ids: Mapping[type[Any], Iterator[int]],
    ) -> list[_Happened]:
        """Make the order's rows; return what happened to it."""
        request = text.request
        when = dict(zip(STEPS, one.moments, strict=False))
        lead_id, handler = where.lead[self._leads(request, at=when["dispatched"])]
        unit = (handler, lead_id)
        limits = self.cast.classes[class_of(kind=request.kind, urgency=request.urgency)]
        due = _deadlines(limits, when["dispatched"])
        assert due.first_contact.at is not None and due.handling.at is not None  # noqa: PT018
        contacted, reported = when.get("in_progress"), when.get("reported")
        answered = when.get("followed_up")
        self.tables[WorkOrder].append(
            (
                *(order_id, case_id, lead_id, one.state, one.moments[-1], request.why),
                *(when["dispatched"], when["dispatched"], when["dispatched"]),
                *(limits.pk, due.first_contact.at, due.handling.at),
                *(due.first_contact.is_provisional, due.handling.is_provisional),
                self.as_of if limits.limits.uses_calendar else None,
                *(when.get("accepted"), contacted, reported),
                *((request.resolution, request.reply) if reported else (None, "")),
                *(
                    (1, answered, one.answered, one.satisfaction)
                    if answered
                    else (0, None, None, None)
                ),
                *scope,
            )
        )
        happened: list[_Happened] = [
            (
                when["dispatched"],
                self.cast.users["dispatcher"],
                events.CaseDispatched(
                    case_id=case_id,
                    order_id=order_id,
                    lead_id=lead_id,
                    clock_class_id=limits.pk,
                    clock_class=Code(limits.code),
                    first_contact_due_at=due.first_contact.at,
                    handling_due_at=due.handling.at,
                ),
            )
        ]
        if at := when.get("accepted"):
            happened.append((at, unit, events.OrderAccepted(order_id=order_id)))
        if contacted:
            key = next(ids[ContactLog])
            self.tables[ContactLog].append(
                (key, order_id, contacted, handler, "phone", True, request.contact)
            )
            told = events.OrderContacted(
                order_id=order_id,
                contact_id=key,
                means=Code("phone"),
                was_reached=True,
                is_first=True,
            )
            happened.append((contacted, unit, told))
        if reported:
            key = next(ids[Report])
            self.tables[Report].append(
                (
                    key,
                    order_id,
                    reported,
                    handler,
                    request.resolution,
                    request.reply,
                    SHOWN[request.lead],
                )
            )
            done = events.OrderReported(
                order_id=order_id, resolution=Code(request.resolution), report_id=key
            )
            happened.append((reported, unit, done))
        if answered:
            key = next(ids[FollowUp])
            caller = self.cast.users["follow_up"]
            self.tables[FollowUp].append(
                (
                    *(key, order_id, answered, caller[0], "phone", True, True),
                    *(one.answered, one.satisfaction, request.remark),
                )
            )
            said = events.OrderFollowedUp(
                order_id=order_id,
                follow_up_id=key,
                was_contacted=True,
                answered=Code(one.answered),
                satisfaction=Code(one.satisfaction),
            )
            happened.append((answered, caller, said))
        if at := when.get("closed"):
            shut = events.CaseClosed(case_id=case_id, order_id=order_id, was_answered=True)
            happened.append((at, self.cast.users["follow_up"], shut))
        stops = {"first_contact": contacted or reported, "handling": reported}
        return happened + self._alerts(order_id, due, stops)

    def _leads(self, request: Request, *, at: dt.datetime) -> str:
        """Return who leads: the committee what is on its duty list (article 17), the street's office the rest."""
        about = ABOUT[request.title]
        held = any(about.startswith(code) and since <= at for code, since in self.cast.duties)
        return "committee" if request.lead == "committee" and held else "street"

    def _alerts(
        self, order_id: int, due: Deadlines, stops: Mapping[str, dt.datetime | None]
    ) -> list[_Happened]:
        """Make the alerts as the sweep left them: raised on a clock that ran, lapsed on one that stood."""
        happened: list[_Happened] = []
        for point in due.alerts:
            assert point.at is not None
            stopped = stops[point.clock]
            raised = lapsed = None
            if point.at <= self.as_of:
                if stopped is None or point.at < stopped:
                    raised = point.at
                    alerted = events.OrderAlerted(
                        order_id=order_id, clock=Code(point.clock), percent=point.percent
                    )
                    happened.append((point.at, self.cast.users["sweeper"], alerted))
                else:
                    lapsed = point.at
            self.tables[ClockAlert].append(
                (order_id, point.clock, point.percent, point.at, raised, lapsed)
            )
        return happened


_COPIERS = {model: Copier(model, COLUMNS.get(model)) for model in TABLES}


@cache
def _said(text: Text) -> tuple[str, str, list[str]]:
    """Return title, shared text and grams of a text; texts come back often."""
    title = title_of(text.title, text.words)
    return title, shareable(text.words), grams_of(title, text.words)


@cache
def _calendar(limits: ClockClass, year: int) -> Calendar:
    return calendar_of(limits, since=dt.datetime(year, 1, 1, tzinfo=dt.UTC))


def _deadlines(limits: ClockClass, at: dt.datetime) -> Deadlines:
    return deadlines(limits.limits, at=at, calendar=_calendar(limits, at.year))
