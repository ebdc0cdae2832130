"""One case from the first word to the close, by the real operations."""

import pytest

from linli.cases.queries import events_of
from linli.kernel.models import Event, Outbox
from tests.builders import STEPS, a_case, a_town

pytestmark = pytest.mark.django_db


def test_a_case_goes_the_whole_way_and_leaves_one_event_a_step() -> None:
    case = a_case(a_town(), at="closed")

    events = events_of(case)
    assert case.state == "closed"
    assert [event.name for event in events] == [
        "case.received",
        "case.dispatched",
        "order.accepted",
        "order.contacted",
        "order.reported",
        "order.followed_up",
        "case.closed",
    ]
    assert [event.seq for event in events] == list(range(1, len(STEPS) + 1))
    assert case.version == len(STEPS)
    assert Outbox.objects.filter(event_id__in=[event.pk for event in events]).count() == len(STEPS)
    assert Event.objects.filter(stream_kind="case").count() == len(STEPS)
