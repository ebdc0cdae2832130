"""Every pair of moves by two people on one case at the same moment: the database decides who was first.

Either the moves do not disturb each other and both stand, or one wins and the other is told who and when.
"""

import datetime as dt
import itertools
from functools import partial
from typing import Any

import pytest

from linli.cases import flows, operations
from linli.cases.models import Application, Case, Consultation, CoTask
from linli.cases.parts import LAPSED, OVERTAKEN
from linli.kernel.actor import Actor
from linli.kernel.errors import MOVED_ALREADY, RuleBroken
from tests.builders import Town, a_case
from tests.cases.expect import last_event
from tests.cases.people import a_person
from tests.cases.standing import standing_town
from tests.cases.test_same_time import at_once
from tests.conftest import NOW

TOLD = {MOVED_ALREADY.code, OVERTAKEN.code, LAPSED.code}
UNTIL = {"days": 5}
ANSWERS = {"means": "phone", "was_contacted": True, "answered": "not_solved", "satisfaction": "not"}
BRANCH = {"text": "已说明"}
# (the state, what is prepared, the moves that are open then: operation, role, what is given)
Move = tuple[str, str, dict[str, Any]]
WORKER, PARTNER, CALLER = "community_worker", "partner", "follow_up_caller"
ON_LEDGER = ("ask_hold", WORKER, {"reason": "law", "words": "等", **UNTIL})
PAUSE = ("ask_pause", WORKER, {"reason": "season", "words": "雨", **UNTIL})
EXTENSION = (
    "ask_extension",
    WORKER,
    {"reason": "material", "words": "等", "told": "已告知", "amount": 1},
)
EXCLUSION = (
    "ask_exclusion",
    WORKER,
    {"reason": "wrong_facts", "words": "不实", "evidence": "照片", **UNTIL},
)
HELP = ("escalate", WORKER, {"reason": "no_power", "words": "要住建委"})
REPORT = (
    "report",
    WORKER,
    {"resolution": "solved", "public_reply": "好了", "evidence": "完工单"},
)
GIVEN = ("give_task", WORKER, {"organisation": "team-029", "words": "看电梯"})
CONSULT = ("consult", "dispatcher", {"unit": "team-029", "words": "归谁？"})
WATCHED = ("supervise", "hotline_officer", {"reason": "sensitive", "words": "快"})
REOPEN = ("reopen", "operator", {"because": "又坏了"})
OF_TASK = {"of": "task"}
WITHDRAWN = ("withdraw_task", WORKER, {"result": "不用了", **OF_TASK})
OPEN: dict[str, tuple[str, tuple[Move, ...], tuple[Move, ...]]] = {
    "received": (
        "received",
        (),
        (
            ("triage", "operator", {"kind": "help", "urgency": "N"}),
            ("dispatch", "dispatcher", {"lead": "committee-029"}),
            CONSULT,
            ("answer", "operator", {"disposition": "answer_now", **BRANCH}),
            ("transfer", "operator", {"disposition": "emergency_line", **BRANCH}),
            ("refer", "operator", {"disposition": "beyond_duty", **BRANCH}),
            (
                "merge",
                "operator",
                {"disposition": "duplicate_no_new_facts", "same_as": "earlier", **BRANCH},
            ),
            ("decline", "operator", {"disposition": "unlawful_or_indecent", **BRANCH}),
        ),
    ),
    "consulted": (
        "received",
        (CONSULT,),
        (
            (
                "answer_consultation",
                PARTNER,
                {"is_theirs": True, "answer": "是", "of": "consultation"},
            ),
            ("dispatch", "dispatcher", {"lead": "committee-029"}),
            ("refer", "operator", {"disposition": "beyond_duty", **BRANCH}),
        ),
    ),
    "dispatched": (
        "dispatched",
        (),
        (
            ("accept", WORKER, {}),
            ("object_to", WORKER, {"clause": "第三条", "evidence": "合同"}),
            WATCHED,
        ),
    ),
    "objecting": (
        "objecting",
        (),
        (
            ("rule_final", "dispatcher", {"ruling": "属地"}),
            ("rule_elsewhere", "dispatcher", {"lead": "street-019", "ruling": "属街道"}),
        ),
    ),
    "in_progress": (
        "in_progress",
        (PAUSE, ON_LEDGER),
        (
            ("contact", WORKER, {"means": "phone", "was_reached": True}),
            REPORT,
            GIVEN,
            HELP,
            EXTENSION,
            EXCLUSION,
            ("pause", "street_officer", {"asked": "pause"}),
            ("hold", "district_officer", {"asked": "hold"}),
            ("refuse", "district_officer", {"asked": "hold", "decision": "不行"}),
        ),
    ),
    "nothing asked yet": ("in_progress", (), (PAUSE, ON_LEDGER, REPORT)),
    "asked of the office": (
        "in_progress",
        (EXTENSION, EXCLUSION, HELP),
        (
            ("extend", "hotline_officer", {"asked": "extension"}),
            ("exclude", "hotline_officer", {"asked": "exclusion"}),
            ("answer_call", "street_officer", {"asked": "escalation", "decision": "一起去"}),
            ("refuse", "hotline_officer", {"asked": "extension", "decision": "不行"}),
            REPORT,
        ),
    ),
    "a task sent": (
        "in_progress",
        (GIVEN,),
        (
            ("come", PARTNER, OF_TASK),
            ("take_on", PARTNER, OF_TASK),
            ("arrive", PARTNER, OF_TASK),
            ("return_task", PARTNER, {"clause": "合同", "result": "不归我们", **OF_TASK}),
            WITHDRAWN,
            REPORT,
        ),
    ),
    "a task in hand": (
        "in_progress",
        (GIVEN, ("take_on", PARTNER, OF_TASK)),
        (
            ("arrive", PARTNER, OF_TASK),
            ("need_material", PARTNER, {"needed": "要钥匙", **OF_TASK}),
            ("finish_task", PARTNER, {"result": "修好了", **OF_TASK}),
            WITHDRAWN,
        ),
    ),
    "paused": ("paused", (), (("resume", WORKER, {}), HELP)),
    "on_ledger": (
        "on_ledger",
        (),
        (("clear_hold", "district_officer", {"clearing": "有资金"}), ON_LEDGER),
    ),
    "held on": (
        "on_ledger",
        (ON_LEDGER,),
        (
            ("hold", "district_officer", {"asked": "hold"}),
            ("clear_hold", "district_officer", {"clearing": "有资金"}),
            ("refuse", "district_officer", {"asked": "hold", "decision": "不行"}),
        ),
    ),
    "reported": (
        "reported",
        (),
        (
            ("verify", "street_officer", {"words": "看过"}),
            ("send_back", "street_officer", {"words": "没动"}),
            ("follow_up", CALLER, ANSWERS),
            ("miss_follow_up", CALLER, {"means": "phone"}),
            ("agree_follow_up", CALLER, {"again": True}),
        ),
    ),
    "followed_up": ("followed_up", (), (("rework", CALLER, {}), ("close", CALLER, {}))),
    "closed": (
        "closed",
        (EXCLUSION,),
        (REOPEN, ("exclude", "hotline_officer", {"asked": "exclusion"})),
    ),
}
ALONE = {
    "take_over": "made of rows that are being written (tests/cases/imports/test_history.py)",
    "take_over_closed": "the same",
    "wake": "a batch; `test_a_pause_that_is_over_ends_once`",
}
"""Moves that are in no pair, and why."""
VERB = {"object": "object_to", "help": "answer_call", "finish": "close"}
AREA = {
    "community_worker": ("110105019029", "committee-029"),
    "street_officer": ("110105019", "street-019"),
    "district_officer": ("110105", "district-105"),
    "partner": ("110105019029", "team-029"),
}


def test_every_move_is_in_a_pair() -> None:
    moves = {
        move.name for flow in (flows.CASE, flows.ORDER, flows.TASK) for move in flow.moves
    } - set(ALONE)
    paired = {name for _at, _prepared, open_ones in OPEN.values() for name, _r, _g in open_ones}
    assert {VERB.get(name, name) for name in moves} == paired


@pytest.mark.parametrize("where", OPEN)
def test_of_two_moves_at_once_one_wins_or_both_stand(transactional_db: None, where: str) -> None:
    town = standing_town()
    at, prepared, moves = OPEN[where]
    people = {role: two(town, role) for _name, role, _given in (*prepared, *moves)}
    for first, second in itertools.combinations_with_replacement(moves, 2):
        case = made(town, at, prepared, people)
        version = case.version
        actors = [people[first[1]][0], people[second[1]][1]]
        acts = [
            partial(getattr(operations, name), actor=actor, **given)
            for (name, _role, given), actor in (
                ((one[0], one[1], aimed(town, case, one[2])), actor)
                for one, actor in zip((first, second), actors, strict=True)
            )
        ]
        outcomes = at_once(*acts)
        lost = [found for found in outcomes if isinstance(found, RuleBroken)]
        pair = (where, first[0], second[0])
        assert len(lost) < 2, pair
        last_event(case)
        assert case.version == version + 2 - len(lost), pair
        for refused in lost:
            winner = actors[1 - outcomes.index(refused)]
            assert refused.code in TOLD, (pair, refused.code)
            assert refused.facts["who"] == winner.name, pair
            assert refused.facts["when"].endswith("14:10"), pair


def two(town: Town, role: str) -> tuple[Actor, Actor]:
    place, unit = AREA.get(role, ("110000", "hotline"))
    return tuple(a_person(town, role, place=place, unit=unit) for _ in range(2))  # type: ignore[return-value]


def made(
    town: Town, at: str, prepared: tuple[Move, ...], people: dict[str, tuple[Actor, Actor]]
) -> Case:
    lost = {"answered": "not_solved", "satisfaction": "not"}
    case = a_case(town, at=at, now=NOW, **(lost if at == "followed_up" else {}))
    for name, role, given in prepared:
        getattr(operations, name)(actor=people[role][0], **aimed(town, case, given))
    return Case.objects.everywhere("test").get(pk=case.pk)


def aimed(town: Town, case: Case, given: dict[str, Any]) -> dict[str, Any]:
    """Return what a move is given, with the ids of the case, units and papers that it is about."""
    found = dict(given)
    of = found.pop("of", "case")
    if of == "task":
        found["task_id"] = CoTask.objects.get(order__case=case).pk
    elif of == "consultation":
        found["consultation_id"] = Consultation.objects.get(case=case).pk
    else:
        found["case_id"] = case.pk
    for key in ("lead", "unit", "organisation"):
        if key in found:
            found[f"{key}_id"] = town.units[found.pop(key)].pk
    if "days" in found:
        found["until"] = NOW + dt.timedelta(days=found.pop("days"))
    if found.pop("again", False):
        found["again_at"] = NOW + dt.timedelta(hours=4)
    if "same_as" in found:
        found["same_as"] = a_case(town, now=NOW).number
    if "asked" in found:
        waiting = Application.objects.filter(
            order__case=case, decided_at__isnull=True, lapsed_at__isnull=True
        )
        found["application_id"] = waiting.get(kind=found.pop("asked")).pk
    return found


def test_a_pause_that_is_over_ends_once(transactional_db: None) -> None:
    """The worker's job and the lead's own people at once: it goes on by one of them, never by both."""
    town = standing_town()
    over = NOW + dt.timedelta(days=6)
    sweeper = town.actor("administrator", now=over)
    for _ in range(5):
        case = a_case(town, at="paused")
        resume = partial(operations.resume, actor=town.actor("worker", now=over), case_id=case.pk)
        woken, resumed = at_once(partial(operations.wake, actor=sweeper), resume)
        if isinstance(resumed, RuleBroken):
            assert resumed.code in TOLD
        assert (woken == 1) == isinstance(resumed, RuleBroken)
        assert last_event(case).name == ("order.woke" if woken else "order.resumed")
        case = Case.objects.everywhere("test").select_related("lead_order").get(pk=case.pk)
        assert case.lead_order is not None
        assert case.lead_order.state == "in_progress"
