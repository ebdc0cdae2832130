"""A job that takes its time and notes each time that it came to its end."""

import os
import time

from linli.jobs import tasks
from linli.jobs.registry import job

if seconds := os.environ.get("KILLING_SILENT"):
    # The short round of `make test`: a dead worker is noticed sooner. The soak keeps the real figure.
    tasks.SILENT = int(seconds)


@job("killing.slow")
def slow(*, number: int) -> None:
    time.sleep(1.0)
    with open(os.environ["KILLING_DONE"], "a") as file:
        file.write(f"{number}\n")
