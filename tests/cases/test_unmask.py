"""unmask: name and number are shown to those who need them, and who looked stays written down."""

from typing import Any

import pytest

from linli.cases import operations
from linli.cases.models import Case, Requester, Unmasking
from linli.cases.privacy.operations import IDENTITY_HIDDEN, REASON_NEEDED
from linli.kernel.errors import NOT_ALLOWED
from tests.builders import Town, a_case, without
from tests.cases.expect import last_event, not_found, refused
from tests.conftest import NOW


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="accepted", name="许大妈", phone="19900001234")


def unmask(town: Town, case: Case, *, actor: Any = None, reason: str = "回电话") -> Requester:
    return operations.unmask(actor=actor or town.actor("worker"), case_id=case.pk, reason=reason)


def test_shows_who_asked(town: Town, case: Case) -> None:
    shown = unmask(town, case)
    assert (shown.name, shown.phone) == ("许大妈", "+8619900001234")


def test_leaves_who_looked_when_and_why(town: Town, case: Case) -> None:
    unmask(town, case, reason="  许大妈要求回电 19900001234 ")
    looked = Unmasking.objects.get(case=case)
    assert (looked.user_id, looked.at) == (town.users["worker"].pk, NOW)
    assert looked.reason == "[姓名]要求回电 [电话]"


def test_the_event_carries_no_words(town: Town, case: Case) -> None:
    unmask(town, case, reason="许大妈要求回电 19900001234")
    event = last_event(case)
    assert event.name == "requester.unmasked"
    assert event.payload == {
        "case_id": case.pk,
        "unmasking_id": Unmasking.objects.get(case=case).pk,
    }


def test_every_look_is_another_trace(town: Town, case: Case) -> None:
    for _ in range(3):
        unmask(town, case)
    assert Unmasking.objects.filter(case=case).count() == 3
    assert last_event(case).seq == 6


@pytest.mark.parametrize("reason", ["", "  \n　"])
def test_a_reason_is_needed(town: Town, case: Case, reason: str) -> None:
    with refused(REASON_NEEDED) as broken:
        unmask(town, case, reason=reason)
    assert broken.value.field == "reason"


def test_who_handles_or_calls_back_may_and_nobody_else(town: Town, case: Case) -> None:
    unmask(town, case, actor=town.actor("follow_up"))
    for who in without("cases.unmask"):
        with refused(NOT_ALLOWED):
            unmask(town, case, actor=town.actor(who))


def test_the_neighbours_worker_does_not_see_the_case(town: Town, case: Case) -> None:
    with not_found():
        unmask(town, case, actor=town.actor("neighbour"))


def test_takes_a_fixed_number_of_statements(
    town: Town, case: Case, django_assert_max_num_queries: Any
) -> None:
    actor = town.actor("worker")
    # Savepoint and its release, lock, order, trace, version, event, requester.
    with django_assert_max_num_queries(8):
        unmask(town, case, actor=actor)


def test_who_wants_to_stay_unnamed_is_shown_at_the_hotline_only(town: Town) -> None:
    for wish in ("hide_identity", "hide_case"):
        hidden = a_case(town, at="accepted", confidentiality=wish, name="许大妈")
        with refused(IDENTITY_HIDDEN):
            unmask(town, hidden)
        assert unmask(town, hidden, actor=town.actor("follow_up")).name == "许大妈"


def test_a_unit_that_may_not_know_who_asked_reports_without_a_contact(town: Town) -> None:
    hidden = a_case(town, at="accepted", confidentiality="hide_identity", phone="19900001234")
    worker = town.actor("worker")
    operations.contact(actor=worker, case_id=hidden.pk, means="visit", was_reached=False)
    operations.report(
        actor=worker,
        case_id=hidden.pk,
        resolution="solved",
        public_reply="已修好。",
        evidence="完工单",
    )
    assert last_event(hidden).name == "order.reported"
