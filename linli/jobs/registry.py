"""How a room registers a job, in its tasks.py.

    @job("cases.sweep", cron="* * * * *")
    def sweep() -> None: ...

    @job("channels.send")
    def send(*, event_id: int, recipient_id: int) -> None: ...

    send.defer(event_id=4, recipient_id=7)

A job takes ids and codes by keyword, never words: whoever reads the queue learns nothing of a person. The
database refuses other arguments too. A job may run twice (a worker dies between the work and its receipt): it
must come to the same end. Operations do not defer jobs; subscribers do, in the transaction of their cursor.
"""

import functools
import inspect
import time
import types
import typing
from collections.abc import Callable
from typing import Any

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from linli.kernel.events import Code

TRIES = RetryStrategy(max_attempts=5, exponential_wait=4)
"""A job that fails is tried again after 4, 16, 64, 256 seconds; then it stands as failed."""

_ALLOWED = {int, bool, Code, types.NoneType}
log = structlog.get_logger("linli.jobs")
JOBS: dict[str, str | None] = {}
"""Every job's name and its cron line, None for one that is deferred."""


def job(name: str, *, cron: str | None = None) -> Callable[[Callable[..., Any]], Any]:
    """Register a job. With `cron` (five fields, or six with seconds last) it comes round by itself.

    A job that comes round waits at most once in the queue and is not tried again: its next time comes.
    Raises TypeError for an argument that could hold words, and for a name that is taken.
    """

    def register(function: Callable[..., Any]) -> Any:
        _check(name, function, comes_round=cron is not None)
        JOBS[name] = cron
        logged = _logged(name, function)
        if cron is None:
            return app.task(name=name, retry=TRIES)(logged)

        @functools.wraps(function)
        def run(timestamp: int) -> None:
            logged()

        return app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(run))

    return register


def _logged(name: str, function: Callable[..., Any]) -> Callable[..., None]:
    @functools.wraps(function)
    def run(**arguments: Any) -> None:
        with structlog.contextvars.bound_contextvars(job=name, **arguments):
            started = time.perf_counter()
            outcome = "ok"
            try:
                function(**arguments)
            except Exception as failed:
                outcome = type(failed).__name__
                raise
            finally:
                log.info(
                    "job", outcome=outcome, ms=round((time.perf_counter() - started) * 1000, 1)
                )

    return run


def _check(name: str, function: Callable[..., Any], *, comes_round: bool) -> None:
    if name in JOBS:
        raise TypeError(f"job {name} is registered twice")
    hints = typing.get_type_hints(function)
    for parameter in inspect.signature(function).parameters.values():
        hint = hints.get(parameter.name)
        is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
        kinds = set(typing.get_args(hint)) if is_union else {hint}
        if comes_round or parameter.kind is not parameter.KEYWORD_ONLY or not kinds <= _ALLOWED:
            raise TypeError(f"job {name}: {parameter.name} may be an id or a code by keyword only")
