"""The process that proposes: it answers, and whatever happens to it, whoever asks goes on without."""

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from linli.cases.catalogue.starter import MODEL
from linli.methods.language import aide as beside
from linli.methods.language.aide import Aide

PATIENT = 60.0
"""Seconds: more than any machine needs to start a process; nothing is measured."""
STARTER = str(files("linli.cases").joinpath(MODEL))
ROWS = [
    ["110105", "朝阳区", "朝阳", "district", "110105", "", "", None],
    ["110105019", "垡头街道", "垡头", "street", "110105", "110105019", "", None],
    ["c1", "老厂宿舍", "老厂宿舍", "compound", "110105", "110105019", "110105019029", None],
    ["110105019029", "双合家园社区居委会", "双合家园", "community", "110105", "110105019", "110105019029", None],
]  # fmt: skip
LOOKS = """
import django, sys
django.setup()
from django.urls import get_resolver
get_resolver("linli.site.urls").url_patterns
print(sorted({"numpy", "sklearn", "scipy"} & set(sys.modules)))
"""
LIFT = ["", "六号楼电梯停运两天了，家里老人下不了楼。"]


@pytest.fixture
def places(tmp_path: Path) -> str:
    path = tmp_path / "x.places"
    path.write_text(json.dumps(ROWS, ensure_ascii=False))
    return str(path)


@pytest.fixture
def aide(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aide]:
    monkeypatch.setattr(beside, "PAUSE", 0.0)
    own = Aide()
    yield own
    own.close()


def test_it_says_what_and_where(aide: Aide, places: str) -> None:
    aide.wake({"model": STARTER, "places": places})
    about = aide.ask(PATIENT, about=LIFT)
    assert about is not None
    assert about["ranked"][0][0] == "020301"
    assert any("电梯" in run for run in about["reasons"]["020301"])
    where = aide.ask(PATIENT, where="我住双合家园社区，楼道灯不亮")
    assert where is not None
    assert where["found"][0][0] == "110105019029"
    nowhere = aide.ask(PATIENT, where="楼道灯不亮")
    assert nowhere is not None
    assert nowhere["found"] == []


def test_without_a_model_it_has_no_answer(aide: Aide, tmp_path: Path) -> None:
    broken = tmp_path / "broken.model"
    broken.write_bytes(b"no zip")
    aide.wake({"model": str(broken)})
    assert aide.ask(PATIENT, about=LIFT) is None
    assert aide.pid is not None  # and lives on for the next model
    aide.wake({"model": STARTER})
    assert aide.ask(PATIENT, about=LIFT) is not None


def test_whoever_asks_a_process_that_stands_still_goes_on_and_late_answers_are_passed_over(
    aide: Aide,
) -> None:
    aide.wake({"model": STARTER})
    assert aide.ask(PATIENT, about=LIFT)
    assert aide.pid is not None
    os.kill(aide.pid, signal.SIGSTOP)
    assert aide.ask(0.05, about=["", "路灯不亮"]) is None
    os.kill(aide.pid, signal.SIGCONT)
    found = aide.ask(PATIENT, about=LIFT)
    assert found is not None
    assert found["ranked"][0][0] == "020301"


def test_killed_while_it_is_asked_it_is_absent_and_then_begun_anew(aide: Aide) -> None:
    aide.wake({"model": STARTER})
    assert aide.ask(PATIENT, about=LIFT)
    pid = aide.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # it will not answer before it is killed
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(aide.ask(PATIENT, about=LIFT)))
    asking.start()
    os.kill(pid, signal.SIGKILL)
    asking.join(PATIENT)
    # Killed before the question was read, or while it waited: either a new one answers, or nobody does.
    assert len(answers) == 1
    assert aide.ask(PATIENT, about=LIFT) is not None
    assert aide.pid != pid


def test_one_that_hangs_is_ended(aide: Aide, monkeypatch: pytest.MonkeyPatch) -> None:
    aide.wake({"model": STARTER})
    assert aide.ask(PATIENT, about=LIFT)
    pid = aide.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(beside, "HANG", 0.0)
    assert aide.ask(0.05, about=LIFT) is None
    assert aide.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_program_that_is_not_there_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Aide(["/nowhere/python"])
    assert own.ask(1.0, about=LIFT) is None
    own = Aide([sys.executable, "-c", "raise SystemExit(3)"])
    assert own.ask(PATIENT, about=LIFT) is None


def test_the_web_process_itself_holds_neither_numpy_nor_scikit_learn() -> None:
    import subprocess

    told = subprocess.run(
        [
            sys.executable,
            "-c",
            LOOKS,
        ],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "linli.site.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip().splitlines()[-1] == "[]"
