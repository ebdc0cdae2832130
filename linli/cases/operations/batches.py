"""Requests come in by the batch: from a file, or from the city's platform with what it said of them."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from linli.cases.bulk import insert_many
from linli.cases.clocks.choices import OrderClock
from linli.cases.clocks.models import ClockAlert, ClockProfile
from linli.cases.clocks.parts import columns
from linli.cases.clocks.queries import deadlines_of, profile_for
from linli.cases.clocks.rules import ALERT_PERCENTS, class_of
from linli.cases.events import CaseImported, CaseSourceSaid
from linli.cases.imports.events import ImportEnded
from linli.cases.imports.models import ImportAside, ImportChunk, ImportRun, SourceRecord
from linli.cases.models import Case, Requester, WorkOrder
from linli.cases.operations.intake import Draft, SourceHistory, checked_rows, write_cases
from linli.cases.parts import happened, move_each_case
from linli.cases.permissions import CasePermission as P
from linli.cases.rules import check_moment
from linli.kernel.actor import Actor
from linli.kernel.errors import Refusal, RuleBroken
from linli.kernel.events import Code, record, record_many
from linli.kernel.operation import operation

CLOSED_WITHOUT_DATE = Refusal(
    "import.closed_without_date",
    _("The row says closed and has no closing date. Write the date, or another state."),
)
CLOSED_TOO_EARLY = Refusal(
    "import.closed_too_early",
    _("The closing date lies before the day it was received. One of the two dates is wrong."),
)
OTHERS_AT_WORK = Refusal(
    "import.others_at_work",
    _(
        "This file is being imported elsewhere at this moment, and is further on already. Wait until that has "
        "ended; nothing is imported twice."
    ),
)


@dataclass(frozen=True)
class SetAside:
    """A row that could not be taken: its place in the batch and why."""

    index: int
    refused: RuleBroken


@dataclass
class BatchOutcome:
    """What a batch did. `known` were there before, by source and number."""

    created: list[Case] = field(default_factory=list)
    known: int = 0
    set_aside: list[SetAside] = field(default_factory=list)


@dataclass(frozen=True)
class RowAt:
    """Where a row stands in its file (record from 1, line of its end), its cells, and doubts about it.

    `is_left_open`: its map sorts rows into categories, and this row's words lead to none.
    """

    record: int
    line: int
    row: Mapping[str, str]
    doubts: tuple[RuleBroken, ...] = ()
    is_left_open: bool = False


@dataclass(frozen=True)
class RunStep:
    """The part of a run that a batch is: it begins after `position` rows of the file.

    `rows` stand beside the batch's drafts; `refused` are the rows that are no drafts at all.
    """

    run_id: int
    position: int
    rows: Sequence[RowAt]
    refused: Sequence[tuple[RowAt, RuleBroken]]


@dataclass
class _Batch:
    """What a batch would do, before anything is written."""

    good: list[tuple[int, Case, Requester, SourceHistory | None]] = field(default_factory=list)
    known: int = 0
    set_aside: list[SetAside] = field(default_factory=list)


def sort_batch(drafts: Sequence[Draft], *, actor: Actor) -> _Batch:
    """Return which drafts are good, known and to be set aside. Writes nothing; one query."""
    batch = _Batch()
    keys = {(draft.source, draft.external_no) for draft in drafts if draft.external_no}
    standing = set(
        Case.objects.everywhere("import: which numbers stand already")
        .filter(
            source__in={source for source, _number in keys},
            external_no__in={number for _source, number in keys},
        )
        .values_list("source", "external_no")
    )
    for index, draft in enumerate(drafts):
        key = (draft.source, draft.external_no)
        if draft.external_no and key in standing:
            batch.known += 1
            continue
        try:
            case, requester = checked_rows(draft, actor=actor)
            _check_history(draft.history, case, now=actor.now)
        except RuleBroken as refused:
            batch.set_aside.append(SetAside(index, refused))
            continue
        batch.good.append((index, case, requester, draft.history))
        standing.add(key)
    return batch


@operation(P.IMPORT)
def receive_batch(
    *, actor: Actor, drafts: Sequence[Draft], step: RunStep | None = None
) -> BatchOutcome:
    """Take many requests by the same rules. Bad rows are set aside, none is lost.

    Rows whose (source, external_no) stand already, in the table or earlier in the batch, are counted
    as known and change nothing. A draft with a history stands as far as its source has come: closed, or with
    an order to its unit, by a second event that keeps the source's dates. With `step` the run's count moves in
    the same transaction. Raises RuleBroken: somebody else moved the run on.
    """
    run = _locked_run(step, actor=actor) if step else None
    batch, cases = taken_in(drafts, actor=actor)
    if run is not None and step is not None:
        _move_on(run, step, batch, actor=actor)
    return BatchOutcome(cases, batch.known, batch.set_aside)


def taken_in(drafts: Sequence[Draft], *, actor: Actor) -> tuple[_Batch, list[Case]]:
    """Write what is good of a batch, as `receive_batch` says; for operations that keep more beside it."""
    assert connection.in_atomic_block
    batch = sort_batch(drafts, actor=actor)
    cases = write_cases([(case, who) for _i, case, who, _h in batch.good], actor=actor)
    told = [(case, history) for _i, case, _who, history in batch.good if history is not None]
    orders = _open_orders(told, actor=actor)
    move_each_case(
        [case for case, _h in told if case.pk in orders],
        "take_over",
        actor=actor,
        lead_order_id={key: order.pk for key, order in orders.items()},
    )
    closed = {case.pk: history.closed_at for case, history in told if history.state == "closed"}
    move_each_case(
        [case for case, _h in told if case.pk in closed],
        "take_over_closed",
        actor=actor,
        closed_at=closed,
    )
    _keep_history(told, orders, actor=actor)
    return batch, cases


def _check_history(history: SourceHistory | None, case: Case, *, now: dt.datetime) -> None:
    if history is None:
        return
    if history.state == "closed":
        if history.closed_at is None:
            raise CLOSED_WITHOUT_DATE()
        if history.closed_at < case.received_at:
            raise CLOSED_TOO_EARLY()
    if history.closed_at is not None:
        check_moment(history.closed_at, now=now)


def _open_orders(
    told: Sequence[tuple[Case, SourceHistory]], *, actor: Actor
) -> dict[int, WorkOrder]:
    """Write an order for each case that its source has given to a unit we know. Returns them by case.

    The clocks run from the day the source received it: to the source's own deadline if it states one, else by
    the profile in force at the place. Where neither is, no clock can start and the case waits for dispatch.
    """
    profiles: dict[int, ClockProfile | None] = {}
    orders: list[WorkOrder] = []
    alerts: list[ClockAlert] = []
    for case, history in told:
        if history.state != "in_handling" or history.unit is None:
            continue
        if case.place_id not in profiles:
            profiles[case.place_id] = profile_for(case.place, at=actor.now)
        profile = profiles[case.place_id]
        limits = profile.of(class_of(kind=case.kind, urgency=case.urgency)) if profile else None
        found = deadlines_of(limits, at=case.received_at) if limits else None
        given = columns(limits, found, now=actor.now) if limits and found else {}
        points = [(one.clock, one.percent, one.at) for one in found.alerts] if found else []
        due = history.due_at if history.due_at and history.due_at > case.received_at else None
        if due is not None:
            contact = given.get("first_contact_due_at")
            given |= {
                "handling_due_at": due,
                "first_contact_due_at": min(contact, due) if contact else due,
                "handling_is_provisional": False,
                "calendar_read_at": None,
            }
            whole = due - case.received_at
            points = [point for point in points if point[0] == OrderClock.FIRST_CONTACT] + [
                (OrderClock.HANDLING, percent, case.received_at + whole * (percent / 100))
                for percent in ALERT_PERCENTS
            ]
        if not given:
            continue
        order = WorkOrder(
            case=case,
            lead=history.unit,
            state_since=case.received_at,
            dispatched_at=case.received_at,
            first_dispatched_at=case.received_at,
            clock_started_at=case.received_at,
            **given,
            **case.scope,
        )
        orders.append(order)
        alerts += [ClockAlert(order=order, clock=c, percent=p, due_at=at) for c, p, at in points]
    insert_many(orders)
    for alert in alerts:
        alert.order = alert.order  # takes the key its order has just been given
    insert_many(alerts)
    return {order.case_id: order for order in orders}


def _keep_history(
    told: Sequence[tuple[Case, SourceHistory]], orders: Mapping[int, WorkOrder], *, actor: Actor
) -> None:
    insert_many(
        SourceRecord(
            case=case,
            said=history.said[:64],
            unit=history.unit,
            unit_said=history.unit_said[:100],
            due_at=history.due_at,
            closed_at=history.closed_at,
            reply=history.reply,
        )
        for case, history in told
    )
    happened: list[tuple[Any, int, int]] = []
    for case, history in told:
        order = orders.get(case.pk)
        case.version += 1
        happened.append(
            (
                CaseImported(
                    case_id=case.pk,
                    source=Code(case.source),
                    state=Code(history.state),
                    order_id=order.pk if order else None,
                    lead_id=order.lead_id if order else None,
                    received_at=case.received_at,
                    due_at=history.due_at,
                    closed_at=history.closed_at,
                ),
                case.pk,
                case.version,
            )
        )
    Case.objects.everywhere("import: the cases just written").filter(
        pk__in=[case.pk for case, _h in told]
    ).update(version=2)
    record_many(happened, actor=actor, kind="case")


def say_source_anew(case_id: int, history: SourceHistory, *, actor: Actor, permission: str) -> bool:
    """Write what a case's source says of it now, inside an operation. Return whether that was anything new.

    Nothing moves by it: the case's own state and clocks are ours. Raises Case.DoesNotExist outside the scope.
    """
    assert connection.in_atomic_block
    case = Case.objects.locked(case_id, actor=actor, permission=permission)
    said = {
        "said": history.said[:64],
        "unit": history.unit,
        "unit_said": history.unit_said[:100],
        "due_at": history.due_at,
        "closed_at": history.closed_at,
        "reply": history.reply,
    }
    record_of, is_new = SourceRecord.objects.select_related("unit").get_or_create(
        case=case, defaults=said
    )
    if not is_new and all(getattr(record_of, name) == value for name, value in said.items()):
        return False
    SourceRecord.objects.filter(pk=record_of.pk).update(**said)
    event = CaseSourceSaid(
        case_id=case.pk,
        state=Code(history.state),
        due_at=history.due_at,
        closed_at=history.closed_at,
    )
    happened(case, event, actor=actor)
    return True


def _locked_run(step: RunStep, *, actor: Actor) -> ImportRun:
    run = ImportRun.objects.select_for_update().get(pk=step.run_id, user_id=actor.user_id)
    if run.position != step.position or run.ended_at is not None:
        raise OTHERS_AT_WORK()
    return run


_COUNTED = (
    *("created", "known", "set_aside", "doubtful", "left_open", "position"),
    *("attempt_count", "ended_at", "beat_at", "version"),
)


def _move_on(run: ImportRun, step: RunStep, batch: _Batch, *, actor: Actor) -> None:
    """Count a batch's rows and keep those that were set aside; end the run with its last row."""
    refused = [*step.refused, *((step.rows[one.index], one.refused) for one in batch.set_aside)]
    doubts = [
        (row, doubt)
        for index, _case, _who, _history in batch.good
        for row in (step.rows[index],)
        for doubt in row.doubts
    ]
    kept = [_aside(run, row, broken, was_taken=False) for row, broken in refused]
    kept += [_aside(run, row, broken, was_taken=True) for row, broken in doubts]
    insert_many(kept)
    run.created += len(batch.good)
    run.known += batch.known
    run.set_aside += len(refused)
    run.doubtful += len({row.record for row, _doubt in doubts})
    run.left_open += sum(step.rows[index].is_left_open for index, *_rest in batch.good)
    run.position = run.created + run.known + run.set_aside
    run.attempt_count = 0
    if run.position == run.total:
        run.ended_at = actor.now
        run.beat_at = None
        run.version += 1
        ImportChunk.objects.filter(run=run).delete()
        ended = ImportEnded(
            run_id=run.pk,
            created=run.created,
            known=run.known,
            set_aside=run.set_aside,
            doubtful=run.doubtful,
            left_open=run.left_open,
        )
        record(ended, actor=actor, kind="import", stream=run.pk, seq=run.version)
    run.save(update_fields=_COUNTED)


def _aside(run: ImportRun, row: RowAt, broken: RuleBroken, *, was_taken: bool) -> ImportAside:
    said = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said[language] = broken.message
    text = json.dumps({"row": dict(row.row), "said": said}, ensure_ascii=False)
    return ImportAside.of(
        text,
        run=run,
        record=row.record,
        line=row.line,
        code=broken.code,
        was_taken=was_taken,
    )
