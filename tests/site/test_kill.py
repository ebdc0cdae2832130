"""`kill -9` of database, worker and web under concurrent moves: what was acknowledged is what stands.

One round in `make test`; twenty in `make soak`.
"""

import sys
from pathlib import Path

import pytest

from tests.site.killing.client import JOBS, MOVES
from tests.site.killing.installation import Installation

MOVED = "SELECT count(*) FROM kernel_event WHERE name = 'order.accepted'"
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="finds the processes to kill in /proc"
)


@pytest.mark.slow
def test_acknowledged_moves_equal_the_database_after_kill_9() -> None:
    with Installation(silent=6) as installation:
        one_round(installation, number=1)


@pytest.mark.soak
def test_twenty_rounds_of_kill_9() -> None:
    with Installation() as installation:
        for number in range(1, 21):
            one_round(installation, number=number)
            print(f"round {number}: {installation.ask(MOVED)} moves", file=sys.stderr, flush=True)


def one_round(installation: Installation, *, number: int) -> None:
    """Kill everything once while 200 moves are made and eight jobs are in the queue."""
    acknowledged = installation.home / f"acknowledged-{number}"
    before = installation.ask(MOVED)
    client = installation.client(acknowledged)

    installation.wait(
        lambda: installation.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'killing.slow'") > 0,
        "a job to be in hand",
    )  # fmt: skip
    installation.kill("worker")
    for share, victim in ((0.1, "page"), (0.25, "database"), (0.45, "web"), (0.6, "drainer")):
        installation.wait(
            lambda share=share: installation.ask(MOVED) - before >= share * MOVES,  # type: ignore[misc]
            f"{share:.0%} of the moves",
        )
        installation.kill(victim)
    assert installation.ask(MOVED) - before < MOVES, "they died in the middle of the moves"
    assert client.wait(timeout=600) == 0

    told = sorted(int(line) for line in acknowledged.read_text().split())
    assert len(told) == len(set(told)) == MOVES
    # Moves of this round: as orders, as events, each once.
    assert installation.ask(
        "SELECT array_agg(case_id ORDER BY case_id) FROM cases_workorder WHERE state = 'accepted' AND case_id >= %s",
        told[0],
    ) == told  # fmt: skip
    assert installation.ask(
        "SELECT array_agg(stream_id ORDER BY stream_id) FROM kernel_event WHERE name = 'order.accepted' AND stream_id >= %s",
        told[0],
    ) == told  # fmt: skip

    installation.wait(
        lambda: installation.ask("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'killing.slow' AND status <> 'succeeded'") == 0,
        "every job to come to its end",
        seconds=300,
    )  # fmt: skip
    done = {int(line) for line in installation.done.read_text().split()}
    assert set(told[:JOBS]) <= done
    installation.wait(
        lambda: installation.ask("SELECT count(*) FROM kernel_outbox") == 0,
        "the drainer to seal everything",
    )
    said = installation.run("audit", "verify", "--english", check=False)
    assert said.returncode == 0, said.stdout
