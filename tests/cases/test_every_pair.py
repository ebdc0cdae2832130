"""Every pair of moves by two people on one case at the same moment: the database decides who was first.

Either the moves do not disturb each other and both stand, or one wins and the other is told who and when.
"""

import itertools
from functools import partial
from typing import Any

import pytest

from linli.cases import operations
from linli.cases.models import Application, Case
from linli.cases.parts import OVERTAKEN
from linli.kernel.actor import Actor
from linli.kernel.errors import MOVED_ALREADY, RuleBroken
from tests.builders import Town, a_case, take
from tests.cases.expect import last_event
from tests.cases.people import a_person
from tests.cases.standing import standing_town
from tests.cases.test_same_time import at_once
from tests.conftest import NOW

TOLD = {MOVED_ALREADY.code, OVERTAKEN.code}
UNTIL = {"days": 5}
ANSWERS = {"means": "phone", "was_contacted": True, "answered": "not_solved", "satisfaction": "not"}
BRANCH = {"text": "已说明"}
# state: (what is prepared, the moves that are open there: operation, role, what is given)
Move = tuple[str, str, dict[str, Any]]
OPEN: dict[str, tuple[tuple[Move, ...], tuple[Move, ...]]] = {
    "received": (
        (),
        (
            ("triage", "operator", {"kind": "help", "urgency": "N"}),
            ("dispatch", "dispatcher", {"lead": "committee-029"}),
            ("consult", "dispatcher", {"unit": "team-029", "words": "归谁？"}),
            ("answer", "operator", {"disposition": "answer_now", **BRANCH}),
            ("transfer", "operator", {"disposition": "emergency_line", **BRANCH}),
            ("refer", "operator", {"disposition": "beyond_duty", **BRANCH}),
            ("decline", "operator", {"disposition": "unlawful_or_indecent", **BRANCH}),
        ),
    ),
    "dispatched": (
        (),
        (
            ("accept", "community_worker", {}),
            ("object_to", "community_worker", {"clause": "第三条", "evidence": "合同"}),
            ("supervise", "hotline_officer", {"reason": "sensitive", "words": "快"}),
        ),
    ),
    "objecting": (
        (),
        (
            ("rule_final", "dispatcher", {"ruling": "属地"}),
            ("rule_elsewhere", "dispatcher", {"lead": "street-019", "ruling": "属街道"}),
        ),
    ),
    "in_progress": (
        (
            ("ask_pause", "community_worker", {"reason": "season", "words": "雨", **UNTIL}),
            ("ask_hold", "community_worker", {"reason": "law", "words": "等", **UNTIL}),
        ),
        (
            ("contact", "community_worker", {"means": "phone", "was_reached": True}),
            ("report", "community_worker", {"resolution": "solved", "public_reply": "好了"}),
            ("give_task", "community_worker", {"organisation": "team-029", "words": "看电梯"}),
            ("escalate", "community_worker", {"reason": "no_power", "words": "要住建委"}),
            (
                "ask_extension",
                "community_worker",
                {"reason": "material", "words": "等", "told": "已告知", "amount": 1},
            ),
            (
                "ask_exclusion",
                "community_worker",
                {"reason": "wrong_facts", "words": "不实", "evidence": "照片", **UNTIL},
            ),
            ("pause", "street_officer", {"asked": "pause"}),
            ("hold", "district_officer", {"asked": "hold"}),
            ("refuse", "district_officer", {"asked": "hold", "decision": "不行"}),
        ),
    ),
    "paused": (
        (),
        (
            ("resume", "community_worker", {}),
            ("escalate", "community_worker", {"reason": "no_power", "words": "要住建委"}),
        ),
    ),
    "on_ledger": (
        (),
        (
            ("clear_hold", "district_officer", {"clearing": "有资金"}),
            ("ask_hold", "community_worker", {"reason": "law", "words": "等", **UNTIL}),
        ),
    ),
    "reported": (
        (),
        (
            ("verify", "street_officer", {"words": "看过"}),
            ("send_back", "street_officer", {"words": "没动"}),
            ("follow_up", "follow_up_caller", ANSWERS),
            ("miss_follow_up", "follow_up_caller", {"means": "phone"}),
        ),
    ),
    "followed_up": (
        (),
        (("rework", "follow_up_caller", {}), ("close", "follow_up_caller", {})),
    ),
    "closed": ((), (("reopen", "operator", {"because": "又坏了"}),)),
}
AREA = {
    "community_worker": ("110105019029", "committee-029"),
    "street_officer": ("110105019", "street-019"),
    "district_officer": ("110105", "district-105"),
}


@pytest.mark.parametrize("at", OPEN)
def test_of_two_moves_at_once_one_wins_or_both_stand(transactional_db: None, at: str) -> None:
    town = standing_town()
    prepared, moves = OPEN[at]
    people = {role: two(town, role) for _name, role, _given in (*prepared, *moves)}
    for first, second in itertools.combinations_with_replacement(moves, 2):
        case = made(town, at, prepared, people)
        version = case.version
        actors = [people[first[1]][0], people[second[1]][1]]
        acts = [
            partial(getattr(operations, name), actor=actor, case_id=case.pk, **given)
            for (name, _role, given), actor in (
                ((one[0], one[1], aimed(town, case, one[2])), actor)
                for one, actor in zip((first, second), actors, strict=True)
            )
        ]
        outcomes = at_once(*acts)
        lost = [found for found in outcomes if isinstance(found, RuleBroken)]
        pair = (at, first[0], second[0])
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
        take(people[role][0], case, name, **given)
    return Case.objects.everywhere("test").get(pk=case.pk)


def aimed(town: Town, case: Case, given: dict[str, Any]) -> dict[str, Any]:
    """Return what a move is given, with the ids of the units and applications that it names."""
    found = dict(given)
    for key in ("lead", "unit", "organisation"):
        if key in found:
            found[f"{key}_id"] = town.units[found.pop(key)].pk
    if "days" in found:
        found["until"] = NOW.replace(day=NOW.day + found.pop("days"))
    if "asked" in found:
        waiting = Application.objects.filter(order__case=case, decided_at__isnull=True)
        found["application_id"] = waiting.get(kind=found.pop("asked")).pk
    return found
