"""Both flows, driven at random and one by one through the operations by right and wrong people.

The flow tables are the model (`flow_model.py`): which move leads where, who may, which fields it
needs. The database is the system under test: rows, constraints, the event stream. Whatever is tried,
the two agree.
"""

import datetime as dt
import itertools
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
from linli.cases.flows import CASE, ORDER
from linli.cases.models import Case, WorkOrder
from linli.cases.rules import FOLLOW_UP_ATTEMPTS
from linli.kernel.actor import Actor
from linli.kernel.models import Event, Outbox
from tests.builders import STEPS, Town, a_case, a_draft
from tests.cases.standing import standing_town
from tests.conftest import NOW
from tests.contracts.flow_model import PEOPLE, TAKEN_BY, Model, cast, is_taken


def test_every_move_is_taken_by_the_machine() -> None:
    moves = {(flow.name, move.name) for flow in (CASE, ORDER) for move in flow.moves}
    assert moves == set(TAKEN_BY)


class CaseMachine(RuleBasedStateMachine):
    """One case and its order beside the model."""

    town: Town
    people: dict[str, Actor]

    @initialize(has_phone=st.booleans(), wants_reply=st.booleans())
    def receive(self, has_phone: bool, wants_reply: bool) -> None:
        self.now = NOW
        phone = "19900001234" if has_phone else ""
        draft = a_draft(self.town, wants_reply=wants_reply, phone=phone)
        self.case = operations.receive(actor=self.people["operator"], draft=draft)
        self.model = Model(
            scope=self.case.scope,
            lead_id=self.town.units["committee-029"].pk,
            must_be_reached=has_phone and wants_reply,
        )

    @rule(taken=st.sampled_from(sorted(TAKEN_BY)), who=st.sampled_from(PEOPLE), data=st.data())
    def take_any(self, taken: tuple[str, str], who: str, data: st.DataObject) -> None:
        self.take(taken, who, data)

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Take a move that is open, by one who may: so that machines get to the end."""
        flow = ORDER if self.model.states["order"] else CASE
        state = self.model.states[flow.name]
        names = [move.name for move in flow.moves if state in move.sources]
        if names:
            name = data.draw(st.sampled_from(names))
            right = {"cases.dispatch": "dispatcher", "cases.handle": "worker"}
            who = right.get(flow.find(name).permission, "follow_up")
            self.take((flow.name, name), who, data)

    def take(self, taken: tuple[str, str], who: str, data: st.DataObject) -> None:
        self.now += dt.timedelta(minutes=7)
        actor = self.people[who].at(self.now)
        given = {name: data.draw(of) for name, of in TAKEN_BY[taken][1].items()}
        if taken == ("case", "dispatch"):
            given["lead_id"] = self.model.lead_id
        expected = self.model.allows(taken, actor, given)
        assert is_taken(taken, actor=actor, case=self.case, given=given) == expected
        if expected:
            self.model.follow(taken, given)

    @invariant()
    def model_and_database_agree(self) -> None:
        row = Case.objects.everywhere("test").select_related("lead_order").get(pk=self.case.pk)
        self.check_states(row)
        self.check_orders(row)
        self.check_stream(row)

    def check_states(self, row: Case) -> None:
        order = row.lead_order
        assert row.state == self.model.states["case"]
        assert (order.state if order else None) == self.model.states["order"]
        assert (row.closed_at is not None) == (row.state == "closed")
        if order is not None:
            assert (order.first_contact_at is not None) == self.model.was_reached
            assert order.attempt_count == self.model.attempts == order.follow_ups.count()

    def check_orders(self, row: Case) -> None:
        """One order is open while the case is in handling; none before it, none after."""
        states = list(WorkOrder.objects.filter(case=row).values_list("state", flat=True))
        assert len(states) == (row.state != "received")
        assert sum(state != "closed" for state in states) == (row.state == "in_handling")

    def check_stream(self, row: Case) -> None:
        events = Event.objects.filter(stream_kind="case", stream_id=row.pk).order_by("seq")
        seqs = list(events.values_list("seq", flat=True))
        assert seqs == list(range(1, self.model.events + 1))
        assert row.version == len(seqs)
        assert Outbox.objects.filter(event_id__in=events.values("pk")).count() == len(seqs)


def test_whatever_is_tried_model_and_database_agree(db: None) -> None:
    town = standing_town()
    machine = type("Machine", (CaseMachine,), {"town": town, "people": cast(town)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=15,
            deadline=None,
            # Without shrinking: with a database it takes minutes, and a walk of 15 steps reads well.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


ANY: dict[str, Any] = {
    "means": "phone",
    "was_reached": True,
    "resolution": "solved",
    "public_reply": "已修好。",
    "was_contacted": True,
    "answered": "solved",
    "satisfaction": "satisfied",
}


@pytest.mark.parametrize("at", [*STEPS, "tried"])
def test_every_move_from_every_state_by_everybody(db: None, at: str) -> None:
    """The same question asked of every move and person once, where chance might leave some out."""
    town = standing_town()
    people = cast(town)
    assert set(people) == set(PEOPLE)

    def fresh() -> tuple[Case, Model]:
        case = a_case(town, at="reported" if at == "tried" else at)
        tries = FOLLOW_UP_ATTEMPTS if at == "tried" else 0
        for _ in range(tries):
            operations.miss_follow_up(actor=people["follow_up"], case_id=case.pk, means="phone")
        order = case.lead_order
        model = Model(case.scope, town.units["committee-029"].pk, must_be_reached=True)
        model.states = {"case": case.state, "order": order.state if order else None}
        model.was_reached = order is not None and order.first_contact_at is not None
        model.attempts = order.attempt_count + tries if order else 0
        return case, model

    case, model = fresh()
    taken_by_somebody = set()
    for taken, who in itertools.product(TAKEN_BY, people):
        given = {name: ANY[name] for name in TAKEN_BY[taken][1]}
        if taken == ("case", "dispatch"):
            given["lead_id"] = model.lead_id
        expected = model.allows(taken, people[who], given)
        assert is_taken(taken, actor=people[who], case=case, given=given) == expected, (taken, who)
        if expected:
            taken_by_somebody.add(taken[1])
            case, model = fresh()
    assert taken_by_somebody == OPEN_AT[at]


OPEN_AT = {
    "received": {"dispatch"},
    "dispatched": {"accept"},
    "accepted": {"contact"},
    "in_progress": {"contact", "report"},
    "reported": {"miss_follow_up", "follow_up"},
    "tried": {"miss_follow_up", "follow_up", "close", "finish"},
    "followed_up": {"close", "finish"},
    "closed": set(),
}
