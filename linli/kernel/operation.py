"""The one shape of a write.

`@operation(permission)` makes a function the outermost transaction of its act: durable (an operation
inside an operation is an error), permission checked, actor and name bound to every log line, and
the constraints it names turned into refusals that a person can read.
"""

import functools
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import structlog
from django.db import IntegrityError, transaction

from linli.kernel.actor import Actor
from linli.kernel.errors import NOT_ALLOWED, Refusal, RuleBroken

log = structlog.get_logger("linli.operation")
Write = TypeVar("Write", bound=Callable[..., Any])
OPERATIONS: dict[str, str] = {}
"""Every operation's name and permission; contracts and the permissions page read it."""


def operation(
    permission: str, *, constraints: Mapping[str, Refusal] | None = None
) -> Callable[[Write], Write]:
    """Make a keyword-only function with an `actor` argument an operation.

    `constraints` maps names of database constraints to the refusal that says them in words.
    """

    def wrap(function: Write) -> Write:
        name = f"{function.__module__.split('.')[1]}.{function.__name__}"
        OPERATIONS[name] = permission

        @functools.wraps(function)
        def run(*, actor: Actor, **arguments: Any) -> Any:
            with structlog.contextvars.bound_contextvars(operation=name, actor=actor.user_id):
                started = time.perf_counter()
                outcome = "ok"
                try:
                    if not actor.may(permission):
                        raise NOT_ALLOWED()
                    with transaction.atomic(durable=True):
                        return function(actor=actor, **arguments)
                except RuleBroken as broken:
                    outcome = broken.code
                    raise
                except IntegrityError as failed:
                    outcome = named = _constraint(failed)
                    if constraints and named in constraints:
                        raise constraints[named]() from failed
                    raise
                except Exception as failed:
                    outcome = type(failed).__name__
                    raise
                finally:
                    spent = round((time.perf_counter() - started) * 1000, 1)
                    log.info("operation", outcome=outcome, ms=spent)

        run.permission = permission  # type: ignore[attr-defined]
        return run  # type: ignore[return-value]

    return wrap


def _constraint(failed: IntegrityError) -> str:
    diagnosis = getattr(failed.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or "unnamed"
