"""The program in docs/api.md, run as it stands there by somebody who has read nothing else."""

import datetime as dt
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from linli.accounts.operations import give_role, installer
from linli.api.hooks.delivering import deliver_due
from linli.api.hooks.models import Delivery
from linli.api.hooks.operations import open_endpoint
from linli.api.operations import issue_token
from linli.cases import operations
from linli.cases.models import Case
from linli.journal.drainer import drain
from linli.journal.following import SUBSCRIBERS, follow
from tests.builders import START, a_town
from tests.journal.conftest import own_chain as own_chain

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "api.md"
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def the_program() -> str:
    (found,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    return str(found)


def test_a_partners_program_creates_follows_and_closes_the_loop(
    live_server: Any, own_chain: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings.LINLI, "hook_networks", "127.0.0.0/8")
    town = a_town()
    now = dt.datetime.now(dt.UTC)
    administrator = town.actor("administrator", now=now)
    root = installer(now=START, permissions=frozenset({"accounts.manage"}))
    place = town.places["110105019029"]
    give_role(actor=root, user=town.users["worker"], role="operator", place=place, valid_from=START)
    token, text = issue_token(
        actor=administrator,
        name="物业的系统",
        username="li",
        place_code=place.code,
        scopes=["cases:read", "cases:write", "orders:write", "events:read"],
        expires_at=now + dt.timedelta(days=1),
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    _endpoint, secret = open_endpoint(
        actor=administrator, token_id=token.pk, kind="events", url=url
    )
    turn()
    path = tmp_path / "partner.py"
    path.write_text(the_program(), "utf-8")
    given = {
        "LINLI_URL": live_server.url,
        "LINLI_TOKEN": text,
        "LINLI_SECRET": secret,
        "LISTEN_PORT": str(port),
        "PYTHONIOENCODING": "utf-8",
    }
    program = subprocess.Popen(
        [sys.executable, str(path)],
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        case = until(program, lambda: Case.objects.everywhere("test").first())
        operations.dispatch(
            actor=town.actor("dispatcher", now=dt.datetime.now(dt.UTC)),
            case_id=case.pk,
            lead_id=town.units["committee-029"].pk,
            reason="",
        )
        until(program, lambda: the_order(case).state == "reported")
        caller = town.actor("follow_up", now=dt.datetime.now(dt.UTC))
        operations.follow_up(
            actor=caller,
            case_id=case.pk,
            means="phone",
            was_contacted=True,
            answered="solved",
            satisfaction="very",
        )
        operations.close(actor=caller, case_id=case.pk)
        until(program, lambda: program.poll() is not None)
        output, _none = program.communicate(timeout=60)
    finally:
        program.kill()
    assert program.returncode == 0, output
    assert output.splitlines() == [
        f"sent {case.number}",
        f"reported {case.number}",
        f"closed {case.number} closed 电梯已修好，请您试用。",
    ]
    assert not Delivery.objects.filter(delivered_at=None).exists()


def the_order(case: Case) -> Any:
    return Case.objects.everywhere("test").select_related("lead_order").get(pk=case.pk).lead_order


def turn() -> None:
    """Do what drainer and worker do by the clock."""
    while drain(now=dt.datetime.now(dt.UTC)).count:
        pass
    while follow(SUBSCRIBERS["api.deliveries"], now=dt.datetime.now(dt.UTC)):
        pass
    deliver_due()


def until(program: Any, found: Callable[[], Any]) -> Any:
    """Return what is found at last, with the drainer and the worker at work meanwhile."""
    end = time.monotonic() + 90
    while True:
        turn()
        if answer := found():
            return answer
        if program.poll() not in (None, 0) or time.monotonic() > end:
            program.kill()
            raise AssertionError(program.communicate()[0])
        time.sleep(0.05)
