"""What sealing costs those who write: writes a second at eight clients, with the drainer and without, by turns.

    .venv/bin/python bench/drainer.py [--seconds 8] [--rounds 5]

In a database of its own (linli_bench). Prints the ratio of the medians, then how fast a backlog is sealed and
the whole record checked, and what one case's proofs read.
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["LINLI_DATABASE_NAME"] = "linli_bench"
os.environ["LINLI_LOG_LEVEL"] = "CRITICAL"
CLIENTS = 8


def client(until: Any, counts: Any, number: int) -> None:
    """Receive cases until the time is over; put down how many."""
    from linli.site.cli import ready

    ready()
    from linli.cases import operations
    from tests.builders import a_draft

    town, actor = the_town()
    done = 0
    until.wait()
    ends = time.monotonic() + until.seconds
    while time.monotonic() < ends:
        phone = f"199{number:02d}{done % 1_000_000:06d}"
        operations.receive(actor=actor, draft=a_draft(town, phone=phone))
        done += 1
    counts[number] = done


class Start:
    """A gate that all clients wait at, and how long they run after it."""

    def __init__(self, context: Any, seconds: float) -> None:
        self.barrier = context.Barrier(CLIENTS + 1)
        self.seconds = seconds

    def wait(self) -> None:
        self.barrier.wait()


def the_town() -> tuple[Any, Any]:
    """Return places by code and the operator at work now."""
    from types import SimpleNamespace

    from linli.accounts.models import User
    from linli.accounts.queries import actor_of
    from linli.kernel import clock
    from linli.territory.models import Place

    town = SimpleNamespace(places={place.code: place for place in Place.objects.all()})
    return town, actor_of(User.objects.get(username="sun"), now=clock.now())


def phase(seconds: float) -> float:
    """Return the writes a second of all clients together."""
    context = multiprocessing.get_context("spawn")
    counts = context.Array("i", CLIENTS)
    gate = Start(context, seconds)
    clients = [
        context.Process(target=client, args=(gate, counts, number)) for number in range(CLIENTS)
    ]
    for one in clients:
        one.start()
    gate.wait()
    for one in clients:
        one.join()
        assert one.exitcode == 0
    return sum(counts) / seconds


def empty_outbox() -> None:
    from linli.journal.drainer import drain
    from linli.kernel import clock

    while drain(now=clock.now()).count:
        pass


def main() -> None:
    """Run the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    linli = str(Path(sys.executable).with_name("linli"))
    subprocess.run([linli, "migrate"], check=True, capture_output=True)
    from linli.site.cli import ready

    ready()
    from linli.accounts.models import User
    from tests.builders import a_town

    if not User.objects.filter(username="sun").exists():
        a_town()
    rates: dict[str, list[float]] = {"without": [], "with": []}
    for number in range(given.rounds):
        for name in ("without", "with") if number % 2 else ("with", "without"):
            empty_outbox()
            drainer = subprocess.Popen([linli, "drainer"]) if name == "with" else None
            try:
                time.sleep(1.5 if drainer else 0)  # it starts; its start is not what is measured
                rates[name].append(phase(given.seconds))
            finally:
                if drainer:
                    drainer.terminate()
                    drainer.wait()
        print(
            f"round {number + 1}: {rates['without'][-1]:.0f}/s without, {rates['with'][-1]:.0f}/s with",
            flush=True,
        )
    without, with_ = (statistics.median(rates[name]) for name in ("without", "with"))
    print(f"writes at {CLIENTS} clients: {without:.0f}/s without the drainer, {with_:.0f}/s with")
    print(f"ratio {with_ / without:.3f} (wanted: 0.9 or more)")
    own_speed()


def own_speed() -> None:
    """Print how fast the drainer and the check are by themselves."""
    from django.db import connection

    from linli.journal import queries
    from linli.journal.drainer import drain
    from linli.journal.history import history_of
    from linli.journal.verify import verify
    from linli.kernel import clock

    empty_outbox()
    count = queries.last_position()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stream_id FROM kernel_event WHERE stream_kind = 'case' ORDER BY id DESC LIMIT 1"
        )
        case_id = cursor.fetchone()[0]
    started, burnt = time.perf_counter(), time.process_time()
    report = verify()
    spent = time.perf_counter() - started
    print(
        f"check: {report.count} events in {spent:.1f} s ({report.count / spent:.0f}/s), "
        f"{(time.process_time() - burnt) * 1000 / max(report.count, 1):.3f} ms CPU each; {len(report.faults)} faults"
    )
    connection.force_debug_cursor = True
    connection.queries_log.clear()
    history_of("case", case_id, case="", now=clock.now())
    print(f"one case's proofs in a record of {count}: {len(connection.queries_log)} rows read")
    connection.force_debug_cursor = False
    backlog = 20_000
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH written AS (INSERT INTO kernel_event (name, stream_kind, stream_id, seq, at, channel, payload)"
            " SELECT 'bench.happened', 'bench', (SELECT coalesce(max(id), 0) FROM kernel_event) + n, 1, now(), 'web', '{\"n\": 1}'"
            " FROM generate_series(1, %s) n RETURNING id) INSERT INTO kernel_outbox (event_id) SELECT id FROM written",
            [backlog],
        )
    started, burnt = time.perf_counter(), time.process_time()
    while drain(now=clock.now()).count:
        pass
    spent = time.perf_counter() - started
    print(
        f"sealing a backlog: {backlog / spent:.0f} events a second, "
        f"{(time.process_time() - burnt) * 1000 / backlog:.3f} ms CPU each"
    )


if __name__ == "__main__":
    main()
