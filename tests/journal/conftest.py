"""A chain of the test's own: its key and its head file are forgotten afterwards."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def own_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test its own key and head file. Returns the file's path."""
    file = tmp_path / "heads"
    given = settings.LINLI.model_copy(update={"head_file": str(file)})
    monkeypatch.setattr(settings, "LINLI", given)
    use_keys(monkeypatch, "1:" + "11" * 32)
    return file


def use_keys(monkeypatch: Any, text: str) -> None:
    """Put other chain keys in force."""
    from pydantic import SecretStr

    monkeypatch.setattr(
        settings, "LINLI", settings.LINLI.model_copy(update={"chain_keys": SecretStr(text)})
    )
