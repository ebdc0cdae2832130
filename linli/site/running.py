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
    if PARENT in os.environ:
        watch_parent(stopped.set, parent=int(os.environ[PARENT]))
    return stopped


def watch_parent(gone: Callable[[], object], *, parent: int) -> None:
    """Call `gone` once when the process `parent`, which started us, has died."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_EVERY)
        gone()

    threading.Thread(target=watch, name="parent", daemon=True).start()
