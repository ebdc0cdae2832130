"""Two people at once: in real transactions one wins, and the other is told who did, with her words kept."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection

from linli.cases import operations
from linli.cases.models import Case, WorkOrder
from linli.cases.queries import events_of
from linli.kernel.errors import MOVED_ALREADY, RuleBroken
from tests.builders import Town, a_case, a_draft
from tests.cases.expect import last_event
from tests.cases.pages import LANGUAGES, Page, a_browser, a_client, says
from tests.cases.people import a_person, a_user
from tests.cases.standing import standing_town
from tests.conftest import NOW


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run every act in a thread and transaction of its own, started together. Return what came of each.

    A refusal is an outcome like another; anything else that is raised fails the test.
    """
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            return act()
        except RuleBroken as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def refusals(outcomes: list[Any]) -> list[RuleBroken]:
    return [outcome for outcome in outcomes if isinstance(outcome, RuleBroken)]


def test_a_double_click_in_two_threads_is_one_case(transactional_db: None) -> None:
    town = standing_town()
    operator = town.actor("operator")
    for _ in range(3):
        click = partial(
            operations.receive, actor=operator, draft=a_draft(town, intake_key=uuid.uuid4())
        )
        first, *others = at_once(click, click, click, click)
        assert all(case == first for case in others)
        assert last_event(first).seq == 1
    assert Case.objects.everywhere("test").count() == 3


def test_of_two_who_make_the_same_move_one_wins(transactional_db: None) -> None:
    """Every move that cannot be made twice, by two people of the same unit at the same moment."""
    town = standing_town()
    lead = town.units["committee-029"].pk
    answers = {"was_contacted": True, "answered": "solved", "satisfaction": "very"}
    moves: list[tuple[str, str, str, str, dict[str, Any]]] = [
        ("received", "dispatch", "dispatcher", "110000", {"lead_id": lead}),
        ("dispatched", "accept", "community_worker", "110105019029", {}),
        (
            "in_progress",
            "report",
            "community_worker",
            "110105019029",
            {"resolution": "solved", "public_reply": "好了", "evidence": "完工单"},
        ),
        ("reported", "follow_up", "follow_up_caller", "110000", {"means": "phone", **answers}),
        ("followed_up", "close", "follow_up_caller", "110000", {}),
    ]
    for at, name, role, place, given in moves:
        unit = "committee-029" if role == "community_worker" else "hotline"
        two = [a_person(town, role, place=place, unit=unit) for _ in range(2)]
        case = a_case(town, at=at)
        verb = getattr(operations, name)

        outcomes = at_once(*(partial(verb, actor=actor, case_id=case.pk, **given) for actor in two))
        (lost,) = refusals(outcomes)
        winner = two[1 - outcomes.index(lost)]
        assert lost.refusal is MOVED_ALREADY, name
        assert lost.facts["who"] == winner.name
        assert lost.facts["when"].endswith("14:10")
        event = last_event(case)
        assert event.user_id == winner.user_id
        assert event.seq == case.version


def test_contacts_at_once_are_both_kept_and_one_is_the_first(transactional_db: None) -> None:
    town = standing_town()
    case = a_case(town, at="accepted")
    workers = [
        a_person(town, "community_worker", place="110105019029", unit="committee-029").at(
            NOW + dt.timedelta(minutes=minutes)
        )
        for minutes in (1, 2, 3)
    ]
    outcomes = at_once(
        *(
            partial(
                operations.contact, actor=actor, case_id=case.pk, means="phone", was_reached=True
            )
            for actor in workers
        )
    )
    assert refusals(outcomes) == []
    last_event(case)
    contacted = [e for e in events_of(case) if e.name == "order.contacted"]
    assert [event.payload["is_first"] for event in contacted] == [True, False, False]
    order = WorkOrder.objects.get(case=case)
    assert order.contacts.count() == 3
    assert order.first_contact_at == contacted[0].at


def test_of_two_dispatchers_with_different_units_one_wins(transactional_db: None) -> None:
    town = standing_town()
    case = a_case(town)
    two = [a_person(town, "dispatcher", place="110000") for _ in range(2)]
    units = [town.units[code].pk for code in ("committee-029", "street-019")]
    outcomes = at_once(
        *(
            partial(operations.dispatch, actor=actor, case_id=case.pk, lead_id=unit, reason="属地")
            for actor, unit in zip(two, units, strict=True)
        )
    )
    assert len(refusals(outcomes)) == 1
    (order,) = WorkOrder.objects.filter(case=case)
    assert order in outcomes
    case.refresh_from_db()
    assert case.lead_order == order


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


REPORT = {"resolution": "partly", "public_reply": "我写了很久的答复：\r\n电机下周到货。"}
ANSWERS = {
    "means": "phone",
    "was_contacted": "no",
    "answered": "not_solved",
    "satisfaction": "not",
    "note": "她说电梯还是响",
}
# state of the case when she opened it, what her colleague did meanwhile, her page, what she typed
LATE: dict[str, tuple[str, tuple[str, ...], str, str, dict[str, str], str]] = {
    "dispatch": (
        "received",
        ("dispatch",),
        "dispatcher",
        "dispatch",
        {"reason": "属地负责，急"},
        "急",
    ),
    "accept": ("dispatched", ("accept",), "worker", "accept", {}, ""),
    "report": ("in_progress", ("report",), "worker", "report", REPORT, "电机下周到货。"),
    "follow up": ("reported", ("follow_up",), "follow_up", "follow-up", ANSWERS, "她说电梯还是响"),
    "follow up closed": (
        "reported",
        ("follow_up", "close"),
        "follow_up",
        "follow-up",
        ANSWERS,
        "她说电梯还是响",
    ),
    "close": ("followed_up", ("close",), "follow_up", "close", {}, ""),
}
COLLEAGUE = {
    "dispatcher": ("dispatcher", "110000", "hotline"),
    "worker": ("community_worker", "110105019029", "committee-029"),
    "follow_up": ("follow_up_caller", "110000", "hotline"),
}


def colleague_acts(town: Town, case: Case, verbs: tuple[str, ...], *, role: str) -> str:
    """Let a colleague take the moves at NOW. Return her name."""
    kind, place, unit = COLLEAGUE[role]
    actor = a_person(town, kind, place=place, unit=unit)
    given: dict[str, dict[str, Any]] = {
        "dispatch": {"lead_id": town.units["committee-029"].pk},
        "report": {"resolution": "solved", "public_reply": "同事的答复", "evidence": "完工单"},
        "follow_up": {
            "means": "phone",
            "was_contacted": True,
            "answered": "solved",
            "satisfaction": "very",
        },
    }
    for verb in verbs:
        getattr(operations, verb)(actor=actor, case_id=case.pk, **given.get(verb, {}))
    return actor.name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("late", LATE)
def test_who_comes_second_is_told_who_was_first_and_her_words_are_still_there(
    town: Town, language: str, late: str
) -> None:
    at, verbs, role, path, form, words = LATE[late]
    case = a_case(town, at=at, now=NOW - dt.timedelta(hours=1))
    first = colleague_acts(town, case, verbs, role=role)
    version = case.version + len(verbs)
    client = a_client(town.users[role], language=language)
    form = {"lead": str(town.units["street-019"].pk), **form} if path == "dispatch" else form

    response = client.post(f"/cases/{case.number}/{path}/", form)

    page = Page(response)
    assert response.status_code == 422
    told = says(MOVED_ALREADY, language, move="…", who=first, when="…").split("…")
    assert all(page.shows(part) for part in told)
    assert page.shows("14:10")
    assert page.shows(words)
    case.refresh_from_db()
    assert case.version == version  # nothing was written over the colleague's work


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_contact_logged_after_a_colleague_reported_keeps_its_note(
    town: Town, language: str
) -> None:
    case = a_case(town, at="in_progress", now=NOW - dt.timedelta(hours=1))
    colleague_acts(town, case, ("report",), role="worker")
    client = a_client(town.users["worker"], language=language)
    form = {"means": "phone", "was_reached": "yes", "note": "她下午三点在家"}
    response = client.post(f"/cases/{case.number}/contact/", form)
    assert response.status_code == 422
    assert Page(response).shows("她下午三点在家")


def test_no_answer_after_a_colleague_had_one_says_so(town: Town) -> None:
    case = a_case(town, at="reported", now=NOW - dt.timedelta(hours=1))
    colleague_acts(town, case, ("follow_up", "close"), role="follow_up")
    client = a_client(town.users["follow_up"], language="en")
    response = client.post(f"/cases/{case.number}/no-answer/", {"means": "phone"})
    assert response.status_code == 422
    page = Page(response)
    assert page.shows("“No answer” is not possible any more: “Close” by")
    assert page.shows("Nobody to call back")
    a_case(town, at="reported")
    page = Page(client.post(f"/cases/{case.number}/no-answer/", {"means": "phone"}))
    assert not page.shows("Nobody to call back")


def test_two_browsers_at_once_make_one_case(transactional_db: None) -> None:
    town = standing_town()
    user = a_user(town, "operator", place="110000")
    clients = [a_browser(user) for _ in range(2)]
    form = {
        "intake_key": str(uuid.uuid4()),
        "words": "电梯停运",
        "place": "双合家园",
        "kind": "complaint",
        "urgency": "N",
        "confidentiality": "none",
    }
    responses = at_once(*(partial(client.post, "/calls/new/", form) for client in clients))
    assert [response.status_code for response in responses] == [302, 302]
    assert responses[0]["Location"] == responses[1]["Location"]
    assert Case.objects.everywhere("test").count() == 1
