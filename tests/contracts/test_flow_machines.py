"""The flows, driven at random and one by one through the operations by right and wrong people.

The flow tables are the model (`flow_model.py`): which move leads where, who may, which fields it
needs. The database is the system under test: rows, constraints, the event stream. Whatever is tried,
the two agree.
"""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from linli.cases import operations
from linli.cases.flows import CASE, ENDED, ORDER, TASK
from linli.cases.models import Application, Case, Objection, WorkOrder
from linli.kernel.actor import Actor
from linli.kernel.models import Event, Outbox
from tests.builders import BESIDE, STEPS, Town, a_case, a_draft
from tests.cases.standing import standing_town
from tests.conftest import NOW
from tests.contracts.flow_model import (
    PEOPLE,
    TAKEN_BY,
    Asked,
    Model,
    Taken,
    aimed,
    cast,
    open_tasks,
    take,
)

HANDED = ("committee-029", "street-019", "team-029")

BY_FILE = {("case", "take_over"), ("case", "take_over_closed")}
"""Made of rows that are being written, never of a case that stands: tests/cases/imports/test_history.py."""


def test_every_move_is_taken_by_the_machine() -> None:
    moves = {(flow.name, move.name) for flow in (CASE, ORDER, TASK) for move in flow.moves}
    assert moves == {*TAKEN_BY, *BY_FILE}


class CaseMachine(RuleBasedStateMachine):
    """One case with its orders, co-tasks, objections and applications beside the model."""

    town: Town
    people: dict[str, Actor]

    @initialize(
        has_phone=st.booleans(),
        wants_reply=st.booleans(),
        kind=st.sampled_from(["complaint", "suggestion"]),
    )
    def receive(self, has_phone: bool, wants_reply: bool, kind: str) -> None:
        self.now = NOW
        phone = "19900001234" if has_phone else ""
        draft = a_draft(self.town, wants_reply=wants_reply, phone=phone, kind=kind)
        self.case = operations.receive(actor=self.people["operator"], draft=draft)
        self.model = Model(
            scope=self.case.scope,
            units={code: self.town.units[code].pk for code in HANDED},
            must_be_reached=has_phone and wants_reply,
            kind=kind,
        )

    @rule(taken=st.sampled_from(sorted(TAKEN_BY)), who=st.sampled_from(PEOPLE), data=st.data())
    def take_any(self, taken: Taken, who: str, data: st.DataObject) -> None:
        self.take(taken, who, self.drawn(taken, data))

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Take a move that is open, by one who may: so that machines get far."""
        open_ones = []
        for taken in sorted(TAKEN_BY):
            given = aimed(self.model, taken, words_of(taken), case=self.case)
            for who in PEOPLE:
                actor = self.people[who].at(self.now + dt.timedelta(minutes=7))
                if self.model.allows(taken, actor, given):
                    open_ones.append((taken, who, given))
        if open_ones:
            self.take(*data.draw(st.sampled_from(open_ones)))

    @rule(hours=st.sampled_from([1, 5, 60]))
    def wait(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours)

    def drawn(self, taken: Taken, data: st.DataObject) -> dict[str, Any]:
        given = {name: data.draw(of) for name, of in TAKEN_BY[taken][1].items()}
        return aimed(self.model, taken, given, case=self.case)

    def take(self, taken: Taken, who: str, given: dict[str, Any]) -> None:
        self.now += dt.timedelta(minutes=7)
        actor = self.people[who].at(self.now)
        self.case.refresh_from_db()
        expected = self.model.allows(taken, actor, given)
        was_taken, made = take(taken, actor=actor, case=self.case, given=given)
        assert was_taken == expected, (taken, who, given)
        if expected:
            self.model.follow(taken, actor, given, made)

    @invariant()
    def model_and_database_agree(self) -> None:
        row = Case.objects.everywhere("test").select_related("lead_order").get(pk=self.case.pk)
        self.check_states(row)
        self.check_orders(row)
        self.check_papers(row)
        self.check_stream(row)

    def check_states(self, row: Case) -> None:
        order, model = row.lead_order, self.model
        assert row.state == model.states["case"]
        assert (order.state if order else None) == model.states["order"]
        assert (row.closed_at is not None) == (row.state in ENDED)
        model.due_at = order.handling_due_at if order else None
        if order is not None:
            assert order.lead_id == model.lead_id
            assert (order.first_contact_at is not None) == model.was_reached
            assert order.attempt_count == model.attempts
            assert order.pause_count == model.counts.get("pause", 0)

    def check_orders(self, row: Case) -> None:
        """One order is open while the case is in handling; none before it, none after."""
        states = list(WorkOrder.objects.filter(case=row).values_list("state", flat=True))
        assert len(states) == self.model.orders
        assert sum(state != "closed" for state in states) == (row.state == "in_handling")

    def check_papers(self, row: Case) -> None:
        """Tasks, objections and applications stand as the model has them, parts due with the whole."""
        order = row.lead_order
        if order is None:
            return
        tasks = {task.pk: task for task in open_tasks(row) if task.order_id == order.pk}
        assert {pk: task.state for pk, task in tasks.items()} == {
            pk: state for pk, (_unit, state) in self.model.tasks.items()
        }
        assert all(task.due_at <= order.handling_due_at for task in tasks.values() if task.is_open)
        objected = Objection.objects.filter(order=order).values_list("unit_id", flat=True)
        assert set(objected) == self.model.objected
        stood = Application.objects.filter(order=order, lapsed_at__isnull=True).order_by("pk")
        assert [(one.kind, one.is_granted) for one in stood] == [
            (one.kind, one.is_granted) for one in self.model.asked
        ]
        assert all(one.decided_by != one.user_id for one in stood)
        paused = [one for one in stood if one.kind == "pause" and one.is_granted]
        assert sum(one.ended_at is None for one in paused) == (order.state == "paused")
        held = [one for one in stood if one.kind == "hold" and one.is_granted]
        assert sum(one.ended_at is None for one in held) == (order.state == "on_ledger")

    def check_stream(self, row: Case) -> None:
        events = Event.objects.filter(stream_kind="case", stream_id=row.pk).order_by("seq")
        seqs = list(events.values_list("seq", flat=True))
        assert seqs == list(range(1, self.model.events + 1))
        assert row.version == len(seqs)
        assert Outbox.objects.filter(event_id__in=events.values("pk")).count() == len(seqs)


def test_whatever_is_tried_model_and_database_agree(db: None) -> None:
    town = standing_town()
    a_case(town)  # with which another may be merged
    machine = type("Machine", (CaseMachine,), {"town": town, "people": cast(town)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            # Without shrinking: with a database it takes minutes, and a walk of 25 steps reads well.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


ANY: dict[str, Any] = {
    "means": "phone",
    "was_reached": True,
    "resolution": "solved",
    "was_contacted": True,
    "answered": "solved",
    "satisfaction": "satisfied",
    "kind": "help",
    "urgency": "N",
    "is_theirs": True,
    "amount": 3,
    "hours": 40,
    "again_hours": 40,
}
CODES = {
    "answer": {"disposition": "answer_now"},
    "transfer": {"disposition": "emergency_line"},
    "refer": {"disposition": "beyond_duty"},
    "merge": {"disposition": "duplicate_no_new_facts"},
    "decline": {"disposition": "secret_or_privacy"},
    "ask_pause": {"reason": "season"},
    "ask_extension": {"reason": "material"},
    "ask_hold": {"reason": "law"},
    "ask_exclusion": {"reason": "wrong_facts"},
    "escalate": {"reason": "no_power"},
    "supervise": {"reason": "overdue"},
}


def words_of(taken: Taken) -> dict[str, Any]:
    """Return something for every field of a move that stands in no rule's way."""
    given = {name: ANY.get(name, "情况属实。") for name in TAKEN_BY[taken][1]}
    return {**given, **CODES.get(taken[1], {})}


def modelled(town: Town, at: str) -> tuple[Case, Model]:
    """Return a case that stands `at` and the model of it."""
    case = a_case(town, at="reported" if at == "tried" else at)
    means = ("phone", "message", "phone") if at == "tried" else ()
    for one in means:
        operations.miss_follow_up(actor=town.actor("follow_up"), case_id=case.pk, means=one)
    order = case.lead_order
    units = {code: town.units[code].pk for code in HANDED}
    model = Model(case.scope, units, must_be_reached=True)
    model.states |= {"case": case.state, "order": order.state if order else None}
    model.ended_at = case.closed_at
    if order is not None:
        model.lead_id, model.leads = order.lead_id, {order.lead_id}
        model.dispatched_at = order.dispatched_at
        model.was_reached = order.first_contact_at is not None
        model.attempts, model.means = order.attempt_count + len(means), set(means)
        model.answered, model.resolution = order.answered or "", order.resolution or ""
        model.objected = set(order.objections.values_list("unit_id", flat=True))
        model.asked = [
            Asked(one.kind, one.user_id, one.until, one.is_granted)
            for one in order.applications.all()
        ]
        model.counts = {"pause": order.pause_count}
    return case, model


@pytest.mark.parametrize("at", [*STEPS, *BESIDE, "merged", "tried"])
def test_every_move_from_every_state_by_everybody(db: None, at: str) -> None:
    """The same question asked of every move and person once, where chance might leave some out."""
    town = standing_town()
    people = cast(town)
    assert set(people) == set(PEOPLE)
    a_case(town)
    case, model = modelled(town, at)
    taken_by_somebody = set()
    for taken in TAKEN_BY:
        for who, actor in people.items():
            given = aimed(model, taken, words_of(taken), case=case)
            expected = model.allows(taken, actor, given)
            was_taken, _made = take(taken, actor=actor, case=case, given=given)
            assert was_taken == expected, (taken, who)
            if expected:
                taken_by_somebody.add(taken[1])
                case, model = modelled(town, at)
    assert taken_by_somebody == OPEN_AT[at]


SORTED = {"triage", "consult", "dispatch", "answer", "transfer", "refer", "merge", "decline"}
CALLED_BACK = {"miss_follow_up", "agree_follow_up", "follow_up"}
ASKED = {"ask_pause", "ask_extension", "ask_hold", "escalate", "ask_exclusion"}
OPEN_AT = {
    "received": SORTED,
    "pending_dispatch": SORTED - {"triage"},
    "answered": {"reopen"},
    "transferred": {"reopen"},
    "referred": {"reopen"},
    "declined": {"reopen"},
    "merged": set(),
    "dispatched": {"accept", "object", "supervise"},
    "objecting": {"rule_elsewhere", "rule_final", "supervise"},
    "accepted": {"contact", "object", "escalate", "supervise"},
    "in_progress": {"contact", "report", "give_task", "supervise"} | ASKED,
    "paused": {"resume", "escalate", "supervise"},
    "on_ledger": {"ask_hold", "clear_hold", "escalate", "ask_exclusion", "supervise"},
    "reported": {"verify", "send_back", "supervise", "ask_exclusion"} | CALLED_BACK,
    "verified": {"supervise", "ask_exclusion"} | CALLED_BACK,
    "tried": {"verify", "send_back", "supervise", "ask_exclusion", "close", "finish"} | CALLED_BACK,
    "followed_up": {"supervise", "ask_exclusion", "close", "finish"},
    "closed": {"reopen", "ask_exclusion"},
}
