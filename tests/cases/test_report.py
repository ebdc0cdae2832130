"""report: the unit says what was done, in words that the caller will hear; the handling clock stops."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from linli.cases import operations
from linli.cases.choices import Kind
from linli.cases.guards import NOT_YOUR_ORDER
from linli.cases.models import Case, Report, WorkOrder
from linli.cases.operations.handling import NOT_REACHED_YET, NOT_SHOWN
from linli.cases.rules import needs_evidence
from linli.kernel.errors import FIELD_NEEDED, MOVED_ALREADY, NOT_ALLOWED, NOT_NOW
from tests.builders import Town, a_case, without
from tests.cases.expect import last_event, not_found, refused
from tests.cases.people import a_person
from tests.cases.photos import attached
from tests.conftest import NOW


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="in_progress")


def report(town: Town, case: Case, *, actor: Any = None, **given: Any) -> WorkOrder:
    arguments = {"resolution": "solved", "public_reply": "已修好。", "evidence": "完工单", **given}
    return operations.report(actor=actor or town.actor("worker"), case_id=case.pk, **arguments)


def unreached(town: Town, **given: Any) -> Case:
    """Return a case in hand whose requester was called once and did not answer."""
    case = a_case(town, at="accepted", **given)
    operations.contact(
        actor=town.actor("worker"), case_id=case.pk, means="phone", was_reached=False
    )
    return case


@pytest.mark.parametrize("resolution", ["solved", "partly", "not_solved", "explained"])
def test_the_handling_clock_stops(town: Town, case: Case, resolution: str) -> None:
    order = report(town, case, resolution=resolution, public_reply=" 已修好，请您试用。\n")
    order.refresh_from_db()
    assert (order.state, order.state_since, order.reported_at) == ("reported", NOW, NOW)
    assert (order.resolution, order.public_reply) == (resolution, "已修好，请您试用。")
    event = last_event(case)
    assert (event.name, event.seq) == ("order.reported", 5)
    written = order.reports.get()
    assert event.payload == {
        "order_id": order.pk,
        "resolution": resolution,
        "report_id": written.pk,
        "lapsed_count": 0,
    }
    assert (case.state, case.closed_at) == ("in_handling", None)


@pytest.mark.parametrize("reply", ["", "  \n　"])
def test_a_reply_is_needed(town: Town, case: Case, reply: str) -> None:
    with refused(FIELD_NEEDED) as broken:
        report(town, case, public_reply=reply)
    with translation.override("en"):
        assert broken.value.message == (
            "“Report back” needs “Reply to the caller”. Please fill it in."
        )


def test_a_resolution_is_needed(town: Town, case: Case) -> None:
    with refused(FIELD_NEEDED):
        report(town, case, resolution="")


@pytest.mark.parametrize("evidence", ["", " \n　"])
@pytest.mark.parametrize("resolution", ["solved", "partly", "not_solved", "explained"])
def test_what_was_asked_to_be_done_is_shown(
    town: Town, case: Case, evidence: str, resolution: str
) -> None:
    with refused(NOT_SHOWN) as broken:
        report(town, case, evidence=evidence, resolution=resolution)
    assert broken.value.field == "evidence"
    with translation.override("en"):
        assert "Add a photo of after handling" in broken.value.message
    case.refresh_from_db()
    assert (case.version, Report.objects.count()) == (4, 0)


@pytest.mark.usefixtures("files")
def test_a_photo_of_afterwards_shows_it(town: Town, case: Case) -> None:
    attached(town, case, 10, kind="before")
    with refused(NOT_SHOWN):
        report(town, case, evidence="")
    attached(town, case, 20)
    assert report(town, case, evidence="").state == "reported"


@pytest.mark.usefixtures("files")
def test_what_was_sent_back_is_shown_anew(town: Town, case: Case) -> None:
    attached(town, case, 10)
    report(town, case, evidence="")
    later = NOW + dt.timedelta(hours=1)
    operations.send_back(
        actor=town.actor("street_officer", now=later), case_id=case.pk, words="还是没修好"
    )
    worker = town.actor("worker", now=later + dt.timedelta(hours=1))
    with refused(NOT_SHOWN):
        report(town, case, actor=worker, evidence="")
    attached(town, case, 20, who=worker)
    assert report(town, case, actor=worker, evidence="").state == "reported"


@pytest.mark.parametrize("kind", ["inquiry", "suggestion", "praise"])
def test_what_asks_for_an_answer_only_is_shown_by_the_reply(town: Town, kind: str) -> None:
    case = a_case(town, at="in_progress", kind=kind)
    assert report(town, case, evidence="").state == "reported"


@pytest.mark.parametrize("kind", Kind.values)
def test_the_database_takes_no_report_that_nothing_shows(town: Town, kind: str) -> None:
    order = a_case(town, at="in_progress", kind=kind).lead_order
    bare = Report(order=order, at=NOW, resolution="solved", public_reply="好了", evidence="")
    if not needs_evidence(kind):
        bare.save()
        return
    with pytest.raises(IntegrityError, match="nothing shows"), transaction.atomic():
        bare.save()


def test_the_requester_is_reached_before_the_report(town: Town) -> None:
    case = unreached(town)
    with refused(NOT_REACHED_YET):
        report(town, case)
    operations.contact(actor=town.actor("worker"), case_id=case.pk, means="phone", was_reached=True)
    assert report(town, case).state == "reported"


@pytest.mark.parametrize("given", [{"wants_reply": False}, {"phone": ""}])
def test_who_wants_no_reply_or_left_no_number_need_not_be_reached(
    town: Town, given: dict[str, Any]
) -> None:
    assert report(town, unreached(town, **given)).state == "reported"


def test_a_contact_must_at_least_have_been_tried(town: Town) -> None:
    case = a_case(town, at="accepted", phone="")
    with refused(NOT_NOW):
        report(town, case)


def test_only_handlers_may(town: Town, case: Case) -> None:
    for who in without("cases.handle"):
        with refused(NOT_ALLOWED):
            report(town, case, actor=town.actor(who))


def test_only_the_lead_unit_may(town: Town, case: Case) -> None:
    above = a_person(town, "community_worker", place="110105019", unit="street-019")
    with refused(NOT_YOUR_ORDER):
        report(town, case, actor=above)


def test_the_neighbours_worker_does_not_see_the_case(town: Town, case: Case) -> None:
    with not_found():
        report(town, case, actor=town.actor("neighbour"))


@pytest.mark.parametrize("at", ["received", "dispatched"])
def test_not_before_the_order_is_in_hand(town: Town, at: str) -> None:
    case = a_case(town, at=at, phone="")
    with refused(NOT_NOW):
        report(town, case)


@pytest.mark.parametrize("at", ["reported", "followed_up", "closed"])
def test_a_second_report_hears_who_was_first(town: Town, at: str) -> None:
    case = a_case(town, at=at)
    with refused(MOVED_ALREADY) as broken:
        report(town, case, public_reply="另一份答复")
    assert broken.value.facts["who"] == "李社工"


def test_takes_a_fixed_number_of_statements(
    town: Town, case: Case, django_assert_max_num_queries: Any
) -> None:
    actor = town.actor("worker")
    # Savepoint and its release, lock, order, wall, move, photos, report, applications, search row, version, event.
    with django_assert_max_num_queries(12):
        report(town, case, actor=actor)
