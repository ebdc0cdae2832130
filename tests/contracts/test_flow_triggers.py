"""What the database itself refuses, whoever asks: steps outside the table, torn rows, another past."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from linli.cases import operations
from linli.cases.flows import CASE, ORDER, TASK
from linli.cases.models import Case, CoTask
from linli.kernel.flow import Flow
from linli.kernel.models import Event
from tests.builders import Town, a_case
from tests.cases.standing import standing_town
from tests.conftest import NOW


def pairs(flow: Flow) -> list[tuple[str, str]]:
    codes = [state.code for state in flow.states]
    return [(source, target) for source in codes for target in codes if source != target]


def set_state(flow: Flow, *, pk: int, to: str) -> str:
    """Try the state in SQL, past every operation. Return what the database said against it."""
    table = {"case": "cases_case", "order": "cases_workorder", "task": "cases_cotask"}[flow.name]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET state = %s WHERE id = %s", [to, pk])
            assert cursor.rowcount == 1
            transaction.set_rollback(True)
    except DatabaseError as refused:
        return str(refused)
    return ""


@pytest.fixture
def standing(db: None) -> dict[str, dict[str, int]]:
    """Return the id of a row in each state of each flow."""
    town = standing_town()
    at: dict[str, dict[str, int]] = {"order": {}, "case": {}, "task": {}}
    for state in CASE.states:
        at["case"][state.code] = a_case(town, at=AS_BUILT.get(state.code, state.code)).pk
    for state in ORDER.states:
        at["order"][state.code] = a_case(town, at=state.code).lead_order_id
    for state in TASK.states:
        at["task"][state.code] = a_task(town, at=state.code).pk
    return at


AS_BUILT = {"in_handling": "in_progress"}
TO_STATE: dict[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "sent": (),
    "coming": (("come", "partner", {}),),
    "arrived": (("arrive", "partner", {}),),
    "handling": (("take_on", "partner", {}),),
    "done": (("take_on", "partner", {}), ("finish_task", "partner", {"result": "换好了"})),
    "not_ours": (("return_task", "partner", {"clause": "合同", "result": "不在内"}),),
    "withdrawn": (("withdraw_task", "worker", {"result": "不用了"}),),
}


def a_task(town: Town, *, at: str) -> CoTask:
    case = a_case(town, at="in_progress")
    task = operations.give_task(
        actor=town.actor("worker"),
        case_id=case.pk,
        organisation_id=town.units["team-029"].pk,
        words="看一下电梯",
    )
    for name, who, given in TO_STATE[at]:
        getattr(operations, name)(actor=town.actor(who), task_id=task.pk, **given)
    return task


@pytest.mark.parametrize("flow", [CASE, ORDER, TASK], ids=lambda flow: flow.name)
def test_the_database_refuses_every_step_that_is_not_in_the_table(
    flow: Flow, standing: dict[str, dict[str, int]]
) -> None:
    assert set(standing[flow.name]) == {state.code for state in flow.states}
    refused = {
        (source, target)
        for source, target in [*pairs(flow), *((s.code, "lost") for s in flow.states)]
        if "Invalid transition" in set_state(flow, pk=standing[flow.name][source], to=target)
    }
    legal = set(pairs(flow)) - refused
    assert legal == set(flow.edges)
    assert {(state.code, "lost") for state in flow.states} <= refused


def test_the_owner_is_refused_as_well(closed: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert "Invalid transition" in set_state(ORDER, pk=closed.lead_order_id, to="accepted")


@pytest.fixture
def closed(db: None) -> Case:
    return a_case(standing_town(), at="closed")


def test_a_row_may_stay_where_it_is(standing: dict[str, dict[str, int]]) -> None:
    for flow in (CASE, ORDER, TASK):
        for code, pk in standing[flow.name].items():
            assert set_state(flow, pk=pk, to=code) == ""


def test_a_second_open_order_is_refused(db: None) -> None:
    order = a_case(standing_town(), at="accepted").lead_order
    order.pk = None
    with pytest.raises(IntegrityError, match="order_one_open"), transaction.atomic():
        order.save(force_insert=True)


@pytest.mark.parametrize(
    ("flow", "changes", "constraint"),
    [
        (CASE, {"closed_at": None}, "case_closed_has_time"),
        (CASE, {"lead_order": None}, "case_handling_has_order"),
        (CASE, {"words": ""}, "case_words_not_empty"),
        (ORDER, {"public_reply": ""}, "order_reported_has_reply"),
        (ORDER, {"satisfaction": None}, "order_answer_is_whole"),
        (ORDER, {"handling_due_at": NOW - dt.timedelta(days=99)}, "order_contact_due_first"),
        (ORDER, {"resolution": "perhaps"}, "order_resolution_known"),
    ],
)
def test_the_database_keeps_what_belongs_together(
    flow: Flow, changes: dict[str, Any], constraint: str, closed: Case
) -> None:
    row = {"case": closed, "order": closed.lead_order}[flow.name]
    rows = type(row)._base_manager.filter(pk=row.pk)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**changes)


@pytest.mark.parametrize(
    "change",
    ["UPDATE kernel_event SET payload = '{}' WHERE {}", "DELETE FROM kernel_event WHERE {}"],
)
@pytest.mark.parametrize(("role", "said"), [("linli_app", "denied"), (None, "Cannot update")])
def test_the_past_of_a_case_cannot_be_changed(
    change: str, role: str | None, said: str, closed: Case
) -> None:
    """By missing privilege for the application, by the trigger for the owner of the table."""
    pk = closed.pk
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}" if role else "RESET ROLE")
    before = list(Event.objects.filter(stream_id=pk).values_list())
    with pytest.raises(DatabaseError, match=said), transaction.atomic():
        connection.cursor().execute(change.replace("WHERE {}", f"WHERE stream_id = {pk}"))
    assert list(Event.objects.filter(stream_id=pk).values_list()) == before
