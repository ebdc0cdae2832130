"""What every test stands on: the owner makes the tables, the test runs as the application."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.utils import translation

from linli.site.grants import grant_app
from tests.strict_templates import be_strict

# A pool hands connections about; tests want one connection a thread that they can speak for.
settings.DATABASES["default"]["OPTIONS"].pop("pool", None)

settings.STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}

APP_ROLE = "linli_app"
NOW = dt.datetime(2026, 11, 18, 6, 10, tzinfo=dt.UTC)  # a Wednesday, 14:10 in Beijing
_assumed = False


def _assume(sender: Any, connection: Any, **kwargs: Any) -> None:
    if _assumed:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {APP_ROLE}")


connection_created.connect(_assume)


class _Durable(transaction.Atomic):
    """What a commit does to a setting of one transaction, done inside the transaction around a test.

    Otherwise the wall around personal data (linli/cases/privacy/wall.py), once opened by an operation, would stay
    open for the rest of a test, and hide an operation that forgot to open it.
    """

    def __exit__(self, *raised: Any) -> None:
        super().__exit__(*raised)
        inner = connection.connection
        if self.durable and connection.in_atomic_block and not connection.needs_rollback:
            inner.execute("SELECT set_config('linli.areas', '', true)")


transaction.Atomic = _Durable


@pytest.fixture(autouse=True)
def no_language_left_over() -> None:
    """Let a test begin in the installation's own language, whatever the one before it spoke."""
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def strict_templates() -> None:
    """Let no page of any test name a variable that it was not given."""
    be_strict()


@pytest.fixture(autouse=True)
def files_of_tests(tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any) -> None:
    """Keep the sealed files of tests away from those of the checkout."""
    monkeypatch.setattr(settings.LINLI, "files", tmp_path_factory.getbasetemp() / "files")


@pytest.fixture(autouse=True)
def no_proposals(monkeypatch: Any) -> None:
    """Begin no process beside a test that does not ask for one (`proposing`)."""
    monkeypatch.setattr(settings.LINLI, "propose", False)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: Any) -> Path:
    """Return a files folder that is this test's own."""
    monkeypatch.setattr(settings.LINLI, "files", tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let the application's login in, as `linli migrate` does."""
    with django_db_blocker.unblock():
        grant_app(APP_ROLE)


@pytest.fixture(autouse=True)
def as_app(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run each test that uses the database with the rights of the application, not the owner's."""
    global _assumed
    names = set(request.fixturenames)
    marker = request.node.get_closest_marker("django_db")
    if not names & {"db", "transactional_db"} and marker is None:
        yield
        return
    transactional = "transactional_db" in names or (marker and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if transactional else "db")
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {APP_ROLE}")
    _assumed = True
    yield
    _assumed = False
    if connection.connection is not None and not connection.connection.closed:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
