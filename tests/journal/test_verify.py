"""Whoever holds the database but not the key is found out, and the finding says where."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from linli.journal.checking import check
from linli.journal.drainer import accept_restore
from linli.journal.models import EventOrder, RecordCheck
from linli.journal.queries import last_check, sealed_so_far, stream_events
from linli.journal.verify import verify
from linli.kernel.models import Event
from tests.journal.conftest import use_keys
from tests.journal.record import NOW, a_record, happened, holder, sealed

pytestmark = pytest.mark.django_db


def found() -> list[tuple[str, Any]]:
    """Return (code, position or what else names it) of each fault."""
    return [
        (fault.code, fault.facts.get("position") or fault.facts.get("last"))
        for fault in verify().faults
    ]


def test_an_untouched_record_is_whole() -> None:
    a_record()
    report = verify()
    assert report.faults == []
    assert (report.count, report.last, report.waiting, report.heads) == (12, 12, 0, 1)


def test_an_empty_record_is_whole() -> None:
    assert verify().faults == []


def test_what_waits_to_be_sealed_is_no_fault() -> None:
    a_record()
    happened(9, 1)
    report = verify()
    assert (report.faults, report.waiting) == ([], 1)


@pytest.mark.parametrize(
    "change",
    [
        "payload = '{\"number\": 99}'",
        "user_id = 8",
        "user_id = NULL",
        "organisation_id = 4",
        "at = at - interval '1 hour'",
        "recorded_at = recorded_at + interval '1 microsecond'",
        "name = 'test.other'",
        "channel = 'api'",
        "stream_id = 77",
        "stream_kind = 'other'",
        "seq = 50",
    ],
)
def test_any_change_of_an_event_is_found_at_its_position(change: str) -> None:
    ids = a_record()
    holder(f"UPDATE kernel_event SET {change} WHERE id = %s", [ids[4]])
    assert found() == [("changed", 5)]


def test_a_change_is_found_though_the_hashes_were_computed_anew() -> None:
    ids = a_record()
    forged = hashlib.sha256(b"what the holder of the database can compute").digest()
    holder("UPDATE kernel_event SET payload = '{\"number\": 99}' WHERE id = %s", [ids[4]])
    holder(
        "UPDATE journal_eventorder SET leaf = %s, node = %s, link = %s WHERE position = 5",
        [forged] * 3,
    )
    assert ("changed", 5) in found()


def test_the_finding_names_event_and_stream() -> None:
    ids = a_record()
    holder("UPDATE kernel_event SET user_id = 8 WHERE id = %s", [ids[4]])
    fault = verify().faults[0]
    assert f"test.happened {ids[4]} (test 1 #2)" in str(fault)
    assert fault.stream == ("test", 1)


def test_a_deleted_middle_is_found() -> None:
    ids = a_record()
    holder("DELETE FROM kernel_event WHERE id = ANY(%s)", [ids[4:7]])
    holder("DELETE FROM journal_eventorder WHERE position BETWEEN 5 AND 7")
    fault = verify().faults[0]
    assert fault.code == "missing"
    assert (fault.facts["first"], fault.facts["last"], fault.facts["position"]) == (5, 7, 8)


def test_a_deleted_middle_is_found_though_the_positions_were_closed_up() -> None:
    ids = a_record()
    holder("DELETE FROM kernel_event WHERE id = ANY(%s)", [ids[4:7]])
    holder("DELETE FROM journal_eventorder WHERE position BETWEEN 5 AND 7")
    for position in range(8, 13):
        holder(
            "UPDATE journal_eventorder SET position = %s WHERE position = %s",
            [position - 3, position],
        )
    assert found() == [("cut_out", 5), ("tail", 12)]


def test_an_event_deleted_alone_is_found() -> None:
    ids = a_record()
    holder("DELETE FROM kernel_event WHERE id = %s", [ids[4]])
    assert found() == [("gone", 5)]


def test_a_deleted_tail_is_found_by_the_head_file() -> None:
    ids = a_record()
    holder("DELETE FROM kernel_event WHERE id = ANY(%s)", [ids[9:]])
    holder("DELETE FROM journal_eventorder WHERE position > 9")
    fault = verify().faults[0]
    assert (fault.code, fault.facts["first"], fault.facts["last"]) == ("tail", 10, 12)


def test_a_tail_deleted_and_written_again_is_found_by_the_head_file() -> None:
    ids = a_record()
    holder("DELETE FROM kernel_event WHERE id = ANY(%s)", [ids[9:]])
    holder("DELETE FROM journal_eventorder WHERE position > 9")
    for stream in (21, 22, 23):
        happened(stream, 1)
    sealed()
    assert found() == [("head", 12)]


def test_all_events_of_one_stream_deleted_are_found() -> None:
    ids = a_record()
    mine = [ids[1], ids[5], ids[9]]  # stream 2
    holder("DELETE FROM kernel_event WHERE id = ANY(%s)", [mine])
    holder("DELETE FROM journal_eventorder WHERE event_id = ANY(%s)", [mine])
    faults = verify().faults
    assert [(f.code, f.facts["first"], f.facts["last"]) for f in faults] == [
        ("missing", 2, 2),
        ("missing", 6, 6),
        ("missing", 10, 10),
    ]


def test_an_inserted_event_is_found() -> None:
    a_record()
    for position in range(12, 5, -1):
        holder(
            "UPDATE journal_eventorder SET position = %s WHERE position = %s",
            [position + 1, position],
        )
    holder(
        "INSERT INTO kernel_event (id, name, stream_kind, stream_id, seq, at, channel, payload)"
        " VALUES (900001, 'test.happened', 'test', 50, 1, now(), 'web', '{}')"
    )
    holder(
        "INSERT INTO journal_eventorder (position, event_id, leaf, node, link, key_id)"
        " VALUES (6, 900001, %s, %s, %s, 1)",
        [b"x" * 32] * 3,
    )
    assert ("inserted", 6) in found()


def test_an_event_inserted_beside_the_order_is_found() -> None:
    a_record()
    holder(
        "INSERT INTO kernel_event (id, name, stream_kind, stream_id, seq, at, channel, payload)"
        " VALUES (900001, 'test.happened', 'test', 50, 1, now(), 'web', '{}')"
    )
    faults = verify().faults
    assert [fault.code for fault in faults] == ["unsealed"]
    assert "test.happened 900001 (test 50 #1)" in str(faults[0])


def test_two_swapped_positions_are_found() -> None:
    a_record()
    holder("UPDATE journal_eventorder SET position = 100 WHERE position = 5")
    holder("UPDATE journal_eventorder SET position = 5 WHERE position = 6")
    holder("UPDATE journal_eventorder SET position = 6 WHERE position = 100")
    fault = verify().faults[0]
    assert (fault.code, fault.facts["position"], fault.facts["before"]) == ("moved", 5, 7)


def test_two_swapped_contents_are_found() -> None:
    ids = a_record()
    holder(
        "UPDATE kernel_event SET payload = CASE id WHEN %s THEN '{\"number\": 22}'::jsonb"
        " ELSE '{\"number\": 12}'::jsonb END WHERE id = ANY(%s)",
        [ids[4], [ids[4], ids[5]]],
    )
    assert found() == [("changed", 5), ("changed", 6)]


def test_renumbered_positions_are_found() -> None:
    a_record()
    holder("UPDATE journal_eventorder SET position = position + 1000")
    assert found()[0] == ("renumbered", 1001)


def test_a_changed_node_of_the_tree_is_found() -> None:
    a_record()
    holder("UPDATE journal_eventorder SET node = %s WHERE position = 8", [b"x" * 32])
    assert found() == [("node", 8)]


def test_an_event_that_vanished_before_it_was_sealed_is_found() -> None:
    a_record()
    event_id = happened(9, 1)
    holder("DELETE FROM kernel_event WHERE id = %s", [event_id])
    assert sealed().count == 0
    assert [(fault.code, fault.facts["event_id"]) for fault in verify().faults] == [
        ("lost", event_id)
    ]


def test_a_row_put_back_into_the_outbox_holds_up_nobody_and_is_found() -> None:
    ids = a_record()
    holder("INSERT INTO kernel_outbox (event_id) VALUES (%s)", [ids[0]])
    happened(9, 1)
    assert sealed().count == 1
    assert [fault.code for fault in verify().faults] == ["sealed_twice"]


def test_a_line_of_the_head_file_that_we_did_not_sign_is_found(own_chain: Path) -> None:
    a_record()
    own_chain.write_text(own_chain.read_text().replace('"signature": "', '"signature": "00'))
    assert ("forged_head", 12) in found()


def test_rewriting_everything_with_another_key_does_not_help(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_record()
    use_keys(monkeypatch, "1:" + "22" * 32)
    report = verify(most=3)
    assert [fault.code for fault in report.faults] == [
        "cut_out",
        "cut_out",
        "cut_out",
        "too_many",
    ] or (report.faults[0].code == "changed")


def test_after_a_change_of_key_the_old_part_is_checked_with_the_old_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = a_record()
    use_keys(monkeypatch, "2:" + "22" * 32 + ",1:" + "11" * 32)
    happened(9, 1)
    sealed()
    assert list(EventOrder.objects.order_by("-position").values_list("key_id", flat=True)[:2]) == [
        2,
        1,
    ]
    assert verify().faults == []
    holder("UPDATE kernel_event SET user_id = 8 WHERE id = %s", [ids[4]])
    assert found() == [("changed", 5)]


def test_a_key_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    a_record()
    use_keys(monkeypatch, "2:" + "22" * 32)
    assert {fault.code for fault in verify().faults} <= {"key", "forged_head"}
    assert Event.objects.count() == 12


# — restores —


def cut_to_nine() -> None:
    """Put the database back to position 9, as the restore of an older backup does."""
    holder(
        "DELETE FROM kernel_event WHERE id IN (SELECT event_id FROM journal_eventorder WHERE position > 9)"
    )
    holder("DELETE FROM journal_eventorder WHERE position > 9")


def test_a_restore_that_was_noted_is_told_and_is_no_fault() -> None:
    a_record()
    cut_to_nine()
    assert found() == [("tail", 12)]
    accept_restore(now=NOW)
    for stream in (21, 22, 23, 24):
        happened(stream, 1)
    sealed()
    report = verify()
    assert report.faults == []
    assert [(first, last) for first, last, _at in report.given_up] == [(10, 12)]


def test_a_restore_that_was_noted_excuses_nothing_else() -> None:
    ids = a_record()
    cut_to_nine()
    accept_restore(now=NOW)
    holder("UPDATE kernel_event SET user_id = 8 WHERE id = %s", [ids[4]])
    assert found() == [("changed", 5)]


def test_nobody_without_the_key_notes_a_restore(own_chain: Path) -> None:
    a_record()
    cut_to_nine()
    line = json.loads(own_chain.read_text())
    forged = {**line, "position": 9, "is_restored": True}
    with own_chain.open("a") as file:
        file.write(json.dumps(forged) + "\n")
    assert {code for code, _ in found()} == {"forged_head", "tail"}


def test_a_check_is_kept_with_what_it_found() -> None:
    ids = a_record()
    check(now=NOW)
    holder("UPDATE kernel_event SET user_id = 8 WHERE id = %s", [ids[4]])
    check(now=NOW + dt.timedelta(days=1))
    kept = RecordCheck.objects.order_by("at").values_list("last_position", "fault_count")
    assert list(kept) == [(12, 0), (12, 1)]
    newest = last_check()
    assert newest is not None
    assert newest.fault_count == 1


def test_a_stream_says_how_far_it_is_sealed(django_assert_num_queries: Any) -> None:
    a_record()
    happened(2, 4)
    with django_assert_num_queries(1):
        so_far = sealed_so_far(stream_events("test", 2))
    assert (so_far.position, so_far.waiting_count, so_far.checked_at) == (10, 1, None)
    check(now=NOW)
    assert sealed_so_far(stream_events("test", 2)).checked_at == NOW
    holder("UPDATE kernel_event SET user_id = 8 WHERE stream_id = 3")
    check(now=NOW + dt.timedelta(days=1))
    assert sealed_so_far(stream_events("test", 2)).checked_at is None
    assert sealed_so_far(stream_events("test", 99)).position is None
