"""The story of a case tells every event, in words, with who and from which unit."""

from typing import Any

import pytest
from django.utils import translation

from linli.cases import operations
from linli.cases.models import Case
from linli.cases.queries import case_for
from linli.cases.story import TELLERS, story_of
from linli.kernel.events import EVENTS
from tests.builders import Town, a_case


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


def long_case(town: Town) -> Case:
    """Return a case with every kind of event."""
    case = a_case(town, at="accepted", words="电梯停运了。")
    worker, caller = town.actor("worker"), town.actor("follow_up")
    operations.contact(
        actor=worker, case_id=case.pk, means="phone", was_reached=False, note="无人接听"
    )
    for note in ("已约下午", "又说明一次"):
        operations.contact(
            actor=worker, case_id=case.pk, means="visit", was_reached=True, note=note
        )
    operations.unmask(actor=worker, case_id=case.pk, reason="核对门牌")
    operations.report(
        actor=worker,
        case_id=case.pk,
        resolution="partly",
        public_reply="换了电机。",
        evidence="完工单",
    )
    operations.miss_follow_up(actor=caller, case_id=case.pk, means="phone")
    operations.follow_up(
        actor=caller,
        case_id=case.pk,
        means="phone",
        was_contacted=True,
        answered="partly",
        satisfaction="basically",
        note="还有响声",
    )
    operations.close(actor=caller, case_id=case.pk)
    return case_for(case.number, actor=worker)


def test_every_event_of_a_case_can_be_told() -> None:
    rooms = {f"linli.cases.{room}events" for room in ("", "attachments.", "groups.", "repeated.")}
    own = {name for name, kind in EVENTS.items() if kind.__module__ in rooms}
    assert own == set(TELLERS)


def test_tells_what_happened_oldest_first(town: Town) -> None:
    case = long_case(town)
    told = story_of(case)
    committee, hotline = (town.units[code].label for code in ("committee-029", "hotline"))
    assert committee == "Shuanghe Jiayuan Community Residents' Committee"
    assert [(step.what, step.who, step.unit) for step in told] == [
        ("Received: 12345 by telephone", "孙话务", hotline),
        (f"Dispatched to {committee}", "赵调度", hotline),
        ("Accepted", "李社工", committee),
        ("Tried to contact the requester; not reached", "李社工", committee),
        (
            "First contact with the requester; the response clock stops",
            "李社工",
            committee,
        ),
        ("Contact with the requester", "李社工", committee),
        ("Looked at the requester's name and number", "李社工", committee),
        ("Reported back: Partly solved", "李社工", committee),
        ("Called back, attempt 1: no answer", "周回访", hotline),
        ("Followed up: the caller answered", "周回访", hotline),
        ("Closed", "周回访", hotline),
    ]
    assert [step.at for step in told] == sorted(step.at for step in told)
    assert [step.quote for step in told if step.quote] == ["电梯停运了。", "换了电机。", "还有响声"]
    assert [step.body for step in told if step.body] == [
        "无人接听",
        "已约下午",
        "又说明一次",
    ]
    assert told[9].facts == (
        ("Contacted", "Yes"),
        ("Solved", "Partly solved"),
        ("Satisfaction", "Basically satisfied"),
    )


def test_a_close_without_an_answer_says_so(town: Town) -> None:
    case = a_case(town, at="reported")
    for means in ("phone", "message", "phone"):
        operations.miss_follow_up(actor=town.actor("follow_up"), case_id=case.pk, means=means)
    operations.close(actor=town.actor("follow_up"), case_id=case.pk)
    told = story_of(case_for(case.number, actor=town.actor("worker")))
    assert told[-1].what == "Closed without an answer from the caller"
    assert [step.what for step in told[-4:-1]] == [
        f"Called back, attempt {n}: no answer" for n in (1, 2, 3)
    ]


def test_a_longer_story_takes_no_more_queries(
    town: Town, django_assert_max_num_queries: Any
) -> None:
    case = long_case(town)
    # Events, contacts, follow-ups, unmaskings, people; the order stands with the case.
    with django_assert_max_num_queries(5):
        story_of(case)
