"""What machines ask: alive, ready, figures. And what the log says of a request: no words of anybody."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.db import IntegrityError, connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from pydantic import SecretStr

from linli.cases.operations import dispatch
from linli.kernel.errors import RuleBroken
from linli.site import health, logs
from linli.site.metrics import may_read
from linli.site.request_log import client_address, request_middleware
from tests.builders import a_case
from tests.cases.standing import standing_town

NUMBER = "13901234567"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the server's log holds, as its own formatter writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    form = dict(logs.LOGGING["formatters"]["json"])
    handler.setFormatter(form.pop("()")(**form))
    names = ("linli", "django.request", "django.security")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel("INFO")
    yield written
    for name in names:
        logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).setLevel(before[name])


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


# — health —


@pytest.mark.django_db
def test_a_living_process_answers_without_the_database() -> None:
    with CaptureQueriesContext(connection) as asked:
        response = Client().get("/health/live")
    assert (response.status_code, response.content, len(asked)) == (200, b"ok\n", 0)


@pytest.mark.django_db
def test_ready_means_database_and_tables() -> None:
    response = Client().get("/health/ready")
    assert (response.status_code, response.content) == (200, b"database ok\ntables ok\n")


@pytest.mark.django_db
def test_a_table_behind_its_version_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = health._shipped() | {("cases", "9999_of_tomorrow")}
    monkeypatch.setattr(health, "_shipped", lambda: shipped)
    response = Client().get("/health/ready")
    assert (response.status_code, response.content) == (503, b"database ok\ntables bad\n")


# — figures —


@pytest.mark.parametrize(
    ("meta", "token", "allowed"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, None, True),
        ({"REMOTE_ADDR": "::1"}, None, True),
        ({"REMOTE_ADDR": "10.0.0.9"}, None, False),
        ({"REMOTE_ADDR": ""}, None, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.5"}, None, False),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer right"}, "right", True),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer wrong"}, "right", False),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer "}, "", False),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer None"}, None, False),
    ],
)
def test_figures_are_for_the_token_or_this_machine(
    meta: dict[str, str], token: str | None, allowed: bool
) -> None:
    assert may_read(meta=meta, token=token) is allowed


@pytest.mark.django_db
def test_to_anybody_else_there_are_no_figures() -> None:
    with_token = settings.LINLI.model_copy(update={"metrics_token": SecretStr("a-token")})
    with override_settings(LINLI=with_token):
        assert Client().get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 404
        response = Client().get(
            "/metrics", REMOTE_ADDR="10.0.0.9", headers={"Authorization": "Bearer a-token"}
        )
        assert response.status_code == 200


@pytest.mark.django_db
def test_figures_tell_of_requests_operations_and_outbox() -> None:
    town = standing_town()
    case = a_case(town)
    with pytest.raises(RuleBroken):
        dispatch(actor=town.actor("worker"), case_id=case.pk, lead_id=town.units["street-019"].pk)
    Client().get(f"/cases/{case.number}/")

    text = Client().get("/metrics").content.decode()

    assert 'linli_requests_total{method="GET",status="302",view="cases:case"}' in text
    assert 'linli_request_seconds_bucket{le="0.05",view="cases:case"}' in text
    assert 'linli_operations_total{operation="cases.receive",outcome="ok"}' in text
    assert 'linli_operations_total{operation="cases.dispatch",outcome="kernel.not_allowed"}' in text
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_outbox")
        waiting = cursor.fetchone()[0]
    assert f"linli_outbox_length {float(waiting)}" in text
    assert waiting > 0
    assert case.number not in text


def test_figures_of_several_processes_are_added_and_the_dead_hold_no_connections(
    tmp_path: Path,
) -> None:
    program = (
        "from linli.site import metrics as m; "
        "m.count_request(method='GET', view='home', status=200, seconds=0.01); m.POOL.labels('open').set(3)"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    read = (
        "from linli.site import metrics as m; from prometheus_client import CollectorRegistry as R; "
        "m.Backlog.collect = lambda self: iter(()); "
        "m.POOL.labels('open').set(2); print(m.exposition()[0].decode())"
    )
    text = subprocess.run(
        [sys.executable, "-c", read], env=environment, check=True, capture_output=True, text=True
    ).stdout
    assert 'linli_requests_total{method="GET",status="200",view="home"} 2.0' in text
    assert 'linli_database_pool{kind="open"} 2.0' in text


def test_an_unknown_method_or_address_makes_no_figure_of_its_own() -> None:
    answer = request_middleware(lambda request: health.live(request))
    request = RequestFactory().generic("BREW", "/13901234567/")
    request.resolver_match = None
    answer(request)
    text = _process_figures()
    assert "BREW" not in text
    assert NUMBER not in text
    assert 'linli_requests_total{method="other",status="405",view="none"}' in text


@pytest.mark.django_db
def test_a_forged_host_is_told_without_its_name(log: io.StringIO) -> None:
    assert Client().get("/", HTTP_HOST=f"{NUMBER}.example").status_code == 400
    assert NUMBER not in log.getvalue()
    assert "django.security.DisallowedHost" in {line["event"] for line in lines(log)}


def _process_figures() -> str:
    from prometheus_client import REGISTRY, generate_latest

    return generate_latest(REGISTRY).decode()


# — log —


@pytest.mark.django_db
def test_a_request_leaves_one_line_without_its_address(log: io.StringIO) -> None:
    Client().get(f"/search/?q={NUMBER}", headers={"X-Request-ID": "from-the-proxy-1"})
    (line,) = [line for line in lines(log) if line["event"] == "request"]
    assert line["view"] == "cases:search"
    assert line["status"] == 302
    assert line["request"] == "from-the-proxy-1"
    assert NUMBER not in log.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["short", "a" * 65, f"tel {NUMBER}", "编号编号编号编号"])
def test_a_request_id_that_is_none_is_replaced(log: io.StringIO, given: str) -> None:
    answer = request_middleware(health.live)
    request = RequestFactory().get("/health/live", HTTP_X_REQUEST_ID=given)
    request.resolver_match = None
    answer(request)
    (line,) = lines(log)
    assert line["request"] != given
    assert len(line["request"]) == 32


def test_an_exception_is_told_by_place_and_kind_never_by_its_text(log: io.StringIO) -> None:
    try:
        raise IntegrityError(f"Key (phone)=({NUMBER}) already exists")
    except IntegrityError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", f"/x/{NUMBER}")
        structlog.get_logger("linli.test").exception("failed")
    foreign, own = lines(log)
    assert NUMBER not in log.getvalue()
    assert foreign["event"] == "Internal Server Error: %s"
    for line in (foreign, own):
        assert line["exception"]["kind"] == "django.db.utils.IntegrityError"
        assert line["exception"]["at"][-1].startswith("test_machine_pages.py:")


# — behind TLS —


@pytest.mark.parametrize(
    ("peer", "named", "client"),
    [
        ("127.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),  # nobody but the proxy may name somebody else
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_only_the_proxy_says_who_asks(peer: str, named: str, client: str) -> None:
    meta = {"REMOTE_ADDR": peer, "HTTP_X_REAL_IP": named}
    assert client_address(meta, proxies=frozenset({"127.0.0.1", "::1"})) == client


@pytest.mark.django_db
def test_behind_the_proxy_figures_are_closed_to_those_it_brings() -> None:
    behind = settings.LINLI.model_copy(update={"https": True})
    with override_settings(LINLI=behind):
        assert Client().get("/metrics").status_code == 200
        assert Client().get("/metrics", HTTP_X_REAL_IP="203.0.113.5").status_code == 404


def test_a_deployment_passes_djangos_own_check() -> None:
    environment = {
        **os.environ,
        "LINLI_HTTPS": "1",
        "LINLI_HSTS_SECONDS": "31536000",
        "LINLI_ROLE": "app",
        "LINLI_ALLOWED_HOSTS": "linli.example.org",
    }
    linli = str(Path(sys.executable).with_name("linli"))
    told = subprocess.run(
        [linli, "check", "--deploy", "--fail-level", "WARNING"],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout
