"""`linli audit` as an auditor reads it: which case, which event, in both languages."""

import json

import pytest

from linli.journal import keys
from linli.journal.heads import Head
from linli.kernel.ids import show_number
from linli.site import audit_command
from tests.builders import a_case, a_town
from tests.journal.conftest import own_chain  # noqa: F401 - the fixture
from tests.journal.record import holder, sealed

pytestmark = pytest.mark.django_db


def test_a_whole_record_is_said_to_be_whole(capsys: pytest.CaptureFixture[str]) -> None:
    a_case(a_town(), at="closed")
    count = sealed().count
    assert audit_command.verify(language="en") == 0
    said = capsys.readouterr().out
    assert f"{count} sealed events up to position {count}" in said
    assert "The record is whole." in said
    assert audit_command.verify(language="zh-hans") == 0
    assert "记录完整。" in capsys.readouterr().out


def test_a_changed_event_is_told_with_the_number_of_its_case(
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = a_case(a_town(), at="closed")
    sealed()
    holder(
        "UPDATE kernel_event SET user_id = 1 WHERE stream_kind = 'case' AND stream_id = %s AND seq = 3",
        [case.pk],
    )
    assert audit_command.verify(language="en") == 1
    said = capsys.readouterr().out
    assert "order.accepted" in said
    assert f"[Case {show_number(case.number)}]" in said
    assert "1 fault." in said


def test_a_case_all_of_whose_events_are_deleted_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    town = a_town()
    a_case(town, at="closed")
    case = a_case(town, at="dispatched")
    sealed()
    mine = "SELECT id FROM kernel_event WHERE stream_kind = 'case' AND stream_id = %s"
    holder(f"DELETE FROM journal_eventorder WHERE event_id IN ({mine})", [case.pk])
    holder(f"DELETE FROM kernel_event WHERE id IN ({mine})", [case.pk])
    assert audit_command.verify(language="en") == 1
    said = capsys.readouterr().out
    assert f"Case {show_number(case.number)}: 2 events were recorded, 0 are left." in said


def test_events_deleted_before_they_were_sealed_are_missed_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = a_case(a_town(), at="dispatched")
    mine = "SELECT id FROM kernel_event WHERE stream_kind = 'case' AND stream_id = %s"
    holder(f"DELETE FROM kernel_outbox WHERE event_id IN ({mine})", [case.pk])
    holder(f"DELETE FROM kernel_event WHERE id IN ({mine})", [case.pk])
    sealed()
    assert audit_command.verify(language="en") == 1
    assert "2 events were recorded, 0 are left" in capsys.readouterr().out


def test_the_head_that_is_published_can_be_checked(capsys: pytest.CaptureFixture[str]) -> None:
    a_case(a_town(), at="closed")
    sealed()
    assert audit_command.head() == 0
    published = json.loads(capsys.readouterr().out)
    public = published.pop("public_key")
    assert public == keys.keys()[1].public
    head = Head(**published, link="")
    assert head.is_genuine(public)
    assert not Head(**{**published, "position": 1}, link="").is_genuine(public)
