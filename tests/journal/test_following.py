"""Subscribers: every event once, in order, in the transaction of what they write."""

import datetime as dt
from collections.abc import Iterator, Sequence

import pytest
from django.db import connection, transaction

from linli.journal.following import SUBSCRIBERS, Subscriber, failing, follow, rewind, subscriber
from linli.journal.models import Cursor
from linli.journal.queries import Sealed
from tests.journal.record import NOW, a_record, happened, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """Forget the subscribers that a test registers."""
    before = dict(SUBSCRIBERS)
    yield
    SUBSCRIBERS.clear()
    SUBSCRIBERS.update(before)


class Reader:
    """A subscriber that keeps what it was told, in Python and in the database."""

    def __init__(self, *, since: str = "the beginning") -> None:
        self.told: list[Sealed] = []
        self.fails = 0
        subscriber("test.reader", since=since)(self.handle)  # type: ignore[arg-type]

    @property
    def own(self) -> Subscriber:
        return SUBSCRIBERS["test.reader"]

    def handle(self, events: Sequence[Sealed]) -> None:
        self.told += events
        with connection.cursor() as cursor:
            # Any table of the application's will do to see a write rolled back.
            cursor.execute("INSERT INTO kernel_outbox (event_id) VALUES (%s)", [-len(self.told)])
        if self.fails:
            self.fails -= 1
            raise RuntimeError("許大媽 1990000")

    def wrote(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM kernel_outbox WHERE event_id < 0")
            return int(cursor.fetchone()[0])


def test_is_told_each_event_once_in_the_order_of_positions() -> None:
    ids = a_record()
    reader = Reader()
    counts = [follow(reader.own, now=NOW, limit=5) for _ in range(4)]
    assert counts == [5, 5, 2, 0]
    assert [(told.position, told.id) for told in reader.told] == list(enumerate(ids, start=1))
    first = reader.told[0]
    assert (first.name, first.stream_id, first.seq, first.payload) == (
        "test.happened",
        1,
        1,
        {"number": 11},
    )
    assert Cursor.objects.get(name="test.reader").position == 12


def test_what_waits_to_be_sealed_is_told_when_it_is() -> None:
    a_record()
    reader = Reader()
    follow(reader.own, now=NOW)
    happened(9, 1)
    assert follow(reader.own, now=NOW) == 0
    sealed()
    assert follow(reader.own, now=NOW) == 1


def test_a_failure_leaves_everything_as_it_was_and_comes_again() -> None:
    a_record()
    reader = Reader()
    reader.fails = 1
    assert follow(reader.own, now=NOW) == 0
    row = Cursor.objects.get(name="test.reader")
    assert (row.position, row.failed_at, row.failure, row.failure_count) == (
        0,
        NOW,
        "RuntimeError",
        1,
    )
    assert failing() == ["test.reader"]
    assert reader.wrote() == 0
    assert follow(reader.own, now=NOW + dt.timedelta(seconds=0.9)) == 0, "it pauses"
    assert follow(reader.own, now=NOW + dt.timedelta(seconds=1)) == 12
    row.refresh_from_db()
    assert (row.position, row.failed_at, row.failure, row.failure_count) == (12, None, "", 0)
    assert reader.wrote() == 1
    assert failing() == []


def test_the_pause_grows_to_five_minutes() -> None:
    a_record()
    reader = Reader()
    reader.fails = 100
    pauses = []
    moment = NOW
    for _ in range(12):
        follow(reader.own, now=moment)
        tried = len(reader.told)
        seconds = 0
        while len(reader.told) == tried:
            seconds += 1
            follow(reader.own, now=moment + dt.timedelta(seconds=seconds))
        moment += dt.timedelta(seconds=seconds)
        pauses.append(seconds)
        # That try failed as well; the next pause counts from it.
        moment += dt.timedelta(seconds=600)
    assert pauses[0] == 1
    assert pauses == sorted(pauses)
    assert pauses[-1] == 300


def test_one_that_fails_does_not_hold_up_another() -> None:
    a_record()
    reader = Reader()
    reader.fails = 1
    told: list[Sealed] = []
    subscriber("test.other")(told.extend)
    for follower in (SUBSCRIBERS["test.reader"], SUBSCRIBERS["test.other"]):
        follow(follower, now=NOW)
    assert len(told) == 12


def test_since_now_is_not_told_of_old_events() -> None:
    a_record()
    reader = Reader(since="now")
    assert follow(reader.own, now=NOW) == 0
    happened(9, 1)
    sealed()
    assert follow(reader.own, now=NOW) == 1
    assert [told.stream_id for told in reader.told] == [9]


def test_a_rewound_subscriber_reads_everything_again() -> None:
    a_record()
    reader = Reader()
    follow(reader.own, now=NOW)
    rewind("test.reader", now=NOW)
    assert follow(reader.own, now=NOW) == 12


def test_a_name_is_taken_once() -> None:
    Reader()
    with pytest.raises(TypeError, match="twice"):
        Reader()


def test_half_a_failure_is_refused_by_the_database() -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), transaction.atomic():
        Cursor.objects.create(name="test.half", position=0, moved_at=NOW, failure="RuntimeError")
    with pytest.raises(IntegrityError), transaction.atomic():
        Cursor.objects.create(name="test.half", position=-1, moved_at=NOW)
