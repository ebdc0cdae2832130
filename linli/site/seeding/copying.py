"""COPY of rows of a model: named columns vary, every other takes the model's own default."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED
from psycopg import sql

from linli.cases.searching.models import GramsField


class Copier:
    """Writes rows of one model. `varying` are attribute names, in the order in which rows give their values;
    all columns if it is None.
    """

    def __init__(self, model: type[models.Model], varying: Sequence[str] | None) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields}
        varying = tuple(fields) if varying is None else varying
        unknown = set(varying) - set(fields)
        if unknown:
            raise LookupError(f"{model.__name__} has no columns {sorted(unknown)}")
        standing = [
            field
            for name, field in fields.items()
            if name not in varying
            and field.db_default is NOT_PROVIDED
            and not isinstance(field, models.AutoField)
        ]
        fresh = model()
        self.tail = [_prepared(field, getattr(fresh, field.attname)) for field in standing]
        self.names = tuple(varying)
        written = [*(fields[name] for name in varying), *standing]
        self.statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(model._meta.db_table),
            sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in written]),
        )
        self.special = [
            (place, field)
            for place, field in enumerate(written[: len(varying)])
            if isinstance(field, GramsField | models.JSONField)
        ]

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Send the rows, inside the transaction that is open."""
        assert connection.in_atomic_block
        with connection.cursor() as cursor, cursor.cursor.copy(self.statement) as copy:
            for row in rows:
                values = [*row, *self.tail]
                for place, field in self.special:
                    values[place] = _prepared(field, values[place])
                copy.write_row(values)


def _prepared(field: Any, value: Any) -> Any:
    """Return a value as COPY's text takes it."""
    if isinstance(field, GramsField):
        return " ".join(f"'{gram}'" for gram in value)
    if isinstance(field, models.JSONField) and not isinstance(value, str):
        return json.dumps(value)  # an event's payload comes as text already
    return value


def keys(model: type[models.Model], count: int) -> Iterator[int]:
    """Return `count` fresh keys of a model, from the sequence behind its column."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, column, count],
        )
        return iter([key for (key,) in cursor.fetchall()])
