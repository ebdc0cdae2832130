"""The flow of a problem: every move from every state by everybody, and what the database refuses by itself."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction

from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from linli.kernel.flow import STAYS
from linli.kernel.models import Event
from linli.problems import operations
from linli.problems.flows import PROBLEM
from linli.problems.models import Problem
from tests.builders import Town, a_case
from tests.conftest import NOW
from tests.problems.building import DAY, at_state, clockwork, fresh

STATES = [state.code for state in PROBLEM.states]


def given_for(town: Town, name: str) -> dict[str, Any]:
    if name == "add_case":
        return {"case": a_case(town, now=NOW - 40 * DAY, category="0401").number}
    return {
        "set_aside": {"because": "一时停电"},
        "plan": {"cause": "配件停产", "owner": town.units["committee-029"]},
        "end_measure": {"measure": "换了曳引机"},
    }.get(name, {})


def people(town: Town) -> dict[str, Actor]:
    return {**{who: town.actor(who) for who in town.users}, "clock": clockwork()}


IN_AREA = {"worker", "street_officer", "district_officer", "office", "leader", "clock"}


@pytest.mark.parametrize("at", STATES)
def test_every_move_from_every_state_by_everybody(town: Town, at: str) -> None:
    problem = at_state(town, at)
    for move in PROBLEM.moves:
        given = given_for(town, move.name)
        for who, actor in people(town).items():
            allowed = actor.may(move.permission) and who in IN_AREA and at in move.sources
            if move.name in ("join", "recur"):
                continue  # what the clock does needs calls that came: test_sweep.py
            version = fresh(problem).version
            point = transaction.savepoint()
            try:
                getattr(operations, move.name)(actor=actor, problem_id=problem.pk, **given)
                was_taken = True
            except (RuleBroken, ObjectDoesNotExist):
                was_taken = False
            if move.name == "solve" and at == "watched":
                allowed = False  # the watch is not over
            assert was_taken == allowed, (move.name, who)
            after = fresh(problem)
            assert after.version == version + was_taken
            wanted = at if not was_taken or move.target == STAYS else move.target
            assert after.state == wanted
            transaction.savepoint_rollback(point)
            assert fresh(problem).state == at


@pytest.mark.parametrize("at", STATES)
def test_the_database_refuses_every_step_that_is_not_in_the_table(town: Town, at: str) -> None:
    problem = at_state(town, at)
    for target in [*STATES, "lost"]:
        if target == at or (at, target) in PROBLEM.edges:
            continue
        with (
            pytest.raises(DatabaseError, match="Invalid transition"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE problems_problem SET state = %s WHERE id = %s", [target, problem.pk]
            )


@pytest.mark.parametrize(
    ("name", "field"), [("set_aside", "because"), ("plan", "cause"), ("end_measure", "measure")]
)
def test_what_a_move_needs_is_more_than_blanks(town: Town, name: str, field: str) -> None:
    problem = at_state(town, "in_hand" if name == "end_measure" else "open")
    given = given_for(town, name) | {field: "  "}
    with pytest.raises(RuleBroken) as broken:
        getattr(operations, name)(actor=town.actor("worker"), problem_id=problem.pk, **given)
    assert broken.value.code == "kernel.field_needed"


def test_the_stream_of_a_problem_has_no_gap(town: Town) -> None:
    problem = at_state(town, "solved")
    events = Event.objects.filter(stream_kind="problem", stream_id=problem.pk).order_by("seq")
    assert [event.seq for event in events] == list(range(1, problem.version + 1))
    assert [event.name for event in events] == [
        "problem.gathered",
        "problem.planned",
        "problem.measure_ended",
        "problem.solved",
    ]


def test_plan_and_means_wait_for_the_plan(town: Town) -> None:
    problem: Problem = at_state(town, "open")
    for call, given in (
        (operations.add_step, {"words": "报价", "due_on": NOW.date()}),
        (operations.apply_for_money, {"source": "公益金", "amount": Decimal(1)}),
    ):
        with pytest.raises(RuleBroken) as broken:
            call(actor=town.actor("worker"), problem_id=problem.pk, form_key=uuid.uuid4(), **given)
        assert broken.value.refusal is operations.NOT_IN_HAND
