"""`kill -9` of web and database while a platform pushes: receipts for all, nothing twice, results back once."""

import json
import random
import sys
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.api.pushes import Order, a_push, parts
from tests.api.receiver import listening
from tests.site.killing.installation import Installation

PATIENCE = 300.0
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        not Path("/proc/self/task").exists(), reason="finds the processes to kill in /proc"
    ),
]


@pytest.mark.parametrize("count", [1_000, 10_000])
def test_pushed_twice_shuffled_damaged_with_servers_killed_in_the_middle(count: int) -> None:
    damaged = count // 100
    orders = a_push(count, damaged=damaged, seed=13)
    installation = Installation(silent=6)
    installation.environment["LINLI_HOOK_NETWORKS"] = "127.0.0.0/8"
    with listening() as there, installation:
        token = installation.python(_run(f"print(a_platform({there.url!r}))")).split()[-1]
        first = pushed(installation, token, orders, victims=("page", "database", "web"))
        again = list(orders)
        random.Random(14).shuffle(again)
        second = pushed(installation, token, again, victims=())
        assert first.keys() == second.keys()
        assert len(first) == count
        assert Counter(one["outcome"] for one in second.values()) == {
            "known": count - damaged,
            "refused": damaged,
        }
        refused = [one for one in first.values() if one["outcome"] == "refused"]
        assert all(one["reasons"]["zh-hans"] and one["reasons"]["en"] for one in refused)
        assert len(refused) == damaged
        assert installation.ask("SELECT count(*) FROM cases_case") == count - damaged
        installation.python(_run("handle_all()"))
        installation.wait(
            lambda: installation.ask("SELECT count(*) FROM kernel_outbox") == 0,
            "the drainer to seal everything",
            seconds=PATIENCE,
        )
        owed = "SELECT count(*) FROM api_delivery WHERE delivered_at IS NOT NULL"
        installation.kill("worker")
        installation.wait(
            lambda: installation.ask(owed) == count - damaged, "every result", seconds=1_800
        )
        arrived = Counter(message["data"]["REPORT_NUM"] for message in there.messages)
        assert len(there.keys) == len(arrived) == count - damaged
        twice = sum(there.keys.values()) - len(there.keys)
        print(
            f"{count} orders; {twice} results came a second time under the same id", file=sys.stderr
        )
        assert twice <= 1, "only what the killed worker had in hand may come again, under its id"
        said = installation.run("audit", "verify", "--english", check=False)
        assert said.returncode == 0, said.stdout


def _run(call: str) -> str:
    return (
        "from linli.site.cli import ready; ready();"
        f"from tests.api.pushing import a_platform, handle_all; {call}"
    )


def pushed(
    installation: Installation, token: str, orders: list[Order], *, victims: tuple[str, ...]
) -> dict[str, dict[str, Any]]:
    """Push everything from four sides at once, again until it is answered; kill on the way. Return the receipts."""
    receipts: dict[str, dict[str, Any]] = {}
    url = f"http://127.0.0.1:{installation.port}/api/v1/platform/platform/orders"
    waiting = parts(orders)
    total = len(orders)

    def push(part: list[Order]) -> None:
        request = urllib.request.Request(
            url,
            data=json.dumps({"orders": part}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    told = json.load(answer)["receipts"]
                assert len(told) == len(part)
                receipts.update({one["receipt"]: one for one in told})
                return
            except OSError as failed:
                # Nothing but a server that is down, or one whose database is, is a reason to try again.
                if getattr(failed, "code", 500) < 500 or time.monotonic() > until:
                    raise
                time.sleep(0.2)

    with ThreadPoolExecutor(4) as pool:
        pushing = [pool.submit(push, part) for part in waiting]
        for place, victim in enumerate(victims, start=1):
            share = place / (len(victims) + 2)
            installation.wait(
                lambda share=share: len(receipts) >= share * total,  # type: ignore[misc]
                f"{share:.0%} of the receipts",
            )
            installation.kill(victim)
        for one in pushing:
            one.result()
    return receipts
