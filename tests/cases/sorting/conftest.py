"""What the tests of sorting share: cases that follow the record, a model of two labels, a process that proposes."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from linli.cases.sorting import preparing
from linli.journal.drainer import drain
from linli.journal.following import SUBSCRIBERS, follow
from linli.kernel.actor import Actor
from linli.methods.language import aide as beside
from tests.builders import Town
from tests.cases.standing import standing_town
from tests.conftest import NOW
from tests.journal.conftest import own_chain as own_chain

PHRASES = {
    "0203": ["电梯停运", "电梯坏了", "电梯困人", "电梯不开门"],
    "04": ["路灯不亮", "路面有坑", "人行道破损", "井盖丢失"],
}


@pytest.fixture
def town(db: None) -> Town:
    return standing_town()


def followed() -> None:
    """Seal what happened and let sorting follow it."""
    drain(now=NOW)
    while follow(SUBSCRIBERS["cases.sorting"], now=NOW):
        pass


def worker() -> Actor:
    from linli.accounts.operations import installer

    return installer(now=NOW, permissions=frozenset({"cases.sweep"}))


def a_model(folder: Path, phrases: dict[str, list[str]] = PHRASES, *, note: str = "") -> bytes:
    """Return the file of a model of phrases."""
    pytest.importorskip("sklearn", reason="a model is made by scikit-learn")
    from linli.methods.language.categories_files import load, save
    from linli.methods.language.categories_training import from_phrases
    from linli.methods.language.categories_words import words_of

    pairs = [(said, code) for code, many in phrases.items() for said in many]
    model = from_phrases([words_of(said) for said, _code in pairs], [code for _said, code in pairs])
    card = {"made_of": {"rows": len(pairs), "sha256": "0" * 64, "note": note}, "version": "test"}
    save(model, folder / "model", card=card)
    content = (folder / "model").read_bytes()
    assert load(io.BytesIO(content)).labels
    return content


@pytest.fixture
def proposing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[beside.Aide]:
    """Let pages be proposed to by a real process of this test's own, as patient as a busy machine needs."""
    monkeypatch.setattr(settings.LINLI, "propose", True)
    own = beside.Aide()
    patient = own.ask

    def ask(patience: float = 30.0, **what: Any) -> dict[str, Any] | None:
        return patient(patience, **what)

    monkeypatch.setattr(own, "ask", ask)
    monkeypatch.setattr(beside, "_aide", own)
    monkeypatch.setattr(preparing, "_names", preparing._Names())
    monkeypatch.setattr(preparing, "_folder", lambda: tmp_path)
    yield own
    own.close()
