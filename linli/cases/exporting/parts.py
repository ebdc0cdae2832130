"""Steps on exports that operations share, inside their transaction."""

from typing import Any

from django.db import connection

from linli.cases.exporting.models import Export
from linli.kernel.actor import Actor
from linli.kernel.events import record


def locked_export(export_id: int) -> Export:
    """Return an export, locked. Raises Export.DoesNotExist."""
    assert connection.in_atomic_block
    rows = Export.objects.select_related("place", "category").select_for_update(of=("self",))
    return rows.get(pk=export_id)


def written(export: Export, *, event: Any, actor: Actor, **changes: Any) -> None:
    """Write changes to a locked export, raise its version and record the event under it."""
    changes["version"] = export.version + 1
    for column, value in changes.items():
        setattr(export, column, value)
    Export.objects.filter(pk=export.pk).update(**changes)
    record(event, actor=actor, kind="export", stream=export.pk, seq=export.version)
