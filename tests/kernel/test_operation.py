"""The one shape of a write: permitted, whole or not at all, and told to the log."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection

from linli.accounts.permissions import ROLES, permissions_of
from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import NOT_ALLOWED, Refusal, RuleBroken
from linli.kernel.models import Outbox
from linli.kernel.operation import OPERATIONS, operation

NOW = dt.datetime(2026, 11, 18, 6, 10, tzinfo=dt.UTC)
TAKEN = Refusal("test.taken", "taken")
FULL = Refusal("test.full", "full")


def an_actor(*permissions: str) -> Actor:
    grant = Grant(role="tester", permissions=frozenset(permissions))
    return Actor(user_id=7, name="李社工", grants=(grant,), now=NOW)


ABLE = an_actor("test.write")


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """Forget the operations that a test makes."""
    before = dict(OPERATIONS)
    yield
    OPERATIONS.clear()
    OPERATIONS.update(before)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], dict[str, Any]]:
    """Return a function that returns the last line told to the log."""
    caplog.set_level(logging.INFO, logger="linli.operation")

    def last() -> dict[str, Any]:
        line: Any = caplog.records[-1].msg
        return dict(line)

    return last


def writing(refusal: RuleBroken | None = None, *, twice: bool = False, **options: Any) -> Any:
    """Return an operation that writes a row, or two that cannot both stand, then refuses if told to."""

    def write(*, actor: Actor, number: int) -> str:
        Outbox.objects.create(event_id=number)
        if twice:
            Outbox.objects.create(event_id=number)
        if refusal:
            raise refusal
        return "written"

    return operation("test.write", **options)(write)


def test_writes_and_returns(db: None) -> None:
    assert writing()(actor=ABLE, number=1) == "written"
    assert Outbox.objects.count() == 1


def test_without_the_permission_nothing_is_even_asked_of_the_database(
    db: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0), pytest.raises(RuleBroken) as refused:
        writing()(actor=an_actor("test.read"), number=1)
    assert refused.value.refusal is NOT_ALLOWED


def test_a_refusal_leaves_nothing_behind(db: None) -> None:
    with pytest.raises(RuleBroken):
        writing(FULL())(actor=ABLE, number=1)
    assert not Outbox.objects.exists()


def test_a_constraint_that_is_named_becomes_a_refusal(db: None) -> None:
    write = writing(twice=True, constraints={"kernel_outbox_event_id_key": TAKEN})
    with pytest.raises(RuleBroken) as refused:
        write(actor=ABLE, number=1)
    assert refused.value.refusal is TAKEN
    assert isinstance(refused.value.__cause__, IntegrityError)
    assert not Outbox.objects.exists()


def test_a_constraint_that_is_not_named_stays_an_error(db: None) -> None:
    with pytest.raises(IntegrityError):
        writing(twice=True, constraints={"another": TAKEN})(actor=ABLE, number=1)


def test_an_operation_inside_an_operation_is_an_error(db: None) -> None:
    inner = writing()

    @operation("test.write")
    def outer(*, actor: Actor) -> None:
        inner(actor=actor, number=1)

    with pytest.raises(RuntimeError, match="durable"):
        outer(actor=ABLE)


def test_runs_in_a_transaction(db: None) -> None:
    @operation("test.write")
    def look(*, actor: Actor) -> bool:
        return connection.in_atomic_block

    assert look(actor=ABLE)


def test_tells_the_log_what_ran_and_for_whom_but_no_name(db: None, told: Any) -> None:
    writing()(actor=ABLE, number=1)
    line = told()
    assert line["outcome"] == "ok"
    assert line["operation"] == "kernel.write"
    assert line["actor"] == 7
    assert line["ms"] >= 0
    assert "李社工" not in str(line)


@pytest.mark.parametrize(
    ("fails", "outcome"),
    [
        ({"refusal": FULL()}, "test.full"),
        ({"twice": True}, "kernel_outbox_event_id_key"),
    ],
)
def test_tells_the_log_why_it_did_not_run(
    db: None, told: Any, fails: dict[str, Any], outcome: str
) -> None:
    with pytest.raises((RuleBroken, IntegrityError)):
        writing(**fails)(actor=ABLE, number=1)
    assert told()["outcome"] == outcome


def test_tells_the_log_of_a_missing_permission(told: Any) -> None:
    with pytest.raises(RuleBroken):
        writing()(actor=an_actor(), number=1)
    assert told()["outcome"] == "kernel.not_allowed"


def test_an_unforeseen_error_is_not_told_as_success(db: None, told: Any) -> None:
    @operation("test.write")
    def missing(*, actor: Actor) -> None:
        Outbox.objects.get(event_id=404)

    with pytest.raises(Outbox.DoesNotExist):
        missing(actor=ABLE)
    assert told()["outcome"] == "DoesNotExist"


def test_every_operation_is_open_to_some_role() -> None:
    held = set().union(*(permissions_of(code) for code in ROLES))
    held.add("api.use")  # another system's token holds it by itself
    assert {name: p for name, p in OPERATIONS.items() if p not in held} == {}
