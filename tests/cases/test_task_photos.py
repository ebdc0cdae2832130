"""Photos at a co-task: whoever helps shows what she did, and sees what was opened to her, no more."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from linli.cases import operations as moves
from linli.cases.attachments import operations, rules
from linli.cases.attachments.models import Attachment
from linli.cases.attachments.queries import shown_at_tasks
from linli.cases.guards import NOT_YOUR_TASK
from linli.cases.models import Case, CoTask
from linli.cases.story import story_of
from linli.kernel.errors import NOT_ALLOWED
from tests.builders import Town, a_case
from tests.cases.expect import last_event, refused
from tests.cases.pages import a_browser
from tests.cases.people import a_person
from tests.cases.photos import a_file, a_photo, attached, received

pytestmark = pytest.mark.usefixtures("files")


@pytest.fixture
def case(town: Town) -> Case:
    return a_case(town, at="in_progress")


@pytest.fixture
def task(town: Town, case: Case) -> CoTask:
    return moves.give_task(
        actor=town.actor("worker"),
        case_id=case.pk,
        organisation_id=town.units["team-029"].pk,
        words="请到六号楼看电梯。",
    )


@pytest.fixture
def helper(town: Town) -> Client:
    return a_browser(town.users["partner"])


def add(town: Town, task: CoTask, *shades: int, who: Any = "partner", **given: Any) -> Any:
    actor = town.actor(who) if isinstance(who, str) else who
    given = {"kind": "after", "form_key": uuid.uuid4(), **given}
    pictures = received(*(shades or (90,)))
    return operations.attach_to_task(actor=actor, task_id=task.pk, pictures=pictures, **given)


def seen(town: Town, task: CoTask, who: str = "partner") -> list[Attachment]:
    task = CoTask.objects.select_related("order").get(pk=task.pk)
    return shown_at_tasks([task], actor=town.actor(who)).get(task.pk, [])


def url(name: str, task: CoTask, one: Attachment) -> str:
    return reverse(f"attachments:{name}", args=[task.pk, one.pk])


def test_before_and_after_stand_in_the_case_and_its_story(
    town: Town, case: Case, task: CoTask
) -> None:
    (before,), (after,) = add(town, task, 10, kind="before"), add(town, task, 20)
    assert {one.order_id for one in (before, after)} == {task.order_id}
    assert after.organisation_id == town.units["team-029"].pk
    event = last_event(case)
    assert (event.name, event.payload) == (
        "task.attached",
        {
            "order_id": task.order_id,
            "task_id": task.pk,
            "unit_id": task.organisation_id,
            "kind": "after",
            "count": 1,
            "has_point": False,
        },
    )
    step = story_of(Case.objects.everywhere("test").get(pk=case.pk))[-1]
    assert step.pictures == (after,)
    assert "请到六号楼看电梯" in step.body


def test_the_helpers_photo_of_afterwards_shows_the_leads_report(
    town: Town, case: Case, task: CoTask
) -> None:
    add(town, task)
    worker = town.actor("worker")
    given = {"resolution": "solved", "public_reply": "修好了。"}
    assert moves.report(actor=worker, case_id=case.pk, **given).state == "reported"


@pytest.mark.parametrize("kind", ["from_caller", "contact_proof", "identity_proof"])
def test_at_a_task_only_the_work_is_shown(town: Town, task: CoTask, kind: str) -> None:
    with refused(rules.NOT_OF_A_TASK):
        add(town, task, kind=kind)


def test_the_database_knows_no_photo_of_a_person_at_a_task(town: Town, task: CoTask) -> None:
    (one,) = add(town, task)
    with pytest.raises(IntegrityError, match="attachment_of_a_task"), transaction.atomic():
        Attachment.objects.filter(pk=one.pk).update(kind="from_caller")
    with pytest.raises(IntegrityError, match="attachment_of_a_task"), transaction.atomic():
        Attachment.objects.filter(pk=one.pk).update(order=None)


def test_who_else_adds_none(town: Town, task: CoTask) -> None:
    with refused(NOT_YOUR_TASK):
        add(town, task, who="worker")
    with pytest.raises(CoTask.DoesNotExist):
        add(town, task, who="neighbour")
    with refused(NOT_ALLOWED):
        add(town, task, who="leader")


def test_a_task_that_has_ended_takes_and_shows_nothing(town: Town, task: CoTask) -> None:
    add(town, task, 10)
    moves.withdraw_task(actor=town.actor("worker"), task_id=task.pk, result="改由街道处理")
    with refused(rules.TASK_ENDED):
        add(town, task, 20)
    assert seen(town, task) == []


def test_the_same_form_sent_again_adds_nothing(town: Town, task: CoTask) -> None:
    key = uuid.uuid4()
    first = add(town, task, 10, 20, form_key=key)
    again = add(town, task, 10, 20, form_key=key)
    assert {one.pk for one in again} == {one.pk for one in first}


def test_helpers_see_what_is_opened_to_them_and_only_while_it_is(
    town: Town, case: Case, task: CoTask
) -> None:
    (hidden,), (shown,) = attached(town, case, 1), attached(town, case, 2, is_shared=True)
    attached(town, case, 3, kind="contact_proof")
    assert seen(town, task) == [shown]
    worker = town.actor("worker")
    share = {"actor": worker, "case_id": case.pk, "attachment_id": hidden.pk}
    operations.share_attachment(**share, is_shared=True)
    assert seen(town, task) == [hidden, shown]
    operations.share_attachment(**share, is_shared=False)
    withdrawn = {"actor": worker, "case_id": case.pk, "attachment_id": shown.pk}
    operations.withdraw_attachment(**withdrawn, why="unclear")
    assert seen(town, task) == []


def test_one_helper_does_not_see_the_others_photos(town: Town, case: Case, task: CoTask) -> None:
    (one,) = add(town, task)
    other = moves.give_task(
        actor=town.actor("worker"),
        case_id=case.pk,
        organisation_id=town.units["street-019"].pk,
        words="联系维保单位。",
    )
    assert seen(town, other, "street_officer") == []
    partner = a_person(town, "partner", place="110105019029", unit="street-019")
    client = a_browser(type(town.users["worker"]).objects.get(pk=partner.user_id))
    for name in ("task_photo", "task_picture", "task_small"):
        assert client.get(url(name, task, one)).status_code == 404
        assert client.get(url(name, other, one)).status_code == 404


def test_two_tasks_of_one_unit_show_the_same(town: Town, case: Case, task: CoTask) -> None:
    second = moves.give_task(
        actor=town.actor("worker"),
        case_id=case.pk,
        organisation_id=town.units["team-029"].pk,
        words="晚上再看一次。",
    )
    (one,) = add(town, task)
    assert seen(town, task) == seen(town, second) == [one]


# — pages —


def send(client: Client, task: CoTask, *photos: Any, **given: Any) -> Any:
    form = {"form_key": str(uuid.uuid4()), "kind": "after", **given}
    address = reverse("attachments:attach_to_task", args=[task.pk])
    return client.post(address, {**form, "photos": list(photos)})


def test_from_a_phone_in_and_on_the_page_of_tasks(
    helper: Client, town: Town, case: Case, task: CoTask
) -> None:
    attached(town, case, 1, is_shared=True, kind="before")
    answer = send(helper, task, a_file(a_photo(10), name="许大妈家.jpg"))
    assert answer.headers["Location"].endswith(f"/tasks/#task-{task.pk}")
    page = helper.get(reverse("cases:tasks")).content.decode()
    for one in case.attachments.all():
        assert url("task_small", task, one) in page
        assert helper.get(url("task_photo", task, one)).status_code == 200
        sent = helper.get(url("task_picture", task, one))
        assert sent["Content-Type"] == "image/jpeg"
        assert case.number not in sent["Content-Disposition"]
        assert "许大妈" not in sent["Content-Disposition"]
    assert case.number not in page


def test_what_is_no_photo_comes_back_with_the_reason(helper: Client, task: CoTask) -> None:
    answer = send(helper, task, a_file(b"%PDF-1.7 report", name="report.pdf"))
    assert answer.status_code == 422
    assert "PDF" in answer.content.decode()
    assert send(helper, task, a_file(a_photo()), kind="identity_proof").status_code == 422
    assert Attachment.objects.count() == 0


def test_a_wrong_photo_is_withdrawn_by_the_unit_that_added_it(
    helper: Client, town: Town, case: Case, task: CoTask
) -> None:
    (own,), (leads,) = add(town, task), attached(town, case, 1, is_shared=True)
    withdraw = {"why": "shows_person"}
    assert helper.post(url("withdraw_from_task", task, leads), withdraw).status_code == 404
    assert helper.post(url("withdraw_from_task", task, own), {}).status_code == 422
    assert helper.post(url("withdraw_from_task", task, own), withdraw).status_code == 302
    own.refresh_from_db()
    assert own.withdrawn_why == "shows_person"
    assert last_event(case).name == "case.attachment_withdrawn"
    assert helper.get(url("task_photo", task, own)).status_code == 404
