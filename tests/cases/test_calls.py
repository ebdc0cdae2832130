"""Calls: rung, answered, ended, written down; the figures of a day."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from linli.cases import operations
from linli.cases.calls import operations as calls
from linli.cases.calls.models import Interaction
from linli.cases.calls.queries import call_in_hand, figures_by_person, figures_of
from linli.cases.calls.rules import NO_CALL, ON_THE_LINE, STILL_TALKING
from linli.cases.models import Case
from linli.cases.rules import Rate
from linli.kernel.actor import Actor
from linli.kernel.clock import day_bounds
from linli.kernel.models import Event
from tests.builders import Town, a_draft
from tests.cases.expect import refused
from tests.cases.pages import Page, a_browser
from tests.cases.people import a_person
from tests.conftest import NOW


def after(seconds: int) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


@pytest.fixture
def operator(town: Town) -> Actor:
    return town.actor("operator")


def told(call: Interaction) -> list[tuple[str, dict[str, Any]]]:
    rows = Event.objects.filter(stream_kind="call", stream_id=call.pk).order_by("seq")
    return [(row.name, row.payload) for row in rows]


def test_a_call_has_four_moments_and_an_event_each(operator: Actor) -> None:
    call = calls.ring(actor=operator)
    calls.pick_up(actor=operator.at(after(9)))
    calls.hang_up(actor=operator.at(after(129)))
    calls.write_down(actor=operator.at(after(141)))
    call.refresh_from_db()
    moments = (call.rang_at, call.answered_at, call.talk_ended_at, call.ended_at)
    assert moments == (NOW, after(9), after(129), after(141))
    assert told(call) == [
        ("call.rang", {"call_id": call.pk}),
        ("call.answered", {"call_id": call.pk, "waited": 9}),
        ("call.hung_up", {"call_id": call.pk, "talked": 120}),
        ("call.written_down", {"call_id": call.pk, "written": 12}),
    ]
    assert call_in_hand(operator) is None


def test_a_call_that_nobody_answers_is_missed(operator: Actor) -> None:
    call = calls.ring(actor=operator)
    calls.hang_up(actor=operator.at(after(30)))
    assert told(call)[-1] == ("call.missed", {"call_id": call.pk, "waited": 30})
    first, behind = day_bounds(NOW)
    figures = figures_of(operator.user_id or 0, first=first, after=behind)
    assert (figures.answered, figures.missed, figures.in_time) == (0, 1, Rate(0, 1))


def test_nobody_talks_in_two_calls(operator: Actor) -> None:
    calls.pick_up(actor=operator)
    for verb in (calls.ring, calls.pick_up):
        with refused(ON_THE_LINE):
            verb(actor=operator)
    with refused(STILL_TALKING):
        calls.write_down(actor=operator)


def test_without_a_call_there_is_nothing_to_end(operator: Actor) -> None:
    for verb in (calls.hang_up, calls.write_down):
        with refused(NO_CALL):
            verb(actor=operator)


def test_the_next_call_ends_the_writing_of_the_last(operator: Actor) -> None:
    first = calls.pick_up(actor=operator)
    calls.hang_up(actor=operator.at(after(60)))
    second = calls.ring(actor=operator.at(after(90)))
    first.refresh_from_db()
    assert first.ended_at == after(90)
    assert second.pk != first.pk


def test_a_case_received_on_the_line_ends_the_call_with_the_talk(
    town: Town, operator: Actor
) -> None:
    call = calls.pick_up(actor=operator)
    case = operations.receive(actor=operator.at(after(80)), draft=a_draft(town), on_call=True)
    calls.hang_up(actor=operator.at(after(95)))
    call.refresh_from_db()
    assert (call.case_id, call.talk_ended_at, call.ended_at) == (case.pk, after(95), after(95))


def test_a_case_received_after_the_talk_ends_the_writing(town: Town, operator: Actor) -> None:
    call = calls.pick_up(actor=operator)
    calls.hang_up(actor=operator.at(after(60)))
    draft = a_draft(town, intake_key=uuid.uuid4())
    for _twice in range(2):
        operations.receive(actor=operator.at(after(72)), draft=draft, on_call=True)
    call.refresh_from_db()
    assert call.ended_at == after(72)
    assert told(call)[-1] == ("call.written_down", {"call_id": call.pk, "written": 12})


def test_figures_count_only_what_is_known(town: Town, operator: Actor) -> None:
    other = a_person(town, "operator", place="110000")
    for actor, waits in ((operator, 9), (operator, 16), (other, None)):
        if waits is not None:
            calls.ring(actor=actor)
        calls.pick_up(actor=actor.at(after(waits or 0)))
        calls.hang_up(actor=actor.at(after((waits or 0) + 100)))
        calls.write_down(actor=actor.at(after((waits or 0) + 110)))
    first, behind = day_bounds(NOW)
    whole, people = figures_by_person(operator.organisation_id or 0, first=first, after=behind)
    assert (whole.answered, whole.in_time) == (3, Rate(1, 2))
    assert (whole.talk, whole.after) == (dt.timedelta(seconds=100), dt.timedelta(seconds=10))
    assert [(figures.answered, figures.in_time) for _name, figures in people] == [
        (2, Rate(1, 2)),
        (1, Rate(0, 0)),
    ]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"answered_at": NOW, "rang_at": after(1)},
        {"rang_at": NOW, "talk_ended_at": after(1)},
        {"answered_at": NOW, "ended_at": after(1)},
        {"answered_at": after(5), "talk_ended_at": NOW},
        {"answered_at": NOW, "talk_ended_at": after(9), "ended_at": after(8)},
    ],
)
@pytest.mark.django_db
def test_the_database_knows_the_order_of_moments(row: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Interaction.objects.create(user_id=1, **row)


@pytest.mark.django_db
def test_the_database_knows_one_call_at_a_time() -> None:
    Interaction.objects.create(user_id=1, answered_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Interaction.objects.create(user_id=1, rang_at=NOW)
    assert not connection.needs_rollback


# — at the page —

FORM = {
    "words": "六号楼电梯停了。",
    "place": "双合家园",
    "kind": "complaint",
    "urgency": "N",
    "confidentiality": "none",
    "wants_reply": "on",
    "goes": "dispatch",
}


def typed(**given: str) -> dict[str, str]:
    return FORM | {"intake_key": str(uuid.uuid4())} | given


def test_a_key_of_the_telephone_keeps_all_that_is_typed(town: Town) -> None:
    client = a_browser(town.users["operator"])
    form = typed(name="许大妈", address="6 号楼", urgency="E2", goes="answer_now", told="已说明。")
    page = Page(client.post(reverse("cases:pick_up"), form))
    assert page.fields["words"] == [FORM["words"]]
    assert page.fields["address"] == ["6 号楼"]
    assert page.fields["urgency"] == ["E2"]
    assert page.fields["told"] == ["已说明。"]
    assert page.fields["intake_key"] == [form["intake_key"]]


def test_a_refused_key_says_why_and_keeps_all_that_is_typed(town: Town) -> None:
    client = a_browser(town.users["operator"])
    response = client.post(reverse("cases:hang_up"), typed())
    assert response.status_code == 409
    page = Page(response)
    assert page.shows(str(NO_CALL.text))
    assert page.fields["words"] == [FORM["words"]]


def test_a_branch_without_a_word_to_the_caller_offers_the_text_first(town: Town) -> None:
    client = a_browser(town.users["operator"])
    form = typed(goes="beyond_duty")
    response = client.post(reverse("cases:take_call"), form)
    assert response.status_code == 422
    assert not Case.objects.everywhere("test").exists()
    offered = Page(response).fields["told"][0]
    assert offered
    assert client.post(reverse("cases:take_call"), form | {"told": offered}).status_code == 302
    case = Case.objects.everywhere("test").get()
    assert (case.state, case.disposition) == ("referred", "beyond_duty")
    assert case.notice is not None
    assert case.notice.text == offered


def test_settling_twice_makes_one_case(town: Town, operator: Actor) -> None:
    draft = a_draft(town, intake_key=uuid.uuid4())
    for _twice in range(2):
        operations.settle(
            actor=operator, draft=draft, disposition="answer_now", text="办理地点已告知。"
        )
    case = Case.objects.everywhere("test").get()
    names = Event.objects.filter(stream_kind="case", stream_id=case.pk).order_by("seq")
    assert [row.name for row in names] == ["case.received", "case.answered"]


def test_a_settlement_that_is_refused_leaves_nothing(town: Town, operator: Actor) -> None:
    from linli.cases.operations.sorting import UNKNOWN_CASE

    with refused(UNKNOWN_CASE):
        operations.settle(
            actor=operator,
            draft=a_draft(town),
            disposition="duplicate_no_new_facts",
            text="您反映的事项正在办理。",
            same_as="26000000018",
        )
    assert not Case.objects.everywhere("test").exists()


def test_whoever_leads_the_hotline_sees_each_operators_day(town: Town, operator: Actor) -> None:
    calls.pick_up(actor=operator)
    page = a_browser(town.users["office"]).get(reverse("cases:calls"), {"day": f"{NOW:%Y-%m-%d}"})
    assert Page(page).shows(operator.name)
    assert a_browser(town.users["operator"]).get(reverse("cases:calls")).status_code == 403
