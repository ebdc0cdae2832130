"""The second wall around personal rows: the database itself lets only rows of the actor's areas through.

`cases_requester` carries a row-level policy that reads the setting `linli.areas`. It is set for one statement or
one transaction, never for a session; without it a query that meets a row fails. Pages read through `through_the_wall`:
setting, read-only switch and query go to the server as one string, which PostgreSQL runs as one transaction, so
that a page pays no further statement. Operations call `open_wall` first.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import structlog
from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction

from linli.cases.models import Requester
from linli.kernel.actor import Actor

log = structlog.get_logger("linli.scope")
EVERYWHERE = "*"
_OPEN = "SELECT set_config('linli.areas', %s, true)"
_CLOSE = "SELECT set_config('linli.areas', '', true)"
_READ_ONLY = "SELECT set_config('transaction_read_only', 'on', true)"


def areas_of(actor: Actor, *permissions: str) -> str:
    """Return the setting's text: codes of areas over which one of the permissions is held, and the unit.

    `none` for an actor without either: the query then runs and finds nothing.
    """
    held = {code for permission in permissions for _column, code in actor.scopes(permission)}
    if actor.organisation_id is not None and any(map(actor.may, permissions)):
        held.add(f"unit:{actor.organisation_id}")
    return ",".join(sorted(held)) or "none"


def open_wall(actor: Actor, *permissions: str) -> None:
    """Let the rest of this transaction read and write personal rows of the actor's areas. One statement."""
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [areas_of(actor, *permissions)])


@contextmanager
def wall_open_everywhere(reason: str) -> Iterator[None]:
    """Let all personal rows through, for work that serves no single person. The reason goes to the log."""
    log.info("everywhere", table=Requester._meta.db_table, reason=reason)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OPEN, [EVERYWHERE])
        yield
        cursor.execute(_CLOSE)


def through_the_wall(
    rows: "models.QuerySet[Requester]", *, actor: Actor, permission: str
) -> list[Requester]:
    """Return the rows of a query on the personal table that lie in the actor's areas. One round trip.

    Outside a transaction it is read-only as well.
    """
    try:
        sql, given = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    before = [_OPEN] if connection.in_atomic_block else [_READ_ONLY, _OPEN]
    with connection.cursor() as cursor:
        cursor.execute("; ".join([*before, sql, _CLOSE]), [areas_of(actor, permission), *given])
        for _statement in before:
            cursor.nextset()
        names = [column.name for column in cursor.description]
        return [Requester.from_db(rows.db, names, row) for row in cursor.fetchall()]


def requesters_of(
    case_ids: Iterable[int], *, actor: Actor, permission: str
) -> dict[int, Requester]:
    """Return who asked, by case, for the cases in the actor's areas."""
    rows = Requester.objects.filter(case__in=list(case_ids))
    found = through_the_wall(rows, actor=actor, permission=permission)
    return {row.case_id: row for row in found}


def requester_of(case_id: int, *, actor: Actor, permission: str) -> Requester | None:
    """Return who asked in one case, or None outside the actor's areas or once it was deleted."""
    return requesters_of([case_id], actor=actor, permission=permission).get(case_id)
