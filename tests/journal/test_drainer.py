"""The drainer: every event once, without a gap, late ones later, and nobody else writes the order."""

import ast
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from linli.journal import heads
from linli.journal.drainer import CHANNEL, drain, head_now, is_alive, note_head
from linli.journal.keys import keys
from linli.journal.models import EventOrder
from linli.journal.verify import verify
from linli.kernel.models import Outbox
from linli.site import drainer_command
from tests.journal.record import NOW, a_record, happened, sealed

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_events_get_positions_without_a_gap_in_the_order_of_the_outbox() -> None:
    ids = a_record()
    rows = EventOrder.objects.order_by("position").values_list("position", "event_id")
    assert list(rows) == list(enumerate(ids, start=1))
    assert not Outbox.objects.exists()


@pytest.mark.django_db
def test_batches_make_one_chain() -> None:
    for seq in range(1, 8):
        happened(1, seq)
    counts = [sealed(limit=3).count for _ in range(4)]
    assert counts == [3, 3, 1, 0]
    assert verify().faults == []
    assert [head.position for head in heads.kept_heads()] == [3, 6, 7]


@pytest.mark.django_db
def test_a_batch_takes_as_many_statements_as_one_event(django_assert_num_queries: Any) -> None:
    a_record()
    for seq in range(1, 41):
        happened(9, seq)
    # Lock, outbox, last position, tops, last link, order, outbox, notify; two are the test's savepoint.
    with django_assert_num_queries(10):
        assert sealed().count == 40


@pytest.mark.django_db
def test_the_head_says_how_far_and_is_signed() -> None:
    a_record()
    (written,) = heads.kept_heads()
    assert written.position == 12
    assert written.is_genuine(keys()[1].public)
    assert head_now(now=NOW) == written
    assert head_now(now=NOW).root == written.root


def test_a_head_file_that_is_full_is_put_aside(
    monkeypatch: pytest.MonkeyPatch, own_chain: Path
) -> None:
    monkeypatch.setattr(heads, "FULL", 500)
    monkeypatch.setattr(heads, "KEPT", 3)
    key = keys()[1]
    for position in range(1, 21):
        heads.append(
            heads.Head.signed(key, position=position, root=bytes(32), link=bytes(32), at=NOW)
        )
    files = sorted(path.name for path in own_chain.parent.iterdir())
    assert files == ["heads", "heads.1", "heads.2", "heads.3"]
    kept = [head.position for head in heads.kept_heads()]
    assert kept == list(range(kept[0], 21))
    assert len(kept) >= 7
    assert own_chain.stat().st_mode & 0o777 == 0o600


def test_a_line_cut_off_by_a_crash_is_passed_over(own_chain: Path) -> None:
    head = heads.Head.signed(keys()[1], position=1, root=bytes(32), link=bytes(32), at=NOW)
    heads.append(head)
    with own_chain.open("a") as file:
        file.write('{"position": 2, "ro')
    assert list(heads.kept_heads()) == [head]
    heads.append(head)
    assert list(heads.kept_heads()) == [head, head], "the next line stands on a line of its own"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_eventorder SET position = 100 WHERE position = 1",
        "DELETE FROM journal_eventorder",
        "TRUNCATE journal_eventorder",
    ],
)
def test_the_application_may_not_change_the_order(change: str) -> None:
    a_record()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(change)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", ["UPDATE journal_eventorder SET key_id = 2", "DELETE FROM journal_eventorder"]
)
def test_not_even_the_owner_changes_the_order(change: str) -> None:
    a_record()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(change)


@pytest.mark.django_db
@pytest.mark.parametrize("positions", [[14], [13, 15], [11], [0], [1000]])
def test_the_database_refuses_a_gap(positions: list[int]) -> None:
    a_record(streams=3, each=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO journal_eventorder (position, event_id, leaf, node, link, key_id)"
            " SELECT p, 5000 + p, %s, %s, %s, 1 FROM unnest(%s::bigint[]) p",
            [b"x" * 32, b"x" * 32, b"x" * 32, positions],
        )


@pytest.mark.django_db
def test_the_database_refuses_an_event_twice_and_half_a_seal() -> None:
    ids = a_record()
    insert = (
        "INSERT INTO journal_eventorder (position, event_id, leaf, node, link, key_id)"
        " VALUES (13, %s, %s, %s, %s, 1)"
    )
    for event_id, leaf in ((ids[0], b"x" * 32), (5000, b"x" * 16)):
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(insert, [event_id, leaf, b"x" * 32, b"x" * 32])


def test_only_the_drainer_writes_the_order_and_notifies() -> None:
    found = set()
    for path in (ROOT / "linli").rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and (
                "INTO journal_eventorder" in text or "pg_notify" in text or "NOTIFY " in text
            ):
                found.add(path.relative_to(ROOT).as_posix())
            if isinstance(node, ast.Attribute) and ast.unparse(node).startswith(
                ("EventOrder.objects.create", "EventOrder.objects.bulk", "EventOrder(")
            ):
                found.add(path.relative_to(ROOT).as_posix())
    assert found == {"linli/journal/drainer.py"}


# — several connections —


def other_connection() -> psycopg.Connection:
    """Return a connection of its own, with the application's rights."""
    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    other = psycopg.connect(**{name: given[name] for name in names if given.get(name)})
    other.execute("SET ROLE linli_app")
    other.commit()
    return other


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_committed_late_comes_later_and_nothing_is_lost() -> None:
    with other_connection() as slow:
        late = slow.execute(
            "INSERT INTO kernel_event (name, stream_kind, stream_id, seq, at, channel, payload)"
            " VALUES ('test.late', 'test', 70, 1, now(), 'web', '{}') RETURNING id"
        ).fetchone()[0]  # type: ignore[index]
        slow.execute("INSERT INTO kernel_outbox (event_id) VALUES (%s)", [late])
        ids = a_record()
        assert late < min(ids)
        slow.commit()
    assert sealed().count == 1
    assert EventOrder.objects.get(event_id=late).position == 13
    assert verify().faults == []


@pytest.mark.django_db(transaction=True)
def test_rounds_look_near_the_newest_and_find_the_late_one_when_they_look_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drainer_command, "NEAR", 2)
    monkeypatch.setattr(drainer_command, "LOOK_AT_ALL", 4)
    rounds = drainer_command.Rounds()
    with other_connection() as slow:
        late = slow.execute(
            "INSERT INTO kernel_event (name, stream_kind, stream_id, seq, at, channel, payload)"
            " VALUES ('test.late', 'test', 70, 1, now(), 'web', '{}') RETURNING id"
        ).fetchone()[0]  # type: ignore[index]
        slow.execute("INSERT INTO kernel_outbox (event_id) VALUES (%s)", [late])
        for seq in range(1, 6):
            happened(1, seq)
        rounds()
        slow.commit()
    for _ in range(3):
        rounds()
        assert not EventOrder.objects.filter(event_id=late).exists()
    rounds()
    assert EventOrder.objects.get(event_id=late).position == 6
    happened(1, 6)
    rounds()
    assert EventOrder.objects.count() == 7


@pytest.mark.django_db(transaction=True)
def test_one_drainer_works_at_a_time() -> None:
    happened(1, 1)
    with other_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(b"linlidrn", "big")])
        assert sealed().count == 0
        other.rollback()
    assert sealed().count == 1


@pytest.mark.django_db(transaction=True)
def test_many_drainers_beside_many_writers_seal_each_event_once() -> None:
    written = threading.Event()

    def draining() -> None:
        try:
            while not written.is_set() or drain(now=NOW, limit=7).count:
                drain(now=NOW, limit=7)
        finally:
            connections.close_all()

    def writing(stream: int) -> None:
        try:
            for seq in range(1, 31):
                happened(stream, seq)
        finally:
            connections.close_all()

    drainers = [threading.Thread(target=draining) for _ in range(3)]
    writers = [threading.Thread(target=writing, args=(stream,)) for stream in range(1, 5)]
    for thread in (*drainers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    written.set()
    for thread in drainers:
        thread.join()
    while sealed().count:
        pass
    report = verify()
    assert (report.faults, report.count, report.waiting) == ([], 120, 0)
    assert EventOrder.objects.values("event_id").distinct().count() == 120


@pytest.mark.django_db(transaction=True)
def test_each_batch_is_told_once_with_its_last_position() -> None:
    for seq in range(1, 6):
        happened(1, seq)
    with other_connection() as listener:
        listener.autocommit = True
        listener.execute(f"LISTEN {CHANNEL}")
        sealed(limit=3)
        sealed(limit=3)
        sealed(limit=3)
        told = [note.payload for note in listener.notifies(timeout=0.5)]
    assert told == ["3", "5"]


@pytest.mark.django_db
def test_a_head_that_a_crash_kept_from_the_file_is_written_at_the_next_start(
    own_chain: Path,
) -> None:
    a_record()
    own_chain.unlink()
    note_head(now=NOW)
    note_head(now=NOW)
    assert [head.position for head in heads.kept_heads()] == [12]


@pytest.mark.django_db(transaction=True)
def test_a_living_drainer_is_seen() -> None:
    assert not is_alive()
    with other_connection() as other:
        other.execute("SELECT pg_advisory_lock_shared(%s, 1)", [0x4C494E4C])
        assert is_alive()
        other.execute("SELECT pg_advisory_unlock_shared(%s, 1)", [0x4C494E4C])
        assert not is_alive()
