"""Article 11: a request that is not dispatched ends with a notice told to the caller, and may come back once."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation

from linli.cases import operations
from linli.cases.choices import Disposition
from linli.cases.guards import TOO_LATE_TO_REOPEN
from linli.cases.models import Case, Notice
from linli.cases.notices import SHIPPED
from linli.cases.operations.sorting import LEADS_TO, SAME_CASE, UNKNOWN_CASE, WRONG_BRANCH
from linli.cases.parts import OVERTAKEN
from linli.cases.story import story_of
from linli.kernel.errors import FIELD_NEEDED, MOVED_ALREADY, RuleBroken
from tests.builders import Town, a_case
from tests.cases.expect import last_event
from tests.cases.people import a_person
from tests.cases.standing import standing_town
from tests.conftest import NOW

BRANCHES = [(name, one) for name, all_of in LEADS_TO.items() for one in all_of]


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with translation.override("zh-hans"):  # whatever language a test before this one left
        yield standing_town()


def end(town: Town, case: Case, name: str, disposition: str, **given: Any) -> Case:
    given = {"text": "已说明。", **given}
    if name == "merge":
        given.setdefault("same_as", a_case(town).number)
    verb = getattr(operations, name)
    return verb(actor=town.actor("operator"), case_id=case.pk, disposition=disposition, **given)


def test_every_branch_of_article_11_has_its_move_and_its_text() -> None:
    assert {one for _name, one in BRANCHES} == set(Disposition)
    assert set(SHIPPED) == set(Disposition)
    assert all(len(str(text)) > 30 for text in SHIPPED.values())


@pytest.mark.parametrize(("name", "disposition"), BRANCHES)
def test_a_branch_ends_the_case_and_keeps_what_was_told(
    town: Town, name: str, disposition: str
) -> None:
    case = a_case(town)
    end(town, case, name, disposition, text=" 您可以找人民调解。 ")
    case.refresh_from_db()
    assert case.disposition == disposition
    assert case.closed_at == NOW
    assert case.notice.text == "您可以找人民调解。"
    event = last_event(case)
    assert event.payload["disposition"] == disposition
    told = story_of(case)[-1]
    assert told.quote == "您可以找人民调解。"
    assert told.tone == "key"


@pytest.mark.parametrize(("name", "disposition"), BRANCHES)
def test_no_branch_is_taken_without_a_notice(town: Town, name: str, disposition: str) -> None:
    case = a_case(town)
    with pytest.raises(RuleBroken) as refused:
        end(town, case, name, disposition, text=" \n")
    assert refused.value.refusal is FIELD_NEEDED
    assert refused.value.field == "text"
    case.refresh_from_db()
    assert case.state == "received"
    assert Notice.objects.count() == 0


def test_a_ground_of_another_branch_is_refused(town: Town) -> None:
    with pytest.raises(RuleBroken) as refused:
        end(town, a_case(town), "answer", Disposition.UNLAWFUL)
    assert refused.value.refusal is WRONG_BRANCH


def test_a_duplicate_names_the_earlier_case_within_the_area(town: Town) -> None:
    case, earlier = a_case(town), a_case(town, at="in_progress")
    merged = end(town, case, "merge", Disposition.DUPLICATE, same_as=earlier.number)
    assert merged.notice is not None
    assert merged.notice.same_as == earlier
    assert (merged.get_state_display(), merged.state) == ("已并单", "merged")
    assert any(earlier.number in text for _label, text in story_of(merged)[-1].facts)
    case = a_case(town)
    for same_as, refusal in (
        ("2600000000", UNKNOWN_CASE),
        ("", UNKNOWN_CASE),
        (case.number, SAME_CASE),
    ):
        with pytest.raises(RuleBroken) as refused:
            end(town, case, "merge", Disposition.DUPLICATE, same_as=same_as)
        assert refused.value.refusal is refusal


def test_triage_puts_kind_and_urgency_right(town: Town) -> None:
    case = a_case(town, kind="complaint", urgency="N")
    operations.triage(actor=town.actor("operator"), case_id=case.pk, kind="help", urgency="E2")
    case.refresh_from_db()
    assert (case.state, case.kind, case.urgency) == ("pending_dispatch", "help", "E2")
    order = operations.dispatch(
        actor=town.actor("dispatcher"),
        case_id=case.pk,
        lead_id=town.units["committee-029"].pk,
    )
    assert order.clock_class is not None
    assert order.clock_class.code == "E2"


def test_who_comes_after_a_branch_is_told_which_and_by_whom(town: Town) -> None:
    case = a_case(town)
    end(town, case, "refer", Disposition.BEYOND_DUTY)
    with pytest.raises(RuleBroken) as refused:
        operations.dispatch(
            actor=town.actor("dispatcher"),
            case_id=case.pk,
            lead_id=town.units["committee-029"].pk,
        )
    assert refused.value.refusal is OVERTAKEN
    assert refused.value.facts["who"] == "孙话务"
    assert str(refused.value.facts["done"]) == "告知途径"
    with pytest.raises(RuleBroken) as refused:
        end(town, case, "refer", Disposition.PETITION_OPEN)
    assert refused.value.refusal is MOVED_ALREADY


# — opened again —


@pytest.mark.parametrize("at", ["closed", "answered", "transferred", "referred", "declined"])
def test_a_caller_has_a_case_opened_again_once_within_15_days(town: Town, at: str) -> None:
    case = a_case(town, at=at)
    later = NOW + dt.timedelta(days=15)
    actor = town.actor("operator", now=later)
    operations.reopen(actor=actor, case_id=case.pk, because="还是老样子")
    case.refresh_from_db()
    assert case.state == "pending_dispatch"
    assert (case.closed_at, case.lead_order, case.notice) == (None, None, None)
    assert (case.closed_before_at, case.reopened_at) == (NOW, later)
    assert story_of(case)[-1].quote == "还是老样子"

    at_night = later + dt.timedelta(hours=1)
    order = operations.dispatch(
        actor=town.actor("dispatcher", now=at_night),
        case_id=case.pk,
        lead_id=town.units["committee-029"].pk,
    )
    assert order.first_dispatched_at == at_night
    operations.accept(actor=town.actor("worker", now=at_night), case_id=case.pk)
    case.refresh_from_db()
    assert case.orders.count() == (2 if at == "closed" else 1)


def test_later_than_15_days_or_a_second_time_it_is_a_new_case(town: Town) -> None:
    case = a_case(town, at="answered")
    late = NOW + dt.timedelta(days=15, seconds=1)
    with pytest.raises(RuleBroken) as refused:
        operations.reopen(actor=town.actor("operator", now=late), case_id=case.pk, because="又坏了")
    assert refused.value.refusal is TOO_LATE_TO_REOPEN
    with pytest.raises(RuleBroken) as refused:
        operations.reopen(actor=town.actor("operator"), case_id=case.pk, because=" ")
    assert refused.value.refusal is FIELD_NEEDED
    operations.reopen(actor=town.actor("operator"), case_id=case.pk, because="又坏了")
    end(town, case, "answer", Disposition.ANSWER_NOW)
    with pytest.raises(RuleBroken) as refused:
        operations.reopen(actor=town.actor("follow_up"), case_id=case.pk, because="又坏了")
    assert refused.value.refusal is MOVED_ALREADY
    assert refused.value.facts["who"] == "孙话务"


# — consultation —


def consult(town: Town, case: Case, **given: Any) -> Any:
    given = {"unit_id": town.units["team-029"].pk, "words": "电梯归谁维保？", **given}
    return operations.consult(actor=town.actor("dispatcher"), case_id=case.pk, **given)


def test_a_unit_is_consulted_for_four_hours_and_answers_for_itself(town: Town) -> None:
    case = a_case(town)
    asked = consult(town, case)
    assert asked.due_at == NOW + dt.timedelta(hours=4)
    with pytest.raises(RuleBroken) as refused:
        consult(town, case)
    assert refused.value.refusal is MOVED_ALREADY
    in_time = town.actor("partner", now=NOW + dt.timedelta(hours=3))
    operations.answer_consultation(
        actor=in_time, consultation_id=asked.pk, is_theirs=True, answer="是我们维保的"
    )
    case.refresh_from_db()
    assert case.state == "pending_dispatch"
    told = story_of(case)[-1]
    assert told.what.startswith("双合家园志愿服务队")
    assert told.quote == "是我们维保的"
    with pytest.raises(RuleBroken) as refused:
        operations.answer_consultation(
            actor=in_time, consultation_id=asked.pk, is_theirs=False, answer="不是"
        )
    assert refused.value.facts["who"] == "何队长"
    consult(town, case)  # answered: another one may be asked


def test_an_answer_after_four_hours_or_by_others_is_none(town: Town) -> None:
    asked = consult(town, a_case(town))
    answer = {"consultation_id": asked.pk, "is_theirs": True, "answer": "是"}
    late = town.actor("partner", now=NOW + dt.timedelta(hours=4))
    with pytest.raises(RuleBroken, match="not_asked"):
        operations.answer_consultation(actor=late, **answer)
    with pytest.raises(asked.DoesNotExist):
        operations.answer_consultation(actor=town.actor("worker"), **answer)


def test_an_emergency_never_waits_and_nobody_waits_longer_than_she_wants(town: Town) -> None:
    with pytest.raises(RuleBroken, match="emergency_never_waits"):
        consult(town, a_case(town, urgency="E1"))
    case = a_case(town)
    with pytest.raises(RuleBroken, match="unit_not_around"):
        consult(town, case, unit_id=town.units["committee-044"].pk)
    consult(town, case)
    operations.dispatch(
        actor=town.actor("dispatcher"),
        case_id=case.pk,
        lead_id=town.units["street-019"].pk,
        reason="街道牵头",
    )


# — the database —


@pytest.mark.parametrize(
    ("at", "changes", "constraint"),
    [
        ("received", {"state": "answered", "closed_at": NOW}, "case_early_has_notice"),
        ("answered", {"disposition": "beyond_duty"}, "case_branch_leads_there"),
        ("answered", {"closed_at": None}, "case_closed_has_time"),
        ("pending_dispatch", {"reopened_at": NOW}, "case_reopened_in_time"),
        (
            "pending_dispatch",
            {
                "reopened_at": NOW,
                "closed_before_at": NOW - dt.timedelta(days=16),
                "reopened_because": "…",
            },
            "case_reopened_in_time",
        ),
    ],
)
def test_the_database_keeps_what_belongs_together(
    town: Town, at: str, changes: dict[str, Any], constraint: str
) -> None:
    case = a_case(town, at=at)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Case.objects.everywhere("test").filter(pk=case.pk).update(**changes)


def test_the_database_lets_a_case_be_opened_again_once(town: Town) -> None:
    case = a_case(town, at="closed")
    operations.reopen(actor=town.actor("operator"), case_id=case.pk, because="又坏了")
    with pytest.raises(DatabaseError, match="case_reopened_once"), transaction.atomic():
        Case.objects.everywhere("test").filter(pk=case.pk).update(
            reopened_at=NOW + dt.timedelta(hours=1)
        )


def test_the_database_refuses_an_empty_notice_and_a_long_consultation(town: Town) -> None:
    case = a_case(town, at="answered")
    with pytest.raises(IntegrityError, match="notice_says_something"), transaction.atomic():
        Notice.objects.filter(case=case).update(text="")
    asked = consult(town, a_case(town))
    late = NOW + dt.timedelta(hours=4, seconds=1)
    with pytest.raises(IntegrityError, match="at_most_4_hours"), transaction.atomic():
        type(asked).objects.filter(pk=asked.pk).update(due_at=late)


def test_only_who_sorts_may_end_a_case(town: Town) -> None:
    case = a_case(town)
    for who in ("worker", "leader", "follow_up", "partner"):
        with pytest.raises((RuleBroken, Case.DoesNotExist)):
            operations.answer(
                actor=town.actor(who), case_id=case.pk, disposition="answer_now", text="好"
            )
    far = a_person(town, "operator", place="110106")
    with pytest.raises(Case.DoesNotExist):
        operations.answer(actor=far, case_id=case.pk, disposition="answer_now", text="好")
