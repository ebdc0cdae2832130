"""The REST interface called by a machine that knows its description only: no 500, nothing undocumented, a token needed."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)

from linli.api.rest.routes import api
from tests.api.systems import EVERYTHING, a_token
from tests.builders import a_case
from tests.cases.people import a_user
from tests.cases.standing import standing_town
from tests.journal.conftest import own_chain as own_chain

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
]
EXAMPLES = 15
"""Calls of each address: they take seconds, and the same ones each time."""
pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def operations() -> dict[str, Any]:
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = get_wsgi_application()
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


OPERATIONS = operations()


@pytest.fixture
def token(db: None) -> Iterator[str]:
    town = standing_town()
    a_case(town, at="in_progress")
    user = a_user(town, "administrator", place="110000")
    # A server closes its connection behind a request; the one of the test has to stay, as Django's own client sees to.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield a_token(town, "", *EVERYTHING, username=user.username, per_minute=60_000)[1]
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_every_answer_is_as_described(token: str, label: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy())
    def called(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    called()
