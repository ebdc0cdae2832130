"""Steps of sorting that are shared, inside a transaction."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from linli.cases.sorting.models import Prediction, SortingModel
from linli.journal.queries import Sealed
from linli.kernel.actor import Actor
from linli.kernel.events import record

DECIDES = ("case.received", "case.categorised")


def note_cases(events: Sequence[Sealed]) -> None:
    """Keep a row for each case that came in, to be predicted, and what was decided of its category, by whom, when."""
    assert connection.in_atomic_block
    decided = {
        one.stream_id: one for one in events if one.name in DECIDES and one.payload.get("category")
    }
    came = {one.stream_id for one in events if one.name == "case.received"} - set(decided)
    Prediction.objects.bulk_create(
        [Prediction(case_id=key) for key in sorted(came)], ignore_conflicts=True
    )
    Prediction.objects.bulk_create(
        [
            Prediction(
                case_id=key,
                final_id=one.payload["category"],
                decided_by=one.user_id,
                decided_at=one.at,
            )
            for key, one in sorted(decided.items())
        ],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["final", "decided_by", "decided_at"],
    )


def locked_model(model_id: int) -> SortingModel:
    """Return one model, locked, without its file. Raises SortingModel.DoesNotExist."""
    assert connection.in_atomic_block
    return SortingModel.objects.defer("content").select_for_update().get(pk=model_id)


def write_model(model: SortingModel, *, event: Any, actor: Actor, **changes: Any) -> None:
    """Write changes to a locked model, raise its version and record the event under it."""
    changes["version"] = model.version + 1
    for column, value in changes.items():
        setattr(model, column, value)
    SortingModel.objects.filter(pk=model.pk).update(**changes)
    record(event, actor=actor, kind="sorting_model", stream=model.pk, seq=model.version)
