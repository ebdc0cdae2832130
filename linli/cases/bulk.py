"""Many rows written by one statement, which gets them as one text of JSON.

Django's own bulk_create gives each value a place in the statement; for five hundred rows of forty columns putting that
together costs more than every rule (docs/performance.md). Constraints, triggers and row-level security look at each
row as ever.
"""

import datetime as dt
import decimal
import json
import uuid
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """Return a cursor whose statements the server parses and plans once a connection, not once a row.

    For the few statements that every case goes through: a third of the time one case takes was their planning
    (docs/performance.md). Values are bound by the server, so each needs its type in the statement. Where statements
    are logged it is an ordinary cursor: of a prepared one the driver does not tell the text.
    """
    if connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    raw: Any = ServerBindingCursor
    return connection.make_cursor(raw(connection.connection))


def insert_many(given: Iterable[models.Model]) -> None:
    """Write rows of one model in their order, each whole. Those that the database numbers get their key."""
    rows = list(given)
    if not rows:
        return
    statement, fields, auto = _insert(type(rows[0]))
    with prepared_cursor() as cursor:
        cursor.execute(statement, [_text(rows, fields)])
        if auto is not None:
            for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
                setattr(row, auto, key)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update_many(rows: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Write these columns of rows of one model that stand already."""
    if not rows:
        return
    meta: Any = type(rows[0])._meta
    fields = [meta.get_field(name) for name in columns]
    name, key = _quoted(meta.db_table), _quoted(meta.pk.column)
    changed = ", ".join(f"{_quoted(one.column)} = given.{_quoted(one.column)}" for one in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {name} AS kept SET {changed} FROM json_populate_recordset(NULL::{name}, %s::json) AS given "  # noqa: S608
            f"WHERE kept.{key} = given.{key}",
            [_text(rows, [meta.pk, *fields])],
        )


@cache
def _insert(model: type[models.Model]) -> tuple[str, tuple[Any, ...], str | None]:
    """Return the statement, the fields it takes, and the attribute that the database numbers."""
    meta: Any = model._meta
    auto = meta.auto_field
    fields = tuple(field for field in meta.concrete_fields if field is not auto)
    name, columns = _quoted(meta.db_table), ", ".join(_quoted(field.column) for field in fields)
    statement = (
        f"INSERT INTO {name} ({columns}) SELECT {columns} "  # noqa: S608
        f"FROM json_populate_recordset(NULL::{name}, %s::json) WITH ORDINALITY ORDER BY ordinality"
    )
    if auto is None:
        return statement, fields, None
    return f"{statement} RETURNING {_quoted(auto.column)}", fields, auto.attname


def _text(rows: Iterable[models.Model], fields: Sequence[Any]) -> str:
    names = [(field.column, field.attname) for field in fields]
    told = [{column: getattr(row, name) for column, name in names} for row in rows]
    return json.dumps(told, ensure_ascii=False, default=_told)


def _told(value: Any) -> str:
    """Return a value that JSON does not know as the database reads it. Raises TypeError for any other."""
    if isinstance(value, bytes | memoryview):
        return "\\x" + value.hex()
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | decimal.Decimal):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be written by the batch")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
