"""A sealed history, checked by somebody who has Python and the published head, and nothing else of ours."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from linli.journal import check_history
from linli.journal.drainer import head_now
from linli.journal.history import history_of, published
from tests.journal.conftest import use_keys
from tests.journal.record import NOW, a_record, happened, holder, sealed

pytestmark = pytest.mark.django_db


def checked(
    folder: Path,
    history: dict[str, Any],
    head: dict[str, Any] | None = None,
    key: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the script as a stranger does: without our packages, from a file of its own."""
    script = folder / "check_history.py"
    script.write_bytes(Path(check_history.__file__).read_bytes())
    (folder / "history.json").write_text(json.dumps(history))
    line = [sys.executable, "-I", "-S", str(script), str(folder / "history.json")]
    if head is not None:
        (folder / "head.json").write_text(json.dumps(head))
        line += ["--head", str(folder / "head.json")]
    if key is not None:
        line += ["--key", key]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def of_stream_2(**given: Any) -> dict[str, Any]:
    return history_of("test", 2, case="stream 2", now=NOW, **given)


def test_a_history_agrees_with_the_head_that_was_published(tmp_path: Path) -> None:
    a_record()
    head = published(head_now(now=NOW))
    said = checked(tmp_path, of_stream_2(), head)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "stream 2 · 3 steps" in said.stdout
    assert "test.happened" in said.stdout
    assert "Whole, sealed by 2026-11-18T06:10:00+00:00" in said.stdout


def test_without_a_published_head_the_key_is_named_to_be_compared(tmp_path: Path) -> None:
    a_record()
    history = of_stream_2()
    said = checked(tmp_path, history)
    assert said.returncode == 0
    assert history["public_key"] in said.stdout
    assert checked(tmp_path, history, key="00" * 32).returncode == 1


def test_a_later_history_is_joined_to_the_head_published_before(tmp_path: Path) -> None:
    a_record()
    head = published(head_now(now=NOW))
    for stream in range(20, 40):
        happened(stream, 1)
    happened(2, 4)
    sealed()
    said = checked(tmp_path, of_stream_2(), head)
    assert said.returncode == 1
    assert "--since 12" in said.stdout
    said = checked(tmp_path, of_stream_2(since=12), head)
    assert said.returncode == 0, said.stdout
    assert "4 steps" in said.stdout


def test_a_past_that_was_sealed_anew_does_not_go_with_the_published_head(
    tmp_path: Path, own_chain: Path
) -> None:
    """Even whoever holds the database and the key cannot bend a past whose head others keep."""
    a_record()
    head = published(head_now(now=NOW))
    holder("DELETE FROM journal_eventorder")
    holder("UPDATE kernel_event SET user_id = 8 WHERE stream_id = 2 AND seq = 2")
    holder("INSERT INTO kernel_outbox (event_id) SELECT id FROM kernel_event ORDER BY id")
    own_chain.unlink()
    sealed()
    said = checked(tmp_path, of_stream_2(), head)
    assert said.returncode == 1
    assert "is not the one whose head was published" in said.stdout
    happened(2, 4)
    sealed()
    said = checked(tmp_path, of_stream_2(since=12), head)
    assert said.returncode == 1
    assert "does not begin with the one" in said.stdout


def bend(history: dict[str, Any], how: str) -> None:
    events = history["events"]
    match how:
        case "a word of a step":
            events[1]["content"] = events[1]["content"].replace('"user_id":7', '"user_id":8')
        case "a step left out":
            del events[1]
        case "two steps swapped":
            events[0], events[1] = events[1], events[0]
        case "another place":
            events[1]["position"] += 1
        case "another salt":
            events[1]["salt"] = "00" * 16
        case "another root":
            history["head"]["root"] = "00" * 32
        case "another time":
            history["head"]["at"] = "2026-11-18T06:10:01+00:00"
        case "a shorter path":
            events[1]["path"].pop()


@pytest.mark.parametrize(
    "how",
    [
        "a word of a step",
        "a step left out",
        "two steps swapped",
        "another place",
        "another salt",
        "another root",
        "another time",
        "a shorter path",
    ],
)
def test_whatever_is_bent_in_the_file_is_found(tmp_path: Path, how: str) -> None:
    a_record()
    head = published(head_now(now=NOW))
    history = of_stream_2()
    bend(history, how)
    said = checked(tmp_path, history, head)
    assert said.returncode == 1, said.stdout
    assert "NOT WHOLE" in said.stdout


def test_steps_of_another_case_are_not_let_in(tmp_path: Path) -> None:
    a_record()
    history = of_stream_2()
    history["events"][1] = history_of("test", 3, case="", now=NOW)["events"][1]
    assert "more than one case" in checked(tmp_path, history).stdout


def test_a_file_that_is_no_history_is_said_to_be_unreadable(tmp_path: Path) -> None:
    said = checked(tmp_path, {"case": "x"})
    assert said.returncode == 2
    assert "Cannot be read" in said.stdout


def test_a_history_over_a_change_of_key_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_record()
    use_keys(monkeypatch, "2:" + "22" * 32 + ",1:" + "11" * 32)
    happened(2, 4)
    sealed()
    assert checked(tmp_path, of_stream_2()).returncode == 0


def test_a_history_says_nothing_of_others() -> None:
    a_record()
    history = of_stream_2()
    contents = [json.loads(one["content"]) for one in history["events"]]
    assert {(one["stream_kind"], one["stream_id"]) for one in contents} == {("test", 2)}
    assert "link" not in json.dumps(history)


def test_a_position_that_was_never_reached_cannot_be_joined() -> None:
    a_record()
    with pytest.raises(ValueError, match="99"):
        of_stream_2(since=99)
