"""Writes of an import as a whole. Its batches are `cases.operations.receive_batch`."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from linli.cases.imports.events import ImportBegan
from linli.cases.imports.models import ImportAside, ImportChunk, ImportRun
from linli.cases.permissions import CasePermission as P
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal
from linli.kernel.events import Code, record
from linli.kernel.operation import operation

KEPT = dt.timedelta(days=30)
"""How long rows handed back, and files only looked at, are kept: they hold names and numbers."""

ALREADY_BEGUN = Refusal(
    "import.already_begun",
    _("Part of this file is in already. It cannot be laid aside; let it run to its end."),
)


@operation(P.IMPORT)
def begin_import(
    *,
    actor: Actor,
    name: str,
    source: str,
    file_hash: str,
    map_hash: str,
    total: int,
    map_text: str = "",
    pieces: Iterable[bytes] = (),
) -> ImportRun:
    """Return the open import of this file by this map, begun if there is none.

    `total`: rows of the file. `pieces`: its bytes, if it is not to be found on the server's disk later.
    """
    _forget_old(actor)
    found = ImportRun.objects.filter(
        file_hash=file_hash, map_hash=map_hash, user_id=actor.user_id, ended_at=None
    ).first()
    if found is not None:
        return found
    run = ImportRun.objects.create(
        source=source,
        name=name[:200],
        file_hash=file_hash,
        map_hash=map_hash,
        map_text=map_text,
        user_id=actor.user_id,
        started_at=actor.now,
        total=total,
        version=1,
    )
    ImportChunk.objects.bulk_create(
        (ImportChunk.of(run, place, data) for place, data in enumerate(pieces)), batch_size=4
    )
    began = ImportBegan(run_id=run.pk, source=Code(source), file_hash=Code(file_hash), total=total)
    record(began, actor=actor, kind="import", stream=run.pk, seq=1)
    return run


def _forget_old(actor: Actor) -> None:
    """Delete rows handed back that nobody has mended in time, and files that were only looked at."""
    long_ago = actor.now - KEPT
    ImportAside.objects.filter(run__ended_at__lt=long_ago).delete()
    ImportRun.objects.filter(position=0, ended_at=None, started_at__lt=long_ago).delete()


@operation(P.IMPORT)
def drop_import(*, actor: Actor, run_id: int) -> None:
    """Forget a file of which no row is in yet. Raises ImportRun.DoesNotExist, ALREADY_BEGUN."""
    run = ImportRun.objects.select_for_update().get(pk=run_id, user_id=actor.user_id)
    if run.position:
        raise ALREADY_BEGUN()
    run.delete()
