"""Repeated duties: a rhythm, checks with photos, an end; what is missed is seen and told."""

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from linli.accounts.operations import installer
from linli.cases.models import Attachment, Case, DutyCheck, RepeatedDuty
from linli.cases.queries import case_for
from linli.cases.repeated import operations
from linli.cases.repeated.queries import checks_due, duties_of_case
from linli.cases.repeated.rules import GRACE, may_be_made, moments, read_times
from linli.cases.story import story_of
from tests.builders import Town, a_case
from tests.cases.expect import refused
from tests.cases.pages import Page, a_browser
from tests.cases.photos import received
from tests.conftest import NOW

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = dt.date(2026, 11, 18)
EVENING = dt.time(18, 30)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DUE = dt.datetime.combine(TODAY, EVENING, tzinfo=ZONE)


def start(town: Town, case: Case, **given: Any) -> RepeatedDuty:
    chosen: dict[str, Any] = {
        "organisation_id": town.units["team-029"].pk,
        "words": "六号楼电梯口有没有电动车",
        "weekdays": range(7),
        "times": [EVENING, dt.time(21)],
        "starts_on": TODAY,
        "ends_on": TODAY + 13 * DAY,
        **given,
    }
    return operations.start_repeated(actor=town.actor("worker"), case_id=case.pk, **chosen)


def check(town: Town, duty: RepeatedDuty, *, now: dt.datetime = DUE, **given: Any) -> DutyCheck:
    row = duty.checks.filter(due_at=DUE).get()
    chosen = {"is_fine": True, "note": "没有车", **given}
    return operations.make_check(actor=town.actor("partner", now=now), check_id=row.pk, **chosen)


def sweep(now: dt.datetime) -> int:
    return operations.sweep_checks(actor=installer(now=now, permissions=frozenset({"cases.sweep"})))


def test_checks_are_due_on_their_days_at_their_times() -> None:
    found = moments(
        starts_on=TODAY,
        ends_on=TODAY + 6 * DAY,
        weekdays={2, 4},
        times=[dt.time(21), EVENING, EVENING],
        zone=ZONE,
        after=DUE,
    )
    assert [f"{one:%d %H:%M}" for one in found] == ["18 21:00", "20 18:30", "20 21:00"]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("18:30 21:00", ["18:30", "21:00"]),
        ("21:00、9：05", ["09:05", "21:00"]),
        ("18:30,18:30", ["18:30"]),
        ("", None),
        ("晚上", None),
        ("25:00", None),
    ],
)
def test_times_are_read_as_people_write_them(text: str, times: list[str] | None) -> None:
    found = read_times(text)
    assert (None if found is None else [f"{one:%H:%M}" for one in found]) == times


def test_a_check_is_made_in_its_time_only() -> None:
    assert not may_be_made(DUE, now=DUE - HOUR - dt.timedelta(seconds=1))
    assert may_be_made(DUE, now=DUE - HOUR)
    assert not may_be_made(DUE, now=DUE + GRACE)


def test_two_weeks_of_patrols_are_written_down_at_once(town: Town) -> None:
    duty = start(town, case := a_case(town, at="in_progress"))
    assert duty.checks.count() == 28
    told = story_of(Case.objects.everywhere("test").get(pk=case.pk))[-1]
    assert told.what == "请双合家园志愿服务队定期检查"


def test_a_check_with_photos_stands_in_the_case(town: Town, files: Any) -> None:
    duty = start(town, case := a_case(town, at="in_progress"))
    made = check(town, duty, note="", pictures=received(10), form_key=uuid.uuid4())
    assert (made.is_fine, made.photo_count, made.done_at) == (True, 1, DUE)
    photo = Attachment.objects.get(case=case)
    assert photo.duty_check_id == made.pk
    told = story_of(Case.objects.everywhere("test").get(pk=case.pk))[-1]
    assert told.what == "双合家园志愿服务队已检查：一切正常"
    assert told.pictures == (photo,)


def test_what_cannot_be_a_check_is_refused(town: Town) -> None:
    duty = start(town, a_case(town, at="in_progress"))
    for given, refusal in (
        ({"note": " "}, operations.SHOW_IT),
        ({"is_fine": False, "note": " "}, operations.SHOW_IT),
        ({"now": DUE - 2 * HOUR}, operations.NOT_IN_TIME),
        ({"now": DUE + GRACE}, operations.NOT_IN_TIME),
    ):
        with refused(refusal):
            check(town, duty, **given)
    check(town, duty)
    with refused(operations.MADE_ALREADY):
        check(town, duty)


def test_only_the_unit_that_has_it_checks(town: Town) -> None:
    duty = start(town, a_case(town, at="in_progress"))
    row = duty.checks.first()
    assert row is not None
    given = {"check_id": row.pk, "is_fine": True, "note": "没有"}
    with refused(operations.NOT_YOURS):
        operations.make_check(actor=town.actor("worker", now=DUE), **given)
    with pytest.raises(DutyCheck.DoesNotExist):
        operations.make_check(actor=town.actor("neighbour", now=DUE), **given)


def test_what_is_missed_is_found_by_the_sweep_once(town: Town) -> None:
    duty = start(town, case := a_case(town, at="in_progress"))
    assert sweep(DUE + GRACE - dt.timedelta(seconds=1)) == 0
    found = case_for(case.number, actor=town.actor("worker", now=DUE + GRACE))
    assert [one.missed for one in duties_of_case(found)] == [1], "by the clock"
    assert sweep(DUE + GRACE) == 1
    assert sweep(DUE + GRACE) == 0
    row = duty.checks.get(due_at=DUE)
    assert row.missed_at == DUE + GRACE
    with refused(operations.NOT_IN_TIME):
        check(town, duty, now=DUE + GRACE)
    told = story_of(Case.objects.everywhere("test").get(pk=case.pk))[-1]
    assert told.what == "双合家园志愿服务队漏检一次"


def test_it_goes_on_after_the_case_is_closed(town: Town) -> None:
    from linli.cases import operations as cases

    case = a_case(town, at="in_progress")
    duty = start(town, case)
    cases.report(
        actor=town.actor("worker"),
        case_id=case.pk,
        resolution="solved",
        public_reply="已加派巡查。",
        evidence="巡查表",
    )
    cases.follow_up(
        actor=town.actor("follow_up"),
        case_id=case.pk,
        means="phone",
        was_contacted=True,
        answered="solved",
        satisfaction="very",
    )
    cases.close(actor=town.actor("follow_up"), case_id=case.pk)
    assert check(town, duty).done_at == DUE


def test_it_ends_early_for_a_reason_and_what_lies_ahead_goes(town: Town) -> None:
    duty = start(town, a_case(town, at="in_progress"))
    check(town, duty)
    later = DUE + HOUR
    operations.end_repeated(
        actor=town.actor("worker", now=later), duty_id=duty.pk, result="装了阻车系统"
    )
    assert duty.checks.count() == 1
    with refused(operations.IS_OVER):
        operations.end_repeated(
            actor=town.actor("worker", now=later), duty_id=duty.pk, result="又一次"
        )
    with pytest.raises(RepeatedDuty.DoesNotExist):
        operations.end_repeated(actor=town.actor("street_officer"), duty_id=duty.pk, result="x")


def test_what_cannot_be_a_duty_is_refused(town: Town) -> None:
    case = a_case(town, at="in_progress", name="许大妈")
    for given, refusal in (
        ({"ends_on": TODAY + 93 * DAY}, operations.TOO_LONG),
        ({"times": [dt.time(hour) for hour in range(7)]}, operations.TOO_OFTEN),
        ({"ends_on": TODAY, "weekdays": [0]}, operations.NO_CHECK),
        ({"organisation_id": town.units["committee-044"].pk}, operations.NOT_A_HELPER),
        ({"words": "看许大妈家门口"}, operations.TELLS_WHO_ASKED),
    ):
        with refused(refusal):
            start(town, case, **given)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"done_at": DUE}, "duty_check_made_is_whole"),
        ({"missed_at": DUE}, "duty_check_missed_when_over"),
        ({"done_at": DUE, "done_by": 1, "is_fine": True}, "duty_check_made_is_whole"),
        (
            {"done_at": DUE, "done_by": 1, "is_fine": True, "note": "x", "missed_at": DUE + GRACE},
            "duty_check_made_or_missed",
        ),
    ],
)
def test_the_database_keeps_a_check_whole(
    town: Town, changes: dict[str, Any], constraint: str
) -> None:
    duty = start(town, a_case(town, at="in_progress"))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        duty.checks.filter(due_at=DUE).update(**changes)


def test_a_check_once_made_stands(town: Town) -> None:
    duty = start(town, a_case(town, at="in_progress"))
    made = check(town, duty)
    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        DutyCheck.objects.filter(pk=made.pk).update(is_fine=False)


def test_the_pages_ask_check_and_show(town: Town, files: Any) -> None:
    case = a_case(town, at="in_progress")
    worker, partner = a_browser(town.users["worker"]), a_browser(town.users["partner"])
    url = reverse("repeated:start", args=[case.number])
    asked = {
        "organisation": town.units["team-029"].pk,
        "words": "六号楼电梯口",
        "times": "18:30",
        "weekdays": [str(day) for day in range(7)],
        "starts_on": "2026-11-18",
        "ends_on": "2026-12-01",
    }
    with time_machine.travel(NOW, tick=False):
        assert worker.get(url).status_code == 200
        wrong = worker.post(url, asked | {"times": "傍晚"})
        assert wrong.status_code == 422
        assert Page(wrong).fields["times"] == ["傍晚"]
        assert worker.post(url, asked).status_code == 302
    duty = RepeatedDuty.objects.get()
    assert duty.checks.count() == 14
    row = duty.checks.get(due_at=DUE)
    with time_machine.travel(DUE, tick=False):
        assert [one.pk for one in checks_due(town.actor("partner", now=DUE))] == [row.pk]
        assert Page(partner.get(reverse("cases:tasks"))).shows("定期检查")
        assert partner.get(reverse("repeated:duties")).status_code == 200
        post = reverse("repeated:check", args=[row.pk])
        key = str(uuid.uuid4())
        empty = partner.post(post, {"is_fine": "yes", "note": "", "form_key": key})
        assert empty.status_code == 422
        sent = {"is_fine": "yes", "note": "没有车", "form_key": key}
        assert partner.post(post, sent).status_code == 302
    with time_machine.travel(DUE + DAY + GRACE, tick=False):
        shown = Page(worker.get(reverse("repeated:duties")))
        assert shown.shows("漏检")
        assert Page(worker.get(reverse("cases:case", args=[case.number]))).shows("漏检 1 次")
        end = reverse("repeated:end", args=[duty.pk])
        assert worker.post(end, {"result": ""}).status_code == 422
        assert worker.post(end, {"result": "装了阻车系统"}).status_code == 302
