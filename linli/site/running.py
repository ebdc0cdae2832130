"""What every long-running process of ours needs: to end when told to, and when its parent is gone."""

import os
import signal
import threading
import time
from collections.abc import Callable

PARENT = "LINLI_PARENT_PID"
"""Set by `linli serve` for its children. A child whose parent was killed ends by itself."""

_LOOK_EVERY = 0.5


def until_stopped() -> threading.Event:
    """Return an event that is set by SIGTERM, SIGINT or the parent's death."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    watch_parent(stopped.set)
    return stopped


def watch_parent(gone: Callable[[], object]) -> None:
    """Call `gone` once when the process that started us as its child has died."""
    parent = os.environ.get(PARENT)
    if parent is None:
        return

    def watch() -> None:
        while os.getppid() == int(parent):
            time.sleep(_LOOK_EVERY)
        gone()

    threading.Thread(target=watch, name="parent", daemon=True).start()
