"""`linli serve`: restarts what dies, stops cleanly, and leaves nobody behind when it is killed itself."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.site.supervisor import Part, Supervisor
from tests.site.killing.installation import Installation, children

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="finds the processes to kill in /proc"
)


@pytest.fixture(scope="module")
def served() -> Iterator[Installation]:
    with Installation() as one:
        yield one


@pytest.fixture
def installation(served: Installation) -> Installation:
    """An installation that is whole, whatever another test did to it."""
    assert served.server is not None
    if served.server.poll() is not None:
        served.serve()
    served.wait(served.is_whole, "everything to be whole")
    return served


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_of(installation: Installation) -> list[int]:
    """Return the process ids of all parts with the web's own processes."""
    pids = [installation.pid(name) for name in ("web", "drainer", "worker")]
    return [*pids, *children(pids[0])]


@pytest.mark.slow
def test_whole_says_what_is_missing_and_what_is_killed_comes_back(
    installation: Installation,
) -> None:
    before = installation.pid("drainer")
    installation.kill("drainer")
    installation.wait(lambda: not installation.is_whole(), "the drainer to be missed")
    installation.wait(installation.is_whole, "the drainer to come back")
    assert installation.pid("drainer") != before


@pytest.mark.slow
def test_a_database_that_was_killed_comes_back_and_one_that_was_stopped_does_not(
    installation: Installation,
) -> None:
    installation.kill("database")
    installation.wait(installation.is_whole, "everything to be whole again")
    installation.run("db", "stop")
    installation.wait(lambda: not installation.is_whole(), "the stop to be noticed")
    look = "from linli.site import cluster as c; print(c.revive(), c.urls().pid)"
    assert installation.python(look).split() == ["False", "None"]
    installation.run("db", "start")
    installation.wait(installation.is_whole, "everything to be whole again")


@pytest.mark.slow
def test_nobody_is_left_when_serve_is_killed_and_it_can_be_started_again(
    installation: Installation,
) -> None:
    assert installation.server is not None
    pids = all_of(installation)
    assert len(pids) >= 5
    installation.server.kill()
    installation.server.wait()
    installation.wait(lambda: not any(map(is_running, pids)), "its children to end")
    installation.serve()
    installation.wait(installation.is_whole, "everything to be whole again")


@pytest.mark.slow
def test_a_stop_ends_everything_with_status_0(installation: Installation) -> None:
    assert installation.server is not None
    pids = all_of(installation)
    installation.server.send_signal(signal.SIGTERM)
    assert installation.server.wait(timeout=60) == 0
    assert not any(map(is_running, pids))
    assert installation.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == 0


def test_a_process_that_dies_at_once_is_started_again_later_and_later() -> None:
    parts = Supervisor([Part("faulty", [sys.executable, "-c", "raise SystemExit(3)"])])
    parts.start()
    pauses = []
    part = parts.parts[0]
    for _ in range(3):
        assert part.child is not None
        part.child.wait()
        parts.look()
        assert part.child is None
        pauses.append(part.pause)
        part.due_at = 0.0
        parts.look()
        assert part.child is not None
    parts.stop()
    assert pauses == [0.5, 1.0, 2.0]


def test_a_process_that_will_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linli.site.supervisor.PATIENCE", 0.3)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    parts = Supervisor([Part("deaf", [sys.executable, "-c", deaf]), Part("sleeper", SLEEPER)])
    parts.start()
    pids = parts.pids()
    assert set(pids) == {"deaf", "sleeper"}
    parts.stop()
    assert parts.pids() == {}
    assert not any(is_running(pid) for pid in pids.values())
    assert os.getpid() not in pids.values()
