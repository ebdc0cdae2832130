"""What several tests of cases look at: the stream of a case, and a refusal that wrote nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from linli.cases.models import (
    Case,
    ClockAlert,
    ContactLog,
    CoTask,
    FollowUp,
    Requester,
    Unmasking,
    WorkOrder,
)
from linli.cases.privacy.wall import wall_open_everywhere
from linli.cases.queries import events_of
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.models import Event, Outbox


def last_event(case: Case) -> Event:
    """Return the newest event of a case, having checked that its stream is whole.

    Whole: seq runs from 1 without a gap, the newest is the row's version, each event has its outbox row.
    """
    events = events_of(case)
    case.refresh_from_db()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert case.version == len(events)
    assert Outbox.objects.filter(event_id__in=[event.pk for event in events]).count() == len(events)
    return events[-1]


def everything() -> dict[str, list[Any]]:
    """Return every row that an operation on cases could write."""
    tables = (
        Case,
        WorkOrder,
        ClockAlert,
        Requester,
        ContactLog,
        CoTask,
        FollowUp,
        Unmasking,
    )
    with wall_open_everywhere("test"):
        found = {
            table.__name__: list(table._base_manager.order_by("pk").values_list())
            for table in tables
        }
    # People hired meanwhile have streams of their own.
    events = Event.objects.exclude(stream_kind="user")
    found["Event"] = list(events.order_by("pk").values_list())
    found["Outbox"] = list(Outbox.objects.filter(event_id__in=events.values("pk")).values_list())
    return found


def asked(case: Case) -> Requester:
    """Return who asked, whoever looks: tests see behind the wall."""
    with wall_open_everywhere("test"):
        return Requester.objects.get(case=case)


@contextmanager
def refused(refusal: Refusal) -> Iterator[Any]:
    """Expect the refusal, and that nothing at all was written. Yields pytest's exception info."""
    before = everything()
    with pytest.raises(RuleBroken) as broken:
        yield broken
    assert broken.value.refusal is refusal
    assert everything() == before


@contextmanager
def not_found() -> Iterator[None]:
    """Expect that the case does not exist for this actor, and that nothing was written."""
    before = everything()
    with pytest.raises(Case.DoesNotExist):
        yield
    assert everything() == before
