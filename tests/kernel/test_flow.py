"""A wrong table of states never gets as far as a running system, and a right one answers for its rows."""

import datetime as dt
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from linli.kernel.actor import Actor, Grant
from linli.kernel.errors import FIELD_NEEDED, NOT_ALLOWED, NOT_NOW, Refusal, RuleBroken
from linli.kernel.flow import Flow, FlowError, Move, State

BUSY = Refusal("test.busy", "%(name)s is busy")
OPEN, DONE = State("open", "Open", "open"), State("done", "Done", "done", terminal=True)
FINISH = Move("finish", "Finish", ("open",), "done", "test.finish")


def a_flow(**given: Any) -> Flow:
    """Return a right table of two states and one move, with what is given in its place."""
    table: dict[str, Any] = {
        "name": "test",
        "initial": "open",
        "states": (OPEN, DONE),
        "moves": (FINISH,),
        **given,
    }
    return Flow(**table)


def an_actor(*permissions: str) -> Actor:
    grant = Grant(role="tester", permissions=frozenset(permissions))
    return Actor(user_id=1, name="T", grants=(grant,), now=dt.datetime(2026, 11, 18, tzinfo=dt.UTC))


@dataclass
class Row:
    state: str = "open"


def test_a_right_table_is_accepted() -> None:
    assert a_flow().edges == [("open", "done")]


LOST = State("lost", "Lost", "wait", terminal=True)
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a state named twice": ({"states": (OPEN, OPEN, DONE)}, "named twice"),
    "a move named twice": ({"moves": (FINISH, FINISH)}, "named twice"),
    "an unknown source": ({"moves": (Move("finish", "", ("opne",), "done", "p"),)}, "'opne'"),
    "an unknown target": ({"moves": (Move("finish", "", ("open",), "dnoe", "p"),)}, "'dnoe'"),
    "no source": ({"moves": (FINISH, Move("again", "", (), "done", "p"))}, "test.again"),
    "a state never reached": ({"states": (OPEN, DONE, LOST)}, "'lost'"),
    "an unknown initial state": ({"initial": "opne"}, "never reached"),
    "an end with a way out": (
        {"moves": (FINISH, Move("reopen", "", ("done",), "open", "p"))},
        "test.done",
    ),
    "a dead end that is no end": (
        {"states": (OPEN, State("done", "Done", "done"))},
        "test.done",
    ),
    "a loop as the only way out": (
        {
            "states": (OPEN, State("done", "Done", "done")),
            "moves": (FINISH, Move("stay", "", ("done",), "done", "p")),
        },
        "test.done",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_table_is_refused_when_it_is_made(case: str) -> None:
    given, named = WRONG[case]
    with pytest.raises(FlowError, match=named):
        a_flow(**given)


def test_an_end_may_be_repeated_in_place() -> None:
    stay = Move("note", "", ("done",), "done", "p")
    flow = a_flow(moves=(FINISH, stay))
    assert flow.edges == [("open", "done")]  # staying is no edge; the trigger lets it through


def test_what_is_generated_follows_the_table() -> None:
    flow = a_flow()
    assert flow.choices == [("open", "Open"), ("done", "Done")]
    assert flow.check().name == "test_state_known"
    assert flow.trigger().transitions == [("open", "done")]
    assert flow.diagram() == (
        "stateDiagram-v2\n    [*] --> open\n    open --> done: finish\n    done --> [*]\n"
    )


def test_a_move_is_closed_to_whoever_lacks_the_permission() -> None:
    refusal = a_flow().closed(Row(), "finish", actor=an_actor("test.other"))
    assert refusal is not None
    assert refusal.refusal is NOT_ALLOWED


def test_a_move_is_closed_from_another_state() -> None:
    refusal = a_flow().closed(Row("done"), "finish", actor=an_actor("test.finish"))
    assert refusal is not None
    assert refusal.refusal is NOT_NOW
    assert refusal.facts == {"move": "Finish", "state": "Done"}


def test_a_guard_is_asked_last_and_says_why() -> None:
    def busy(row: Any, actor: Actor) -> RuleBroken | None:
        return BUSY(name=actor.name)

    flow = a_flow(moves=(Move("finish", "Finish", ("open",), "done", "test.finish", guard=busy),))
    able = an_actor("test.finish")
    closed = {
        "guard": flow.closed(Row(), "finish", actor=able),
        "state": flow.closed(Row("done"), "finish", actor=able),
    }
    assert closed["guard"] is not None
    assert closed["guard"].message == "T is busy"
    assert closed["state"] is not None
    assert closed["state"].refusal is NOT_NOW


def test_openings_are_those_of_the_actors_own_roles() -> None:
    leave = Move("leave", "Leave", ("open",), "done", "test.leave")
    flow = a_flow(moves=(FINISH, leave))
    both = flow.open_to(Row(), actor=an_actor("test.finish", "test.leave"))
    assert [(o.move.name, o.is_open) for o in both] == [("finish", True), ("leave", True)]
    one = flow.open_to(Row("done"), actor=an_actor("test.finish", "test.leave"), names=("leave",))
    assert [(o.move.name, o.is_open) for o in one] == [("leave", False)]
    assert flow.open_to(Row(), actor=an_actor()) == []


class Fields:
    """Enough of a model's `_meta` to name a field."""

    @staticmethod
    def get_field(name: str) -> Any:
        return SimpleNamespace(verbose_name=f"the {name}")


@dataclass
class Written:
    """A row whose move needs a reason, or a row that the move leaves beside it."""

    state: str = "open"
    reason: Any = ""
    _meta = Fields


@pytest.mark.parametrize("given", [{}, {"reason": None}, {"reason": ""}, {"reason": ()}], ids=str)
def test_a_move_wants_each_field_it_needs_and_names_the_one_it_lacks(given: dict[str, Any]) -> None:
    flow = a_flow(moves=(replace(FINISH, needs=("reason",)),))
    able = an_actor("test.finish")
    flow.require(Written(), "finish", actor=able, reason="told")
    # What stands on the row already was another move's reason.
    with pytest.raises(RuleBroken) as broken:
        flow.require(Written(reason="an old one"), "finish", actor=able, **given)
    assert broken.value.refusal is FIELD_NEEDED
    assert broken.value.field == "reason"
    assert broken.value.facts == {"move": "Finish", "field": "the reason"}


def test_a_needed_field_may_be_that_of_the_row_left_beside() -> None:
    flow = a_flow(moves=(replace(FINISH, needs=("reason",)),))
    able = an_actor("test.finish")
    flow.require(Written(), "finish", actor=able, beside=Written(reason="told"))
    with pytest.raises(RuleBroken) as broken:
        flow.require(Written(), "finish", actor=able, beside=Written())
    assert broken.value.refusal is FIELD_NEEDED
