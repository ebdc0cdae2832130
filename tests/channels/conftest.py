"""The town, and an installation that sends."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from pydantic import SecretStr

from tests.builders import Town
from tests.cases.standing import standing_town
from tests.channels.receivers import Groups, Mail, a_mail_server, groups


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with translation.override("zh-hans"):
        yield standing_town()


@pytest.fixture(autouse=True)
def own_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the test its own key and head file, and no mail server but its own."""
    given = {
        "head_file": str(tmp_path / "heads"),
        "chain_keys": SecretStr("1:" + "11" * 32),
        "smtp_url": None,
        "site_url": "https://linli.example",
        "mail_from": "linli@linli.example",
    }
    monkeypatch.setattr(settings, "LINLI", settings.LINLI.model_copy(update=given))


def use(monkeypatch: Any, **given: Any) -> None:
    """Put other settings in force."""
    monkeypatch.setattr(settings, "LINLI", settings.LINLI.model_copy(update=given))


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mail]:
    with a_mail_server() as server:
        use(monkeypatch, smtp_url=SecretStr(server.url))
        yield server


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Groups]:
    with groups() as server:
        use(monkeypatch, robot_hosts=server.host)
        yield server
