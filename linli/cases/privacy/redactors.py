"""What is taken away when the time of a collection is over: plain functions, listed by collection.

A room that holds more about a case (attachments, a search row) writes a function of case ids and registers it
with `@redacts(collection)`; its module is imported by the room's `apps.py`. It runs inside the operation's
transaction, behind an open wall, and takes rows away or overwrites their words; it returns how many.
"""

from collections.abc import Callable, Sequence

from django.db.models import Model

from linli.cases.models import (
    Application,
    Case,
    Consultation,
    ContactLog,
    CoTask,
    DutyCheck,
    FollowUp,
    Notice,
    Objection,
    Relay,
    RepeatedDuty,
    Report,
    Requester,
    SourceRecord,
    Supervision,
    Supplement,
    Unmasking,
    Verification,
    WorkOrder,
)
from linli.cases.papers import REDACTED
from linli.cases.privacy.collections import COLLECTIONS, REQUESTER, WORDS

Redactor = Callable[[Sequence[int]], int]
REDACTORS: dict[str, list[Redactor]] = {collection.code: [] for collection in COLLECTIONS}
GONE = REDACTED
"""What stands in the place of words whose time is over."""

TEXTS: dict[type[Model], tuple[str, tuple[str, ...]]] = {
    Case: ("pk", ("words", "title", "address", "shared_text", "reopened_because")),
    Notice: ("case", ("text",)),
    Consultation: ("case", ("words", "answer")),
    WorkOrder: ("case", ("reason", "public_reply")),
    ContactLog: ("order__case", ("note",)),
    FollowUp: ("order__case", ("note",)),
    Unmasking: ("case", ("reason",)),
    Objection: ("order__case", ("clause", "evidence", "ruling")),
    Application: ("order__case", ("words", "evidence", "told", "decision", "clearing")),
    Report: ("order__case", ("public_reply", "evidence")),
    Verification: ("order__case", ("words",)),
    Supervision: ("order__case", ("words",)),
    Supplement: ("case", ("words",)),
    CoTask: ("order__case", ("words", "clause", "result", "needed")),
    RepeatedDuty: ("case", ("words", "result")),
    DutyCheck: ("duty__case", ("note",)),
    Relay: ("task__order__case", ("words", "answer")),
    SourceRecord: ("case", ("said", "unit_said", "reply")),
}
"""Free text about a case: by which path it is the case's, and its columns. A contract test finds others."""


def redacts(collection: str) -> Callable[[Redactor], Redactor]:
    """Register a function that takes a collection's data of the given cases away."""

    def register(function: Redactor) -> Redactor:
        REDACTORS[collection].append(function)
        return function

    return register


@redacts(REQUESTER.code)
def delete_requesters(case_ids: Sequence[int]) -> int:
    """Delete who asked."""
    return Requester.objects.filter(case__in=case_ids).delete()[0]


@redacts(WORDS.code)
def overwrite_texts(case_ids: Sequence[int]) -> int:
    """Overwrite every free text about the cases that is not empty."""
    written = 0
    for table, (path, columns) in TEXTS.items():
        rows = table._base_manager.filter(**{f"{path}__in": case_ids})
        for column in columns:
            written += rows.exclude(**{column: ""}).update(**{column: GONE})
    return written
