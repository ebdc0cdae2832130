"""What sealing costs those who write: writes a second at eight clients, with the drainer and without, by turns.

    .venv/bin/python bench/drainer.py [--seconds 3] [--rounds 20]

In a database of its own (linli_bench). Eight clients write all the time; the drainer is stopped and let go on every
few seconds, so that both halves see the same machine. What piled up while it was stopped it seals in its own half.
Prints the ratio of the medians, then how fast a backlog is sealed and the whole record checked, and what one
case's proofs read.
"""

import argparse
import multiprocessing
import os
import signal
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


def client(ready_to_go: Any, window: Any, counts: Any, number: int) -> None:
    """Receive cases until the window is negative; count them by window."""
    from linli.site.cli import ready

    ready()
    from linli.accounts.queries import actor_of
    from linli.cases import operations
    from linli.kernel import clock
    from tests.builders import a_draft, the_town

    town = the_town()
    actor = actor_of(town.users["operator"], now=clock.now())
    ready_to_go.wait()
    done = 0
    while (now := window.value) >= 0:
        phone = f"199{number:02d}{done % 1_000_000:06d}"
        operations.receive(actor=actor, draft=a_draft(town, phone=phone))
        done += 1
        counts[now * CLIENTS + number] += 1


def by_turns(linli: str, *, seconds: float, rounds: int) -> dict[str, list[float]]:
    """Return the writes a second of all clients together, for each window with the drainer and without."""
    context = multiprocessing.get_context("spawn")
    window = context.Value("i", 0)
    counts = context.Array("i", 2 * rounds * CLIENTS)
    ready_to_go = context.Barrier(CLIENTS + 1)
    clients = [
        context.Process(target=client, args=(ready_to_go, window, counts, number))
        for number in range(CLIENTS)
    ]
    for one in clients:
        one.start()
    drainer = subprocess.Popen([linli, "drainer"])
    rates: dict[str, list[float]] = {"with": [], "without": []}
    try:
        ready_to_go.wait()
        for number in range(2 * rounds):
            # with, without, without, with, …: a machine that grows slower or faster favours neither.
            name = ("with", "without", "without", "with")[number % 4]
            drainer.send_signal(signal.SIGCONT if name == "with" else signal.SIGSTOP)
            window.value = number
            started = time.perf_counter()
            time.sleep(seconds)
            spent = time.perf_counter() - started
            rates[name].append(sum(counts[number * CLIENTS : (number + 1) * CLIENTS]) / spent)
    finally:
        window.value = -1
        drainer.send_signal(signal.SIGCONT)
        drainer.terminate()
        drainer.wait()
    for one in clients:
        one.join()
        assert one.exitcode == 0
    return rates


def empty_outbox() -> None:
    from linli.journal.drainer import drain
    from linli.kernel import clock

    while drain(now=clock.now()).count:
        pass


def main() -> None:
    """Run the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    linli = str(Path(sys.executable).with_name("linli"))
    subprocess.run([linli, "migrate"], check=True, capture_output=True)
    from linli.site.cli import ready

    ready()
    from tests.builders import the_town

    the_town()
    empty_outbox()
    rates = by_turns(linli, seconds=given.seconds, rounds=given.rounds)
    for name, found in rates.items():
        print(f"{name:>8}: " + " ".join(f"{rate:.0f}" for rate in found), flush=True)
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
