"""Keys of sealed columns: what is sealed with which, and sealing anew in batches while everything runs.

A new key is put first in the file and is in force at once, for every process. Values under older keys open
as before; `reseal` brings them to the key, cipher and hash in force; then the old key can be dropped.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Substr

from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.events import ColumnsResealed
from linli.cases.privacy.wall import wall_open_everywhere
from linli.kernel.actor import Actor
from linli.kernel.events import Code, record
from linli.kernel.models import Event
from linli.kernel.operation import operation
from linli.kernel.seal import HEAD, SEALED, Sealed, blind_index, index_head, seal, seal_head, unseal
from linli.vault.store import NotKept, Store, stores

BATCH = 500
_LOCK = 4_021_107


@dataclass(frozen=True)
class Resealed:
    """What a batch did: how many rows, and the last key, from which the next batch goes on."""

    count: int
    last: Any = None


@operation(P.KEYS)
def reseal(*, actor: Actor, table: Sealed, after: Any = None, limit: int = BATCH) -> Resealed:
    """Seal anew what is not under the key, cipher and hash in force: at most `limit` rows beyond `after`.

    Raises SealBroken for a value that does not open: nothing of the batch is then written.
    """
    with wall_open_everywhere("keys: reseal"):
        rows = list(_stale(table, after=after).select_for_update()[:limit])
        for row in rows:
            for column, place in table.columns.items():
                if (value := getattr(row, column)) is not None:
                    text = unseal(value, where=f"{place}.{row.pk}")
                    setattr(row, column, seal(text, where=f"{place}.{row.pk}"))
                    for index, (kind, source) in table.indexes.items():
                        if source == column:
                            setattr(row, index, blind_index(kind, text))
        if not rows:
            return Resealed(0)
        _write(rows, [*table.columns, *table.indexes])
    _happened(table.model, len(rows), actor=actor)
    return Resealed(len(rows), rows[-1].pk)


@operation(P.KEYS)
def reseal_files(*, actor: Actor, store: Store, names: Sequence[str]) -> int:
    """Seal anew the keys of files, which stand in the files' heads; return how many. Run again, it goes on.

    A file that is gone meanwhile is passed over. Raises SealBroken: the files before it are done, it is as before.
    """
    count = 0
    for name in names:
        with suppress(NotKept):
            store.reseal(name)
            count += 1
    _happened(f"vault.{store.name}", count, actor=actor)
    return count


def reseal_all(*, actor: Actor) -> Iterator[int]:
    """Yield the rows and files done batch by batch until all is under the key in force."""
    for table in SEALED:
        done = reseal(actor=actor, table=table)
        while done.count:
            yield done.count
            done = reseal(actor=actor, table=table, after=done.last)
    for store in stores(settings.LINLI.files_folder()):
        stale = (name for name in store.names() if _head_of_file(store, name) != seal_head())
        while names := list(islice(stale, BATCH)):
            yield reseal_files(actor=actor, store=store, names=names)


def _head_of_file(store: Store, name: str) -> bytes:
    with suppress(NotKept):
        return store.head(name)
    return seal_head()  # gone meanwhile: nothing is left to do


def heads_in_use() -> tuple[Counter[bytes], Counter[bytes]]:
    """Return how many sealed values and files, and how many blind indexes, stand under each head (version, key id)."""
    sealed: Counter[bytes] = Counter()
    indexed: Counter[bytes] = Counter()
    with wall_open_everywhere("keys: status"):
        for table in SEALED:
            for columns, into in ((table.columns, sealed), (table.indexes, indexed)):
                for column in columns:
                    into.update(_heads(apps.get_model(table.model), column))
    for store in stores(settings.LINLI.files_folder()):
        sealed.update(_head_of_file(store, name) for name in store.names())
    return sealed, indexed


def _heads(model: type[models.Model], column: str) -> dict[bytes, int]:
    rows = (
        model._base_manager.filter(**{f"{column}__isnull": False})
        .values_list(_head_of(column))
        .annotate(number=models.Count("pk"))
    )
    return {bytes(head): number for head, number in rows}


def _head_of(column: str) -> Any:
    return Substr(column, 1, HEAD, output_field=models.BinaryField())


def _stale(table: Sealed, *, after: Any) -> "models.QuerySet[Any]":
    """Return the rows with a value not under the head in force, by key."""
    heads = {column: seal_head() for column in table.columns}
    heads |= {column: index_head() for column in table.indexes}
    stale = models.Q()
    marks = {}
    for column, head in heads.items():
        marks[f"{column}_head"] = _head_of(column)
        stale |= models.Q(**{f"{column}__isnull": False}) & ~models.Q(**{f"{column}_head": head})
    rows = apps.get_model(table.model)._base_manager.alias(**marks).filter(stale).order_by("pk")
    return rows if after is None else rows.filter(pk__gt=after)


def _write(rows: list[Any], columns: list[str]) -> None:
    """Write the columns of all rows in one statement; Django's own takes ten times as long."""
    quote = connection.ops.quote_name
    meta = rows[0]._meta
    names = [quote(meta.get_field(column).column) for column in columns]
    key, kind = quote(meta.pk.column), meta.pk.db_type(connection)
    arrays = ", ".join([f"%s::{kind}[]", *["%s::bytea[]"] * len(names)])
    given = [[getattr(row, column) for row in rows] for column in ("pk", *columns)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} AS t SET {', '.join(f'{name} = n.{name}' for name in names)} "  # noqa: S608
            f"FROM unnest({arrays}) AS n ({key}, {', '.join(names)}) WHERE t.{key} = n.{key}",
            given,
        )


def _happened(what: str, count: int, *, actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    seq = 1 + Event.objects.filter(stream_kind="keys", stream_id=1).count()
    key_id = int.from_bytes(seal_head()[1:])
    event = ColumnsResealed(table=Code(what), count=count, key_id=key_id)
    record(event, actor=actor, kind="keys", stream=1, seq=seq)
