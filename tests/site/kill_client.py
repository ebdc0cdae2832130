"""A client for test_kill: makes moves from several threads and writes down what was acknowledged.

Run as a program with the path of its file; it prints `ready` when the moves begin.
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

THREADS = 10
MOVES = 100


def main(acknowledged: Path) -> None:
    from linli.site.cli import ready

    ready()
    from django.db import InterfaceError, OperationalError, connection

    from linli.cases import operations
    from linli.kernel.errors import RuleBroken
    from tests.builders import a_case, a_town

    town = a_town()
    cases = [a_case(town, at="dispatched").pk for _ in range(MOVES)]
    file = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    print("ready", flush=True)

    def accept(case_id: int) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                operations.accept(actor=town.actor("worker"), case_id=case_id)
            except (OperationalError, InterfaceError):
                connection.close()
                continue
            except RuleBroken as broken:
                # The move had been committed before the answer was lost.
                if broken.code != "kernel.moved_already":
                    raise
            os.write(file, f"{case_id}\n".encode())
            return
        raise TimeoutError(case_id)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(accept, cases))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
