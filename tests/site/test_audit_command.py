"""`linli audit` as an auditor reads it: which case, which event, in both languages."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from django.conf import settings
from django.test import Client

from linli.journal import keys
from linli.journal.heads import Head
from linli.journal.models import EventOrder
from linli.journal.verify import verify
from linli.kernel.ids import show_number
from linli.site import audit_command, explain_command
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


def test_a_case_is_exported_with_the_script_that_checks_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = a_case(a_town(), at="closed")
    sealed()
    assert audit_command.export(case.shown_number, folder=tmp_path / "out", since=None) == 0
    history, script = map(Path, capsys.readouterr().out.split())
    audit_command.head()
    published = tmp_path / "head.json"
    published.write_text(capsys.readouterr().out)
    said = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(history), "--head", str(published)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    # The two heads are of one position, signed a moment apart.
    assert said.returncode == 0, said.stdout
    assert said.stdout.startswith(f"{case.shown_number} · {case.version} steps")
    assert case.words not in history.read_text("utf-8")


@pytest.mark.parametrize(("number", "since"), [("1", None), (None, 10**9), (None, 0)])
def test_what_cannot_be_exported_is_said(
    number: str | None, since: int | None, tmp_path: Path
) -> None:
    case = a_case(a_town())
    sealed()
    with pytest.raises(click.ClickException) as refused:
        audit_command.export(number or case.number, folder=tmp_path, since=since)
    assert "编号" in refused.value.message or "没有到" in refused.value.message


def test_a_new_key_is_put_in_front_and_seals_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_HOME", str(tmp_path))
    monkeypatch.setattr(settings, "LINLI", settings.LINLI.model_copy(update={"chain_keys": None}))
    town = a_town()
    a_case(town)
    sealed()
    assert audit_command.rotate() == 0
    file = tmp_path / "keys" / "chain_keys"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(keys.keys()) == [2, 1]
    a_case(town)
    sealed()
    assert EventOrder.objects.order_by("-position").values_list("key_id", flat=True)[0] == 2
    assert verify().faults == []


def test_a_key_from_the_environment_is_not_replaced_behind_its_back() -> None:
    with pytest.raises(click.ClickException, match="LINLI_CHAIN_KEYS"):
        audit_command.rotate()


def test_a_noted_restore_is_told_in_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    a_case(a_town(), at="closed")
    count = sealed().count
    last = "SELECT event_id FROM journal_eventorder WHERE position = %s"
    holder(f"DELETE FROM kernel_event WHERE id IN ({last})", [count])
    holder("DELETE FROM journal_eventorder WHERE position = %s", [count])
    holder("UPDATE cases_case SET version = version - 1")
    assert audit_command.verify(language="en") == 1
    assert audit_command.restored() == 0
    capsys.readouterr()
    assert audit_command.verify(language="en") == 0
    assert f"Positions {count} to {count} were given up" in capsys.readouterr().out


def test_the_published_head_is_open_to_everybody() -> None:
    a_case(a_town())
    sealed()
    answer = Client().get("/record/head.json").json()
    public = answer.pop("public_key")
    assert Head(**answer, link="").is_genuine(public)
    assert "link" not in answer


def test_the_story_says_how_far_it_is_sealed(capsys: pytest.CaptureFixture[str]) -> None:
    case = a_case(a_town(), at="dispatched")
    explain_command.run(case.number, language="en")
    assert "2 steps are being sealed." in capsys.readouterr().out
    position = sealed().head
    assert position is not None
    audit_command.verify(language="en")
    capsys.readouterr()
    explain_command.run(case.number, language="en")
    said = capsys.readouterr().out
    assert f"Sealed up to position {position.position} of the record." in said
    assert "Last check of the whole record: " in said


def test_the_health_of_the_whole_says_that_the_record_is_faulty() -> None:
    a_case(a_town())
    sealed()
    assert "record ok" in Client().get("/health/whole").content.decode()
    holder("UPDATE kernel_event SET user_id = 1")
    audit_command.verify(language="en")
    answer = Client().get("/health/whole")
    assert answer.status_code == 503
    assert "faults" in answer.content.decode()
