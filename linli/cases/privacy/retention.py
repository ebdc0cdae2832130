"""When its time is over: who asked is deleted, later the words are. In batches, one event a case."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from linli.cases.events import RequesterDeleted, WordsDeleted
from linli.cases.models import Case
from linli.cases.permissions import CasePermission as P
from linli.cases.privacy.collections import COLLECTIONS, REQUESTER, WORDS, Collection
from linli.cases.privacy.redactors import REDACTORS
from linli.cases.privacy.wall import wall_open_everywhere
from linli.kernel.actor import Actor
from linli.kernel.events import record_many
from linli.kernel.operation import operation

BATCH = 500
_MARKS: dict[str, tuple[str, Any]] = {
    REQUESTER.code: ("requester_deleted_at", RequesterDeleted),
    WORDS.code: ("words_deleted_at", WordsDeleted),
}


def due(collection: Collection, *, at: dt.datetime) -> QuerySet[Case]:
    """Return the cases whose time in this collection is over, the longest closed first."""
    mark, _event = _MARKS[collection.code]
    rows = Case.objects.everywhere("retention: whose time is over").filter(
        closed_at__lte=at - dt.timedelta(days=collection.period), **{f"{mark}__isnull": True}
    )
    if collection is WORDS:
        rows = rows.filter(requester_deleted_at__isnull=False)
    return rows.order_by("closed_at", "pk")


@operation(P.FORGET)
def forget(*, actor: Actor, collection: str, limit: int = BATCH) -> int:
    """Take a collection's data of at most `limit` cases away. Returns how many; 0 when none is left.

    Cases that somebody is working on are passed over; the next run takes them. Rule: PIPL, articles 19 and 47.
    """
    chosen = next(one for one in COLLECTIONS if one.code == collection)
    mark, kind = _MARKS[collection]
    cases = list(
        due(chosen, at=actor.now).select_for_update(of=("self",), skip_locked=True)[:limit]
    )
    if not cases:
        return 0
    ids = [case.pk for case in cases]
    with wall_open_everywhere("retention"):
        for redactor in REDACTORS[collection]:
            redactor(ids)
    for case in cases:
        case.version += 1
        setattr(case, mark, actor.now)
    Case._base_manager.bulk_update(cases, ["version", mark])
    happened = [(kind(case_id=case.pk), case.pk, case.version) for case in cases]
    record_many(happened, actor=actor, kind="case")
    return len(cases)
