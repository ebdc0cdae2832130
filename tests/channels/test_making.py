"""Who is told of what: once, in the inbox always, elsewhere as chosen, never more than may be known."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction

from linli.cases import operations
from linli.cases.models import Case, ClockAlert
from linli.channels.choices import Kind
from linli.channels.making import make_messages
from linli.channels.models import Message
from linli.channels.rules import NEWS
from linli.channels.wording import line_of, title_of
from linli.journal.following import SUBSCRIBERS, follow
from linli.journal.queries import sealed_after
from linli.workforce.operations import plan
from tests.builders import Town, a_case
from tests.channels.people import a_group, out, tell, wants_mail
from tests.channels.receivers import Groups, Mail
from tests.conftest import NOW


def told(case: Case) -> set[tuple[str, str, str]]:
    """Return (kind, means, whom) of every message about a case."""
    rows = Message.objects.filter(case=case).select_related("user", "robot")
    return {(m.kind, m.means, m.user.username if m.user else m.robot.name) for m in rows}


def give(town: Town, case: Case) -> int:
    return operations.give_task(
        actor=town.actor("worker"),
        case_id=case.pk,
        organisation_id=town.units["team-029"].pk,
        words="请到六号楼看一下电梯",
    ).pk


def test_a_unit_is_told_of_its_order_and_a_partner_of_its_task(town: Town) -> None:
    case = a_case(town, at="in_progress")
    task_id = give(town, case)
    operations.arrive(actor=town.actor("partner"), task_id=task_id)
    operations.finish_task(actor=town.actor("partner"), task_id=task_id, result="好了")
    tell()
    assert told(case) == {
        (Kind.ORDER_GIVEN, "inbox", "li"),
        (Kind.TASK_GIVEN, "inbox", "he"),
        (Kind.TASK_DONE, "inbox", "li"),
    }


def test_the_same_events_twice_tell_once(town: Town) -> None:
    a_case(town, at="dispatched")
    assert tell() == 1
    events = sealed_after(0, limit=500)
    make_messages(events, now=NOW)
    assert Message.objects.count() == 1


def test_the_database_keeps_a_message_single(town: Town) -> None:
    a_case(town, at="dispatched")
    tell()
    (row,) = Message.objects.all()
    row.pk = None
    with pytest.raises(IntegrityError, match="message_once_a_person"), transaction.atomic():
        row.save()


def test_a_group_is_told_once_and_by_its_own_name(town: Town, posts: Groups) -> None:
    robot = a_group(town, posts)
    case = a_case(town, at="dispatched")
    tell()
    assert (Kind.ORDER_GIVEN, "wecom", robot.name) in told(case)
    (row,) = out(robot=robot)
    row.pk = None
    with pytest.raises(IntegrityError, match="message_once_a_group"), transaction.atomic():
        row.save()
    for changes in (
        {"user": town.users["worker"]},
        {"means": "inbox", "state": "sent", "sent_at": NOW},
    ):
        with pytest.raises(IntegrityError, match="message_has_one"), transaction.atomic():
            Message.objects.filter(robot=robot).update(**changes)


def test_the_ladder_climbs_with_the_clock(town: Town) -> None:
    case = a_case(town, at="in_progress")
    alerts = ClockAlert.objects.filter(order__case=case, clock="handling").order_by("percent")
    from linli.accounts.operations import installer
    from linli.cases.clocks.sweeping import sweep_alerts

    for alert in alerts:
        assert alert.due_at is not None
        sweep_alerts(actor=installer(now=alert.due_at, permissions=frozenset({"cases.sweep"})))
        tell(now=alert.due_at)
    rows = Message.objects.filter(case=case, kind=Kind.ALERTED).select_related("user")
    assert {(row.percent, row.user.username) for row in rows} == {
        (50, "li"),
        (75, "li"),
        (75, "han"),
        (100, "li"),
        (100, "qin"),
    }
    assert [
        title_of(row) for row in rows.filter(user=town.users["worker"]).order_by("percent")
    ] == [
        "时限已用 50%",
        "时限已用 75%",
        "时限已过",
    ]


def test_whoever_did_it_is_not_told_of_it(town: Town) -> None:
    case = a_case(town, at="in_progress")
    task_id = give(town, case)
    tell()
    Message.objects.all().delete()
    operations.withdraw_task(actor=town.actor("worker"), task_id=task_id, result="不用了")
    tell()
    assert told(case) == {(Kind.TASK_WITHDRAWN, "inbox", "he")}


def test_a_confidential_case_is_told_to_its_unit_only_and_says_nothing(
    town: Town, posts: Groups
) -> None:
    a_group(town, posts)
    case = a_case(town, at="dispatched", confidentiality="hide_case")
    tell()
    assert told(case) == {(Kind.ORDER_GIVEN, "inbox", "li")}
    line = line_of(Message.objects.select_related("case__place").get(), site="")
    assert "保密" in line.detail
    assert "电梯" not in line.text


def test_what_leaves_the_house_names_no_person_and_no_words(town: Town, posts: Groups) -> None:
    a_group(town, posts)
    case = a_case(
        town, at="dispatched", name="许大妈", phone="19900001234", address="6号楼2单元501"
    )
    tell()
    (row,) = out()
    line = line_of(row, site="https://linli.example")
    for secret in ("许大妈", "1234", case.words[:6], case.title, "501", "2单元"):
        assert secret not in line.text
    assert f"https://linli.example/cases/{case.number}/" in line.text
    assert case.place.name in line.text


def test_old_events_are_no_news(town: Town) -> None:
    a_case(town, at="dispatched", now=NOW - NEWS - dt.timedelta(minutes=1))
    assert tell() == 0


def test_who_is_on_duty_gets_the_letter_and_all_have_it_in_the_inbox(
    town: Town, mail: Mail
) -> None:
    from tests.cases.people import a_user

    other = a_user(town, "community_worker", place="110105019029", unit="committee-029")
    for user in (other, town.users["worker"]):
        from linli.accounts.queries import actor_of
        from linli.channels.operations import set_preference

        set_preference(
            actor=actor_of(user, now=NOW),
            wants_email=True,
            email=f"{user.username}@linli.example",
            digest="at_once",
            quiet_from=dt.time(22),
            quiet_to=dt.time(7),
            language="zh-hans",
        )
    plan(
        actor=town.actor("worker", now=NOW - dt.timedelta(days=1)),
        organisation_id=town.units["committee-029"].pk,
        user_id=other.pk,
        days=[NOW.date()],
        begins=dt.time(9),
        ends=dt.time(17),
        kind="duty",
    )
    a_case(town, at="dispatched")
    tell()
    assert Message.objects.filter(means="inbox").count() == 2
    assert [row.user_id for row in out()] == [other.pk]


def test_the_subscriber_follows_the_record(town: Town) -> None:
    wants = SUBSCRIBERS["channels.messages"]
    a_case(town, at="dispatched")
    tell()
    Message.objects.all().delete()
    with time_machine.travel(NOW, tick=False):
        while follow(wants, now=NOW):
            continue
    assert Message.objects.count() == 1


def test_without_a_mail_server_nothing_waits_for_one(town: Town, mail: Mail, monkeypatch) -> None:
    from tests.channels.conftest import use

    wants_mail(town, "worker")
    use(monkeypatch, smtp_url=None)
    a_case(town, at="dispatched")
    tell()
    assert out() == []
