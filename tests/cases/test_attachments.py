"""Attachments: who adds what, what is kept of it, what sharing and withdrawing change."""

import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from linli.cases.attachments import keeping, operations, rules
from linli.cases.attachments.models import STORE, Attachment
from linli.cases.attachments.parts import forget_attachments, has_evidence
from linli.cases.attachments.queries import shown_to
from linli.cases.attachments.sweeping import sweep_attachment_files
from linli.cases.models import Case, Unmasking
from linli.cases.privacy.operations import REASON_NEEDED
from linli.cases.story import story_of
from linli.kernel.errors import NOT_ALLOWED
from tests.builders import Town, a_case
from tests.cases.expect import last_event, not_found, refused
from tests.cases.photos import attached, received
from tests.cases.test_same_time import at_once
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("files")
WHERE = (Decimal("39.901200"), Decimal("116.405300"), 12)


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="in_progress")


def test_photos_are_kept_with_time_and_place_beside_them(town: Town, case: Case) -> None:
    one, two = attached(town, case, 10, 20, where=WHERE)
    assert (one.at, one.user_id) == (NOW, town.users["worker"].pk)
    assert (one.latitude, one.longitude, one.accuracy) == WHERE
    assert (one.seq, one.nth, two.seq, two.nth) == (case.version + 1, 1, case.version + 1, 2)
    assert (one.width, one.height) == (600, 450)
    kept = b"".join(STORE.read(one.content))
    assert kept[:3] == b"\xff\xd8\xff"
    assert len(kept) == one.size


def test_one_event_tells_of_all_of_them_without_a_word(town: Town, case: Case) -> None:
    attached(town, case, 10, 20)
    event = last_event(case)
    assert event.name == "case.attached"
    assert event.payload == {
        "case_id": case.pk,
        "kind": "after",
        "count": 2,
        "is_shared": False,
        "has_point": False,
    }
    step = story_of(case)[-1]
    assert [one.nth for one in step.pictures] == [1, 2]


def test_the_same_form_sent_again_adds_nothing(town: Town, case: Case) -> None:
    key = uuid.uuid4()
    first = attached(town, case, 10, 20, form_key=key)
    again = attached(town, case, 10, 20, form_key=key)
    assert {one.pk for one in again} == {one.pk for one in first}
    assert last_event(case).seq == case.version


def test_a_connection_that_died_half_way_loses_and_doubles_nothing(town: Town, case: Case) -> None:
    key = uuid.uuid4()
    attached(town, case, 10, form_key=key)
    attached(town, case, 10, 20, 30, form_key=key)
    assert Attachment.objects.filter(case=case).count() == 3
    assert last_event(case).payload["count"] == 2


def test_a_photo_chosen_twice_in_one_form_is_one(town: Town, case: Case) -> None:
    assert len(attached(town, case, 10, 10)) == 1


def test_equal_photos_of_two_cases_are_two_attachments_and_one_file(
    town: Town, case: Case, files: Path
) -> None:
    other = a_case(town, at="in_progress")
    (one,), (two,) = attached(town, case, 10), attached(town, other, 10)
    assert one.pk != two.pk
    assert one.content == two.content
    assert len([path for path in files.rglob("*") if path.is_file()]) == 2


# — who —


@pytest.mark.parametrize("kind", ["before", "after", "contact_proof"])
@pytest.mark.parametrize("who", ["operator", "dispatcher", "follow_up"])
def test_proof_of_the_work_comes_from_the_unit_that_does_it(
    town: Town, case: Case, kind: str, who: str
) -> None:
    with refused(rules.PROOF_OF_OTHERS):
        attached(town, case, who=who, kind=kind)


@pytest.mark.parametrize("kind", ["from_caller", "identity_proof"])
def test_what_the_caller_brings_is_taken_by_all_who_hear_her(
    town: Town, case: Case, kind: str
) -> None:
    for shade, who in enumerate(("operator", "dispatcher", "worker", "follow_up")):
        attached(town, case, shade, who=who, kind=kind)
    assert case.attachments.count() == 4


def test_before_dispatch_nobody_has_work_to_prove(town: Town) -> None:
    case = a_case(town, at="received")
    with refused(rules.PROOF_OF_OTHERS):
        attached(town, case, who="dispatcher")


def test_a_leader_and_a_neighbour_add_nothing(town: Town, case: Case) -> None:
    with refused(NOT_ALLOWED):
        attached(town, case, who="leader")
    with not_found():
        attached(town, case, who="neighbour", kind="from_caller")


def test_a_closed_case_takes_nothing_more(town: Town) -> None:
    case = a_case(town, at="closed")
    with refused(rules.CASE_CLOSED):
        attached(town, case)


def test_there_is_an_end_to_how_many(town: Town, case: Case, monkeypatch: Any) -> None:
    with refused(rules.TOO_MANY_AT_ONCE):
        attached(town, case, *range(0, 200, 20))
    monkeypatch.setattr(keeping, "MOST_A_CASE", 3)
    attached(town, case, 10, 20)
    with refused(rules.TOO_MANY) as broken:
        attached(town, case, 30, 40)
    assert broken.value.facts == {"limit": 3, "count": 2}


# — sharing, withdrawing —


@pytest.mark.parametrize("kind", ["contact_proof", "identity_proof"])
def test_what_shows_who_asked_is_never_shared(town: Town, case: Case, kind: str) -> None:
    with refused(rules.NOT_SHAREABLE):
        attached(town, case, kind=kind, is_shared=True)
    (one,) = attached(town, case, kind=kind)
    with refused(rules.NOT_SHAREABLE):
        share(town, case, one, True)


def share(
    town: Town, case: Case, one: Attachment, is_shared: bool, who: str = "worker"
) -> Attachment:
    return operations.share_attachment(
        actor=town.actor(who), case_id=case.pk, attachment_id=one.pk, is_shared=is_shared
    )


def withdraw(
    town: Town, case: Case, one: Attachment, who: str = "worker", why: str = "unclear"
) -> Attachment:
    return operations.withdraw_attachment(
        actor=town.actor(who), case_id=case.pk, attachment_id=one.pk, why=why
    )


def test_sharing_said_twice_is_said_once(town: Town, case: Case) -> None:
    (one,) = attached(town, case, is_shared=True)
    share(town, case, one, True)
    assert last_event(case).name == "case.attached"


def test_withdrawn_is_hidden_and_not_deleted(town: Town, case: Case) -> None:
    (one,) = attached(town, case)
    withdraw(town, case, one, why="shows_person")
    one.refresh_from_db()
    assert (one.withdrawn_at, one.withdrawn_by) == (NOW, town.users["worker"].pk)
    assert shown_to(town.actor("worker"), case, [one]) == []
    assert b"".join(STORE.read(one.content))
    assert last_event(case).payload == {
        "case_id": case.pk,
        "attachment": str(one.pk),
        "why": "shows_person",
    }
    with refused(rules.WITHDRAWN_ALREADY):
        withdraw(town, case, one)


def test_another_units_photo_is_not_mine_to_hide_or_show(town: Town, case: Case) -> None:
    (one,) = attached(town, case, who="operator", kind="from_caller")
    with refused(rules.NOT_YOUR_ATTACHMENT):
        withdraw(town, case, one)
    with refused(rules.NOT_YOUR_ATTACHMENT):
        share(town, case, one, True)
    withdraw(town, case, one, who="dispatcher")  # the same unit, another seat


def test_what_a_report_rests_on_stays(town: Town, case: Case) -> None:
    from linli.cases.operations import report

    (one,) = attached(town, case)
    report(
        actor=town.actor("worker"), case_id=case.pk, resolution="solved", public_reply="修好了。"
    )
    with refused(rules.EVIDENCE_STANDS):
        withdraw(town, case, one)


# — evidence, identity —


def test_evidence_is_a_photo_of_afterwards_that_stands(town: Town, case: Case) -> None:
    order = case.lead_order
    attached(town, case, 1, kind="before")
    attached(town, case, 2, kind="from_caller")
    assert not has_evidence(order)
    (one,) = attached(town, case, 3)
    assert has_evidence(order)
    withdraw(town, case, one)
    assert not has_evidence(order)


def look(
    town: Town, case: Case, one: Attachment, who: str = "worker", reason: str = "核对身份"
) -> Attachment:
    return operations.look_at_identity(
        actor=town.actor(who), case_id=case.pk, attachment_id=one.pk, reason=reason
    )


def test_looking_at_a_proof_of_identity_leaves_who_when_and_why(town: Town, case: Case) -> None:
    (one,) = attached(town, case, kind="identity_proof")
    assert look(town, case, one) == one
    looked = Unmasking.objects.get(case=case)
    assert (looked.user_id, looked.at, looked.reason) == (
        town.users["worker"].pk,
        NOW,
        "核对身份",
    )
    assert last_event(case).payload["unmasking_id"] == looked.pk
    with refused(REASON_NEEDED):
        look(town, case, one, reason=" ")
    with refused(NOT_ALLOWED):
        look(town, case, one, who="dispatcher")


def test_those_who_may_not_know_who_asked_do_not_know_of_it(town: Town, case: Case) -> None:
    for shade, kind in enumerate(("identity_proof", "contact_proof", "from_caller")):
        attached(town, case, shade, kind=kind)
    rows = list(case.attachments.all())
    seen = {who: {one.kind for one in shown_to(town.actor(who), case, rows)} for who in town.users}
    assert seen["worker"] == {"identity_proof", "contact_proof", "from_caller"}
    assert seen["dispatcher"] == seen["operator"] == seen["leader"] == {"from_caller"}


# — the database's own guards —


@pytest.mark.parametrize(
    ("constraint", "written"),
    [
        ("attachment_kind_known", {"kind": "video"}),
        ("attachment_personal_not_shared", {"kind": "identity_proof", "is_shared": True}),
        ("attachment_point_is_whole", {"latitude": 39}),
        ("attachment_point_is_whole", {"latitude": 39, "accuracy": 1}),
        ("attachment_point_is_whole", {"latitude": 91, "longitude": 0, "accuracy": 1}),
        ("attachment_withdrawn_is_whole", {"withdrawn_at": NOW}),
        ("attachment_withdrawn_is_whole", {"withdrawn_at": NOW, "withdrawn_by": 1}),
        (
            "attachment_withdrawn_is_whole",
            {"withdrawn_at": NOW, "withdrawn_by": 1, "withdrawn_why": "x"},
        ),
        ("attachment_is_named", {"content": "../../etc/passwd"}),
    ],
)
def test_the_database_refuses_what_the_rules_refuse(
    town: Town, case: Case, constraint: str, written: dict[str, Any]
) -> None:
    (one,) = attached(town, case)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Attachment.objects.filter(pk=one.pk).update(**written)


# — when their time is over —


def test_deleted_attachments_take_their_files_with_them(
    town: Town, case: Case, files: Path
) -> None:
    other = a_case(town, at="in_progress")
    attached(town, case, 10, 20)
    attached(town, other, 10)
    with transaction.atomic():
        assert forget_attachments([case.pk]) == 2
    later = town.actor("administrator", now=NOW.replace(year=2027))
    assert sweep_attachment_files(actor=later) == 2  # that of the other case stays
    assert sweep_attachment_files(actor=later) == 0
    (kept,) = other.attachments.all()
    assert b"".join(STORE.read(kept.content))


@pytest.mark.django_db(transaction=True)
def test_two_who_send_the_same_form_at_once_make_one(town: Town, case: Case) -> None:
    key = uuid.uuid4()
    actor, pictures = town.actor("worker"), received(10)

    def send() -> list[Attachment]:
        return operations.attach(
            actor=actor, case_id=case.pk, kind="after", pictures=pictures, form_key=key
        )

    one, two = at_once(send, send)
    assert [row.pk for row in one] == [row.pk for row in two]
    assert Attachment.objects.count() == 1
