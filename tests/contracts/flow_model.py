"""What the flow tables say of one case, beside the database: the model of the flow machines."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from linli.cases import operations
from linli.cases.flows import CASE, ORDER
from linli.cases.models import Case
from linli.cases.rules import FOLLOW_UP_ATTEMPTS
from linli.kernel.actor import Actor
from linli.kernel.errors import RuleBroken
from tests.builders import Town
from tests.cases.people import a_person

ANSWERS = {
    "answered": st.sampled_from(["solved", "partly", "not_solved"]),
    "satisfaction": st.sampled_from(["very", "satisfied", "basically", "not"]),
}
TAKEN_BY: dict[tuple[str, str], tuple[Any, dict[str, Any]]] = {
    ("case", "dispatch"): (operations.dispatch, {}),
    ("case", "close"): (operations.close, {}),
    ("order", "accept"): (operations.accept, {}),
    ("order", "contact"): (
        operations.contact,
        {"means": st.just("phone"), "was_reached": st.booleans()},
    ),
    ("order", "report"): (
        operations.report,
        {
            "resolution": st.sampled_from(["", "solved", "explained"]),
            "public_reply": st.sampled_from(["", " \n", "已修好。"]),
        },
    ),
    ("order", "miss_follow_up"): (operations.miss_follow_up, {"means": st.just("phone")}),
    ("order", "follow_up"): (
        operations.follow_up,
        {"means": st.just("phone"), "was_contacted": st.booleans(), **ANSWERS},
    ),
    ("order", "finish"): (operations.close, {}),
}
"""By which operation each move is taken, and what it is given. A move missing here fails a test."""


FLOWS = {flow.name: flow for flow in (CASE, ORDER)}
PEOPLE = [
    *("worker", "follow_up", "dispatcher", "operator", "neighbour", "leader", "administrator"),
    *("street", "own_caller", "far_caller", "far_dispatcher"),
]


def cast(town: Town) -> dict[str, Actor]:
    """Return the right people for every move, and wrong ones of each sort."""
    people = {who: town.actor(who) for who in town.users}
    people["street"] = a_person(town, "community_worker", place="110105019", unit="street-019")
    people["own_caller"] = a_person(town, "follow_up_caller", place="110000", unit="committee-029")
    people["far_caller"] = a_person(town, "follow_up_caller", place="110106")
    people["far_dispatcher"] = a_person(town, "dispatcher", place="110106")
    return people


@dataclass
class Model:
    """What the tables say of one case led by its own community's committee."""

    scope: dict[str, str | None]
    lead_id: int
    must_be_reached: bool
    states: dict[str, str | None] = field(
        default_factory=lambda: {"case": CASE.initial, "order": None}
    )
    was_reached: bool = False
    attempts: int = 0
    events: int = 1

    def allows(self, taken: tuple[str, str], actor: Actor, given: dict[str, Any]) -> bool:
        """Return whether the move may be taken, by the tables and the rules around them."""
        flow, name = FLOWS[taken[0]], taken[1]
        move = flow.find(name)
        own = actor.organisation_id == self.lead_id
        sees = own and self.states["order"] is not None
        sees |= any(self.scope[column] == code for column, code in actor.scopes(move.permission))
        if not (actor.may(move.permission) and sees and self.states[flow.name] in move.sources):
            return False
        if any(not str(given.get(needed, "?")).strip() for needed in move.needs):
            return False
        if move.permission == "cases.handle":
            return own and (name != "report" or self.was_reached or not self.must_be_reached)
        if name in ("close", "finish"):
            done = self.states["order"] == "followed_up" or self.attempts >= FOLLOW_UP_ATTEMPTS
            return not own and done and self.states["order"] in ORDER.find("finish").sources
        return name == "dispatch" or not own

    def follow(self, taken: tuple[str, str], given: dict[str, Any]) -> None:
        """Go where the table says the move leads."""
        name = taken[1]
        self.events += 1
        if name == "dispatch":
            self.states = {"case": CASE.find(name).target, "order": ORDER.initial}
        elif name in ("close", "finish"):
            self.states = {"case": "closed", "order": "closed"}
        else:
            self.states["order"] = ORDER.find(name).target
        self.was_reached |= bool(given.get("was_reached"))
        self.attempts += name in ("follow_up", "miss_follow_up")


def is_taken(taken: tuple[str, str], *, actor: Actor, case: Case, given: dict[str, Any]) -> bool:
    """Take the move by its operation. Return False if it was refused, or the case is not seen."""
    try:
        TAKEN_BY[taken][0](actor=actor, case_id=case.pk, **given)
    except (RuleBroken, Case.DoesNotExist):
        return False
    return True
