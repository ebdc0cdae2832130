"""`linli drainer`: seals what happened, five times a second, and hands it on to the subscribers."""

import threading
from collections.abc import Callable

import structlog
from django.db import connection

from linli.journal.drainer import BATCH, drain, mark_alive, note_head
from linli.journal.following import SUBSCRIBERS, follow
from linli.kernel import clock
from linli.site.running import until_stopped

EVERY = 0.2
LOOK_AT_ALL = 25
NEAR = 2000
LONGEST_PAUSE = 5.0
log = structlog.get_logger("linli.journal")


def run() -> None:
    """Drain until stopped. A database that is away is waited for; nothing is lost meanwhile."""
    stopped = until_stopped()
    handing_on = threading.Thread(
        target=_repeat, args=(stopped, _hand_on, lambda: None), name="subscribers"
    )
    handing_on.start()
    _repeat(stopped, Rounds(), _begin)
    handing_on.join()


def _begin() -> None:
    mark_alive()
    note_head(now=clock.now())


class Rounds:
    """The drainer's rounds. Most look only at the newest outbox rows.

    Rows that were taken stay on disk for as long as any transaction in the database is older than they are.
    After ten such minutes each look from the beginning passes over a hundred thousand of them, five times
    a second. What was committed late lies among them and is found by the rounds that look at all.
    """

    def __init__(self) -> None:
        self.number = 0
        self.newest = 0

    def __call__(self) -> bool:
        """Seal one batch. Returns whether more is left."""
        looks_at_all = self.number % LOOK_AT_ALL == 0
        self.number += 1
        beyond = 0 if looks_at_all else max(0, self.newest - NEAR)
        done = drain(now=clock.now(), beyond=beyond)
        self.newest = max(self.newest, done.newest)
        return done.count == BATCH


def _hand_on() -> bool:
    return any([follow(each, now=clock.now()) for each in SUBSCRIBERS.values()])


def _repeat(stopped: threading.Event, work: Callable[[], bool], begin: Callable[[], None]) -> None:
    """Do `work` again and again: at once while it says that more is left, after a failure later and later."""
    is_begun, failures = False, 0
    pause = 0.0
    while not stopped.wait(pause):
        try:
            if not is_begun:
                begin()
                is_begun = True
            pause = 0.0 if work() else EVERY
            failures = 0
        except Exception as failed:
            # Whatever it is (the database restarts, the disk is full), the next round may succeed.
            failures += 1
            pause = min(EVERY * 2**failures, LONGEST_PAUSE)
            is_begun = False
            log.error("drainer failed", failure=type(failed).__name__, again_in=pause)
            connection.close()
    connection.close()
