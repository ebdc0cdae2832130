"""agree_follow_up: the caller wants to be called at another time; quiet hours; the queue of the call back."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from linli.cases import operations
from linli.cases.guards import OWN_WORK
from linli.cases.models import Case, FollowUp, WorkOrder
from linli.cases.operations.follow_up import AGAIN_PAST, AGAIN_TOO_LATE
from linli.cases.rules import callable_from
from linli.kernel.actor import Actor
from tests.builders import Town, a_case
from tests.cases.expect import refused
from tests.cases.pages import Page, a_browser
from tests.cases.people import a_person
from tests.conftest import NOW

HOUR = dt.timedelta(hours=1)
ZONE = timezone.get_default_timezone()


@pytest.fixture
def caller(town: Town) -> Actor:
    return town.actor("follow_up")


def order_of(case: Case) -> WorkOrder:
    return WorkOrder.objects.get(case=case)


def test_the_time_agreed_is_kept_and_is_no_attempt(town: Town, caller: Actor) -> None:
    case = a_case(town, at="reported")
    operations.agree_follow_up(actor=caller, case_id=case.pk, again_at=NOW + 5 * HOUR)
    order = order_of(case)
    assert (order.state, order.call_again_at, order.attempt_count) == (
        "reported",
        NOW + 5 * HOUR,
        0,
    )
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("ahead", "refusal"),
    [(dt.timedelta(0), AGAIN_PAST), (dt.timedelta(days=7, seconds=1), AGAIN_TOO_LATE)],
)
def test_a_time_that_nobody_can_keep_is_refused(
    town: Town, caller: Actor, ahead: dt.timedelta, refusal: object
) -> None:
    case = a_case(town, at="reported")
    with refused(refusal):  # type: ignore[arg-type]
        operations.agree_follow_up(actor=caller, case_id=case.pk, again_at=NOW + ahead)


def test_whoever_handled_it_agrees_on_nothing(town: Town) -> None:
    case = a_case(town, at="reported")
    own = a_person(town, "follow_up_caller", place="110000", unit="committee-029")
    with refused(OWN_WORK):
        operations.agree_follow_up(actor=own, case_id=case.pk, again_at=NOW + HOUR)


@pytest.mark.parametrize("after", ["miss", "answer", "send_back"])
def test_what_follows_ends_the_agreement(town: Town, caller: Actor, after: str) -> None:
    case = a_case(town, at="reported")
    operations.agree_follow_up(actor=caller, case_id=case.pk, again_at=NOW + HOUR)
    if after == "miss":
        operations.miss_follow_up(actor=caller, case_id=case.pk, means="phone")
    elif after == "answer":
        operations.follow_up(
            actor=caller,
            case_id=case.pk,
            means="phone",
            was_contacted=True,
            answered="solved",
            satisfaction="satisfied",
        )
    else:
        operations.send_back(
            actor=town.actor("street_officer"), case_id=case.pk, words="现场没有修好。"
        )
    assert order_of(case).call_again_at is None


def test_the_database_knows_when_a_time_can_stand(town: Town) -> None:
    case = a_case(town, at="in_progress")
    orders = WorkOrder.objects.filter(case=case)
    with pytest.raises(IntegrityError), transaction.atomic():
        orders.update(call_again_at=NOW)


@pytest.mark.parametrize(
    ("now", "again", "expected"),
    [
        ("10:00", None, None),
        ("12:00", None, "14:00"),
        ("13:59", None, "14:00"),
        ("14:00", None, None),
        ("19:59", None, None),
        ("20:00", None, "09:00+1"),
        ("23:30", None, "09:00+1"),
        ("08:59", None, "09:00"),
        ("09:00", None, None),
        ("10:00", "16:30", "16:30"),
        ("10:00", "12:30", "12:30"),
        ("16:31", "16:30", None),
        ("12:10", "11:30", "14:00"),
        ("10:00", "20:30", "20:30"),
    ],
)
def test_quiet_hours_and_what_was_agreed(now: str, again: str | None, expected: str | None) -> None:
    def at(text: str) -> dt.datetime:
        clock, _plus, days = text.partition("+")
        hour, minute = map(int, clock.split(":"))
        day = dt.datetime(2026, 11, 18, hour, minute, tzinfo=ZONE)
        return day + dt.timedelta(days=int(days or 0))

    found = callable_from(at(again) if again else None, now=at(now))
    assert found == (at(expected) if expected else None)


def test_the_page_parts_now_from_later_and_offers_both_means(town: Town) -> None:
    reachable, later = (a_case(town, at="reported", address=name) for name in ("甲", "乙"))
    client = a_browser(town.users["follow_up"])
    client.cookies["django_language"] = "en"
    day = timezone.localtime(NOW) + dt.timedelta(days=1)
    form = {"again_at": f"{day:%Y-%m-%d} 15:00"}
    with time_machine.travel(NOW):  # in the quiet hours nobody is called at all
        sent = client.post(reverse("cases:call_again", args=[later.number]), form)
        assert sent.status_code == 302
        page = client.get(reverse("cases:follow_up")).content.decode()
    assert page.index(later.number) > page.index('class="mt3"')
    assert reachable.number in page
    assert 'value="phone" class="btn big" data-key="F8"' in page
    assert 'value="message" class="btn big" data-key="F9"' in page


def test_a_bad_time_keeps_what_was_typed_and_says_why(town: Town) -> None:
    case = a_case(town, at="reported")
    client = a_browser(town.users["follow_up"])
    url = reverse("cases:call_again", args=[case.number])
    response = client.post(url, {"again_at": "2020-01-01T10:00"})
    assert response.status_code == 422
    assert Page(response).fields["again_at"] == ["2020-01-01T10:00"]
    assert Page(response).shows(str(AGAIN_PAST.text))
