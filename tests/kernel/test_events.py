"""Events carry ids, codes and numbers; nothing that a person said or is called."""

import datetime as dt
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from linli.kernel.actor import Actor, Grant
from linli.kernel.events import EVENTS, Code, event, record, record_many
from linli.kernel.models import Event, Outbox

NOW = dt.datetime(2026, 11, 18, 6, 10, tzinfo=dt.UTC)
ACTOR = Actor(
    user_id=7, name="李社工", grants=(Grant("worker", frozenset()),), now=NOW, organisation_id=3
)


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """Forget the events that a test registers."""
    before = dict(EVENTS)
    yield
    EVENTS.clear()
    EVENTS.update(before)


def registered(name: str, **fields: Any) -> Any:
    return event(name)(type("Happened", (), {"__annotations__": fields}))


@pytest.mark.parametrize(
    "hint",
    [int, bool, float, dt.datetime, dt.date, Code, int | None, Code | None, typing.Optional[int]],  # noqa: UP045
)
def test_takes_ids_codes_and_numbers(hint: Any) -> None:
    registered("test.taken", field=hint)
    assert "test.taken" in EVENTS


@pytest.mark.parametrize(
    "hint",
    [
        str,
        str | None,
        bytes,
        Any,
        object,
        list,
        dict,
        list[str],
        list[Code],
        list[int],
        dict[int, int],
    ],
)
def test_refuses_a_field_that_could_hold_words(hint: Any) -> None:
    with pytest.raises(TypeError, match="ids, codes and numbers"):
        registered("test.refused", field=hint)
    assert "test.refused" not in EVENTS


def test_refuses_a_name_twice() -> None:
    registered("test.once", field=int)
    with pytest.raises(TypeError, match="twice"):
        registered("test.once", field=int)


def test_a_registered_event_is_frozen() -> None:
    happened = registered("test.frozen", number=int)(number=1)
    with pytest.raises(AttributeError):
        happened.number = 2


@pytest.mark.parametrize("words", ["许大妈", "a b", "电梯", "x" * 65, "a\nb", "１９９"])
def test_words_in_place_of_a_code_are_refused(db: None, words: str) -> None:
    kind = registered("test.words", code=Code)
    with pytest.raises(ValueError, match="code is not a code"):
        record(kind(code=words), actor=ACTOR, kind="test", stream=1, seq=1)


def test_words_in_place_of_a_number_are_refused(db: None) -> None:
    kind = registered("test.number", number=int)
    with pytest.raises(ValueError, match="number is not a code"):
        record(kind(number="许大妈"), actor=ACTOR, kind="test", stream=1, seq=1)


def test_an_event_stands_with_its_outbox_row(db: None, django_assert_num_queries: Any) -> None:
    kind = registered("test.written", number=int, code=Code, at=dt.datetime, none=int | None)
    with django_assert_num_queries(1):
        record(
            kind(number=4, code="E1", at=NOW, none=None), actor=ACTOR, kind="test", stream=9, seq=1
        )
    row = Event.objects.get(stream_kind="test", stream_id=9)
    assert (row.name, row.seq, row.at) == ("test.written", 1, NOW)
    assert (row.user_id, row.organisation_id, row.channel) == (7, 3, "web")
    assert row.payload == {
        "number": 4,
        "code": "E1",
        "at": "2026-11-18T06:10:00+00:00",
        "none": None,
    }
    assert row.recorded_at is not None
    assert Outbox.objects.filter(event_id=row.pk).count() == 1


def test_many_events_are_one_statement_in_the_order_given(
    db: None, django_assert_num_queries: Any
) -> None:
    kind = registered("test.many", number=int)
    batch = [(kind(number=n), 100 + n, 1) for n in range(50)]
    with django_assert_num_queries(1):
        record_many(batch, actor=ACTOR, kind="test")
    rows = Event.objects.filter(stream_kind="test").order_by("pk")
    assert [row.stream_id for row in rows] == list(range(100, 150))
    assert Outbox.objects.filter(event_id__in=[row.pk for row in rows]).count() == 50


def test_one_place_in_a_stream_is_taken_once(db: None) -> None:
    kind = registered("test.place", number=int)
    record(kind(number=1), actor=ACTOR, kind="test", stream=1, seq=1)
    with pytest.raises(IntegrityError, match="event_stream_seq"), transaction.atomic():
        record(kind(number=2), actor=ACTOR, kind="test", stream=1, seq=1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE kernel_event SET user_id = 1",
        "DELETE FROM kernel_event",
        "TRUNCATE kernel_event",
    ],
)
def test_the_application_may_not_change_the_past(db: None, change: str) -> None:
    kind = registered("test.past", number=int)
    record(kind(number=1), actor=ACTOR, kind="test", stream=1, seq=1)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(change)


@pytest.mark.parametrize(
    "change", ["UPDATE kernel_event SET user_id = 1", "DELETE FROM kernel_event"]
)
def test_not_even_the_owner_changes_the_past(db: None, change: str) -> None:
    kind = registered("test.owner", number=int)
    record(kind(number=1), actor=ACTOR, kind="test", stream=1, seq=1)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(change)


def test_the_application_may_not_pretend_a_migration(db: None) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("DELETE FROM django_migrations")
