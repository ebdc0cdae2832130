"""What the flow tables say of one case with its order, co-tasks, objections and applications together.

The model of the flow machines stands beside the database: it knows the tables and the rules around them
from the reference of the domain, not from the operations.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from hypothesis import strategies as st

from linli.cases import operations
from linli.cases.flows import CASE, ORDER, TASK
from linli.cases.models import Application, Case, Consultation, CoTask
from linli.kernel.actor import SCOPE_COLUMNS, Actor
from linli.kernel.errors import RuleBroken
from linli.kernel.flow import STAYS
from tests.builders import Town
from tests.cases.people import a_person

Taken = tuple[str, str]
ANSWERS = {
    "answered": st.sampled_from(["solved", "partly", "not_solved"]),
    "satisfaction": st.sampled_from(["very", "satisfied", "basically", "not"]),
}
WORDS = st.sampled_from(["", " \n", "情况属实，已经联系。", "再看一看"])
HOURS = st.sampled_from([-1, 1, 40])
BRANCH = {"text": WORDS}
OF_CASE: dict[str, tuple[Any, dict[str, Any]]] = {
    "triage": (operations.triage, {"kind": st.just("help"), "urgency": st.just("N")}),
    "consult": (operations.consult, {"words": WORDS}),
    "answer_consultation": (
        operations.answer_consultation,
        {"is_theirs": st.booleans(), "answer": WORDS},
    ),
    "dispatch": (operations.dispatch, {}),
    "answer": (operations.answer, {"disposition": st.just("answer_now"), **BRANCH}),
    "transfer": (operations.transfer, {"disposition": st.just("emergency_line"), **BRANCH}),
    "refer": (
        operations.refer,
        {"disposition": st.sampled_from(["beyond_duty", "petition_open"]), **BRANCH},
    ),
    "merge": (operations.merge, {"disposition": st.just("duplicate_no_new_facts"), **BRANCH}),
    "decline": (operations.decline, {"disposition": st.just("secret_or_privacy"), **BRANCH}),
    "close": (operations.close, {}),
    "reopen": (operations.reopen, {"because": WORDS}),
}
OF_ORDER: dict[str, tuple[Any, dict[str, Any]]] = {
    "accept": (operations.accept, {}),
    "contact": (operations.contact, {"means": st.just("phone"), "was_reached": st.booleans()}),
    "report": (
        operations.report,
        {
            "resolution": st.sampled_from(["", "solved", "explained", "partly"]),
            "public_reply": WORDS,
            "evidence": WORDS,
        },
    ),
    "give_task": (operations.give_task, {"words": WORDS}),
    "object": (operations.object_to, {"clause": WORDS, "evidence": WORDS}),
    "rule_elsewhere": (operations.rule_elsewhere, {"ruling": WORDS}),
    "rule_final": (operations.rule_final, {"ruling": WORDS}),
    "ask_pause": (
        operations.ask_pause,
        {"reason": st.just("season"), "words": WORDS, "hours": HOURS},
    ),
    "pause": (operations.pause, {}),
    "resume": (operations.resume, {}),
    "wake": (operations.wake, {}),
    "ask_extension": (
        operations.ask_extension,
        {
            "reason": st.just("material"),
            "words": WORDS,
            "told": WORDS,
            "amount": st.sampled_from([0, 1, 7, 8]),
        },
    ),
    "extend": (operations.extend, {}),
    "ask_hold": (operations.ask_hold, {"reason": st.just("law"), "words": WORDS, "hours": HOURS}),
    "hold": (operations.hold, {}),
    "clear_hold": (operations.clear_hold, {"clearing": WORDS}),
    "escalate": (operations.escalate, {"reason": st.just("no_power"), "words": WORDS}),
    "help": (operations.answer_call, {"decision": WORDS}),
    "ask_exclusion": (
        operations.ask_exclusion,
        {
            "reason": st.just("wrong_facts"),
            "words": WORDS,
            "evidence": WORDS,
            "hours": HOURS,
        },
    ),
    "exclude": (operations.exclude, {}),
    "refuse": (operations.refuse, {"decision": WORDS}),
    "supervise": (operations.supervise, {"reason": st.just("overdue"), "words": WORDS}),
    "verify": (operations.verify, {"words": WORDS}),
    "send_back": (operations.send_back, {"words": WORDS}),
    "miss_follow_up": (
        operations.miss_follow_up,
        {"means": st.sampled_from(["phone", "message"])},
    ),
    "agree_follow_up": (operations.agree_follow_up, {"again_hours": HOURS}),
    "follow_up": (
        operations.follow_up,
        {"means": st.just("phone"), "was_contacted": st.booleans(), **ANSWERS},
    ),
    "rework": (operations.rework, {}),
    "finish": (operations.close, {}),
}
OF_TASK: dict[str, tuple[Any, dict[str, Any]]] = {
    "come": (operations.come, {}),
    "take_on": (operations.take_on, {}),
    "arrive": (operations.arrive, {}),
    "need_material": (operations.need_material, {"needed": WORDS}),
    "finish_task": (operations.finish_task, {"result": WORDS}),
    "return_task": (operations.return_task, {"clause": WORDS, "result": WORDS}),
    "withdraw_task": (operations.withdraw_task, {"result": WORDS}),
}
TAKEN_BY: dict[Taken, tuple[Any, dict[str, Any]]] = {
    (flow, name): taken
    for flow, table in (("case", OF_CASE), ("order", OF_ORDER), ("task", OF_TASK))
    for name, taken in table.items()
}
"""By which operation each move is taken, and what it is given. A move missing here fails a test."""

FLOWS = {flow.name: flow for flow in (CASE, ORDER, TASK)}
PEOPLE = [
    *("worker", "partner", "street_officer", "district_officer", "office", "follow_up"),
    *("dispatcher", "operator", "neighbour", "leader", "administrator"),
    *("street", "own_caller", "far_caller", "far_dispatcher"),
]
ASKS = {
    "ask_pause": "pause",
    "ask_extension": "extension",
    "ask_hold": "hold",
    "ask_exclusion": "exclusion",
    "escalate": "escalation",
}
DECIDES = {
    "pause": "pause",
    "extend": "extension",
    "hold": "hold",
    "exclude": "exclusion",
    "help": "escalation",
}
LEVEL = {"committee-029": 3, "street-019": 2}
DUE = dt.timedelta(days=7)


def cast(town: Town) -> dict[str, Actor]:
    """Return the right people for every move, and wrong ones of each sort."""
    people = {who: town.actor(who) for who in town.users}
    people["street"] = a_person(town, "community_worker", place="110105019", unit="street-019")
    people["own_caller"] = a_person(town, "follow_up_caller", place="110000", unit="committee-029")
    people["far_caller"] = a_person(town, "follow_up_caller", place="110106")
    people["far_dispatcher"] = a_person(town, "dispatcher", place="110106")
    return people


@dataclass
class Asked:
    """An application: by whom, until when, granted or not yet."""

    kind: str
    user_id: int | None
    until: dt.datetime | None
    is_granted: bool | None = None
    is_over: bool = False


@dataclass
class Model:
    """One case at 双合家园 and all that hangs on it."""

    scope: dict[str, str | None]
    units: dict[str, int]
    must_be_reached: bool
    kind: str = "complaint"
    lead_id: int = 0
    leads: set[int] = field(default_factory=set)
    states: dict[str, str | None] = field(
        default_factory=lambda: {"case": CASE.initial, "order": None, "task": None}
    )
    dispatched_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    """As the database has it: how clocks count is tested elsewhere, by a reference of their own."""
    was_reached: bool = False
    attempts: int = 0
    means: set[str] = field(default_factory=set)
    events: int = 1
    objected: set[int] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    tasks: dict[int, tuple[int, str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    answered: str = ""
    resolution: str = ""
    ended_at: dt.datetime | None = None
    was_reopened: bool = False
    consulted_until: dt.datetime | None = None
    orders: int = 0

    # — may it be taken? —

    def allows(self, taken: Taken, actor: Actor, given: dict[str, Any]) -> bool:
        """Return whether the move may be taken, by the tables and the rules around them."""
        flow, name = FLOWS[taken[0]], taken[1]
        move = flow.find(name)
        state = self.states[flow.name]
        if flow is TASK:
            unit, state = self.tasks.get(given["task_id"], (0, None))
            if actor.organisation_id not in (unit, self.lead_id):
                return False
        if not actor.may(move.permission) or state not in move.sources:
            return False
        if flow is not TASK and name not in ("wake", "answer_consultation"):
            own = actor.organisation_id in self.leads
            area = any(self.scope[c] == code for c, code in actor.scopes(move.permission))
            if not (own or area):
                return False
        # Free words alone: choices are given by forms and the fields themselves.
        if any(isinstance(text, str) and not text.strip() for text in given.values()):
            return False
        rule = getattr(self, f"may_{name}", None)
        return rule(actor, given) if rule else True

    def own(self, actor: Actor) -> bool:
        return actor.organisation_id == self.lead_id

    def may_consult(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self.consulted_until is None or actor.now >= self.consulted_until

    def may_answer_consultation(self, actor: Actor, given: dict[str, Any]) -> bool:
        asked = self.consulted_until is not None and actor.now < self.consulted_until
        return asked and actor.organisation_id == self.units["team-029"]

    def may_reopen(self, actor: Actor, given: dict[str, Any]) -> bool:
        assert self.ended_at is not None
        return not self.was_reopened and actor.now <= self.ended_at + dt.timedelta(days=15)

    def may_accept(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self.own(actor)

    may_contact = may_give_task = may_resume = may_accept

    def may_report(self, actor: Actor, given: dict[str, Any]) -> bool:
        is_shown = bool(given["evidence"].strip()) or self.kind in (
            "inquiry",
            "suggestion",
            "praise",
        )
        return self.own(actor) and is_shown and (self.was_reached or not self.must_be_reached)

    def may_object(self, actor: Actor, given: dict[str, Any]) -> bool:
        assert self.dispatched_at is not None
        in_time = actor.now <= self.dispatched_at + dt.timedelta(hours=2)
        return self.own(actor) and in_time and self.lead_id not in self.objected

    def may_rule_elsewhere(self, actor: Actor, given: dict[str, Any]) -> bool:
        return bool(given["lead_id"] != self.lead_id)

    def may_wake(self, actor: Actor, given: dict[str, Any]) -> bool:
        standing = self.standing("pause")
        return standing is not None and standing.until <= actor.now  # type: ignore[operator]

    def waits(self, kind: str) -> Asked | None:
        return next((a for a in self.asked if a.kind == kind and a.is_granted is None), None)

    def standing(self, kind: str) -> Asked | None:
        return next(
            (a for a in self.asked if a.kind == kind and a.is_granted and not a.is_over), None
        )

    def _may_ask(self, kind: str, actor: Actor, given: dict[str, Any]) -> bool:
        return self.own(actor) and not self.waits(kind) and given.get("hours", 1) > 0

    def may_ask_pause(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self._may_ask("pause", actor, given) and self.counts.get("pause", 0) < 2

    def may_ask_extension(self, actor: Actor, given: dict[str, Any]) -> bool:
        extended = any(a.kind == "extension" and a.is_granted for a in self.asked)
        in_time = self.due_at is None or actor.now <= self.due_at
        fits = not extended and 1 <= given["amount"] <= 7
        return self._may_ask("extension", actor, given) and in_time and fits

    def may_ask_hold(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self._may_ask("hold", actor, given)

    def may_escalate(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self._may_ask("escalation", actor, given)

    def may_ask_exclusion(self, actor: Actor, given: dict[str, Any]) -> bool:
        excluded = self.standing("exclusion")
        stands = excluded is not None and actor.now < excluded.until  # type: ignore[operator]
        return self._may_ask("exclusion", actor, given) and not stands

    def decides(self, kind: str, actor: Actor) -> bool:
        """Return whether somebody waits for this and the actor's level, unit and person are right."""
        asked = self.waits(kind)
        if asked is None or asked.user_id == actor.user_id or self.own(actor):
            return False
        if asked.until is not None and asked.until <= actor.now:
            return False
        return self.level_decides(kind, actor)

    def level_decides(self, kind: str, actor: Actor) -> bool:
        lead = next(code for code, pk in self.units.items() if pk == self.lead_id)
        depth = 0 if kind in ("extension", "exclusion") else LEVEL[lead] - 1
        depth = min(depth, 1) if kind == "hold" else depth
        return any(
            self.scope[column] == code and SCOPE_COLUMNS.index(column) <= depth
            for column, code in actor.scopes("cases.approve")
        )

    def may_pause(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self.decides("pause", actor)

    def may_extend(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self.decides("extension", actor)

    def may_hold(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self.decides("hold", actor)

    def may_exclude(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self.decides("exclusion", actor)

    def may_help(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self.decides("escalation", actor)

    def may_refuse(self, actor: Actor, given: dict[str, Any]) -> bool:
        kind = given["kind"]
        asked = self.waits(kind)
        if asked is None or asked.user_id == actor.user_id or self.own(actor):
            return False
        return self.level_decides(kind, actor)

    def may_clear_hold(self, actor: Actor, given: dict[str, Any]) -> bool:
        return not self.own(actor) and self.level_decides("hold", actor)

    def _by_others(self, actor: Actor, given: dict[str, Any]) -> bool:
        return not self.own(actor)

    may_supervise = may_verify = may_miss_follow_up = may_follow_up = _by_others

    def may_agree_follow_up(self, actor: Actor, given: dict[str, Any]) -> bool:
        return not self.own(actor) and given["again_hours"] > 0

    def may_send_back(self, actor: Actor, given: dict[str, Any]) -> bool:
        return not self.own(actor) and not self.counts.get("send_back")

    def may_rework(self, actor: Actor, given: dict[str, Any]) -> bool:
        solvable = self.answered != "solved" and self.resolution != "explained"
        return not self.own(actor) and solvable and not self.counts.get("rework")

    def may_finish(self, actor: Actor, given: dict[str, Any]) -> bool:
        is_done = self.states["order"] == "followed_up" or (
            self.attempts >= 3 and len(self.means) >= 2
        )
        sources = ORDER.find("finish").sources
        is_open = any(not TASK.state(state).terminal for _unit, state in self.tasks.values())
        return not self.own(actor) and is_done and not is_open and self.states["order"] in sources

    may_close = may_finish

    def may_come(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self.tasks[given["task_id"]][0] == actor.organisation_id

    may_need_material = may_take_on = may_arrive = may_finish_task = may_return_task = may_come

    def may_withdraw_task(self, actor: Actor, given: dict[str, Any]) -> bool:
        return self.own(actor)

    # — where it leads —

    def follow(self, taken: Taken, actor: Actor, given: dict[str, Any], made: Any) -> None:
        """Go where the table says the move leads."""
        flow, name = FLOWS[taken[0]], taken[1]
        self.events += 1
        target = flow.find(name).target
        if flow is TASK:
            unit, state = self.tasks[given["task_id"]]
            self.tasks[given["task_id"]] = (unit, state if target == STAYS else target)
        elif target != STAYS:
            self.states[flow.name] = target
        if name in ("close", "finish"):
            self.states["case"] = self.states["order"] = "closed"
        if self.states["case"] in ("closed", "answered", "transferred", "referred", "declined"):
            self.ended_at = self.ended_at or actor.now
        self.was_reached |= bool(given.get("was_reached"))
        effect = getattr(self, f"after_{name}", None)
        if effect:
            effect(actor, given, made)
        if name in ASKS:
            hours = given.get("hours")
            until = actor.now + dt.timedelta(hours=hours) if hours else None
            self.asked.append(Asked(ASKS[name], actor.user_id, until))
        if name in DECIDES or name == "refuse":
            kind = given["kind"] if name == "refuse" else DECIDES[name]
            asked = self.waits(kind)
            assert asked is not None
            if name == "hold" and (before := self.standing("hold")):
                before.is_over = True
            asked.is_granted = name != "refuse"
        if name in ("pause", "send_back", "rework"):
            self.counts[name] = self.counts.get(name, 0) + 1
        if name in ("send_back", "rework"):
            self.attempts, self.answered, self.resolution = 0, "", ""

    def after_dispatch(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.lead_id = given["lead_id"]
        self.leads.add(self.lead_id)
        self.dispatched_at = actor.now
        self.states["order"] = ORDER.initial
        self.orders += 1
        self.was_reached, self.attempts, self.means = False, 0, set()
        self.objected, self.asked, self.tasks, self.counts = set(), [], {}, {}
        self.answered = self.resolution = ""

    def after_triage(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.kind = given["kind"]

    def after_consult(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.consulted_until = actor.now + dt.timedelta(hours=4)

    def after_answer_consultation(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.consulted_until = None

    def after_reopen(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.was_reopened, self.ended_at = True, None
        self.states["order"] = None

    def after_object(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.objected.add(self.lead_id)

    def after_rule_elsewhere(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.leads.discard(self.lead_id)
        self.after_hand(given["lead_id"], actor)
        self.let_lapse()

    def after_hand(self, lead_id: int, actor: Actor) -> None:
        self.lead_id, self.dispatched_at = lead_id, actor.now
        self.leads.add(lead_id)

    def after_resume(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        standing = self.standing("pause")
        assert standing is not None
        standing.is_over = True

    after_wake = after_resume

    def after_clear_hold(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        standing = self.standing("hold")
        assert standing is not None
        standing.is_over = True

    def after_give_task(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.tasks[made.pk] = (given["organisation_id"], TASK.initial)

    def after_report(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.resolution = given["resolution"]
        self.let_lapse()

    def let_lapse(self) -> None:
        """What waited for its decision ends when the order goes on; an exclusion is decided afterwards, too."""
        self.asked = [a for a in self.asked if a.is_granted is not None or a.kind == "exclusion"]

    def after_miss_follow_up(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.attempts += 1
        self.means.add(given["means"])

    def after_follow_up(self, actor: Actor, given: dict[str, Any], made: Any) -> None:
        self.after_miss_follow_up(actor, given, made)
        self.answered = given["answered"]


def aimed(model: Model, taken: Taken, given: dict[str, Any], *, case: Case) -> dict[str, Any]:
    """Return what the move is given, with the ids of the rows that it is about (0 where there is none)."""
    name = taken[1]
    if name == "dispatch":
        given["lead_id"] = model.units["committee-029"]
    if name == "rule_elsewhere":
        given["lead_id"] = model.units["street-019"]
    if name == "consult":
        given["unit_id"] = model.units["team-029"]
    if name == "give_task":
        given["organisation_id"] = model.units["team-029"]
    if name == "merge":
        others = Case.objects.everywhere("test").exclude(pk=case.pk).order_by("pk")
        given["same_as"] = others.values_list("number", flat=True)[0]
    if name == "refuse":
        waiting = [asked.kind for asked in model.asked if asked.is_granted is None]
        given["kind"] = waiting[0] if waiting else "pause"
    if taken[0] == "task":
        open_ones = [pk for pk, (_unit, state) in model.tasks.items() if state != "done"]
        given["task_id"] = (open_ones or [*model.tasks] or [0])[-1]
    return given


def take(taken: Taken, *, actor: Actor, case: Case, given: dict[str, Any]) -> tuple[bool, Any]:
    """Take the move by its operation. (False, None) if it was refused, or its row is not seen."""
    name = taken[1]
    given = dict(given)
    if "again_hours" in given:
        given["again_at"] = actor.now + dt.timedelta(hours=given.pop("again_hours"))
    if "hours" in given:
        given["until"] = actor.now + dt.timedelta(hours=given.pop("hours"))
    if name in DECIDES or name == "refuse":
        kind = given.pop("kind", DECIDES.get(name))
        waiting = Application.objects.filter(
            order=case.lead_order_id, kind=kind, decided_at__isnull=True, lapsed_at__isnull=True
        )
        given["application_id"] = waiting.values_list("pk", flat=True).first() or 0
    if name == "answer_consultation":
        asked = Consultation.objects.filter(case=case).order_by("-pk")
        given["consultation_id"] = asked.values_list("pk", flat=True).first() or 0
    elif name != "wake" and taken[0] != "task":
        given["case_id"] = case.pk
    try:
        made = TAKEN_BY[taken][0](actor=actor, **given)
    except (RuleBroken, ObjectDoesNotExist):
        return False, None
    return (made > 0 if name == "wake" else True), made


def open_tasks(case: Case) -> list[CoTask]:
    return list(CoTask.objects.filter(order__case=case).order_by("pk"))
