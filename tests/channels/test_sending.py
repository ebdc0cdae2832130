"""The sending: by every means, once, in order, at the right hour; and what becomes of what does not go."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from linli.channels.adapters import Letter, Line, NotSent
from linli.channels.choices import Delivery
from linli.channels.models import Message, Robot
from linli.channels.operations import NOT_AN_ADDRESS, add_robot, end_robot, try_again
from linli.channels.rules import LEASE, ROBOT_EVERY, TRIES, tried_again_after
from linli.kernel.errors import RuleBroken
from tests.builders import Town, a_case, take
from tests.channels.people import a_group, out, send, tell, wants_mail
from tests.channels.receivers import Groups, Mail
from tests.conftest import NOW

SECOND, MINUTE, HOUR = (dt.timedelta(**{name: 1}) for name in ("seconds", "minutes", "hours"))
NIGHT = dt.datetime(2026, 11, 18, 15, 30, tzinfo=dt.UTC)  # 23:30 in Beijing
MORNING = dt.datetime(2026, 11, 18, 23, 0, tzinfo=dt.UTC)  # 07:00


def test_a_letter_says_what_where_and_until_when_with_a_link(town: Town, mail: Mail) -> None:
    wants_mail(town, "worker")
    case = a_case(town, at="dispatched")
    tell()
    assert send() == 1
    (letter,) = mail.letters
    assert (letter["To"], letter["Subject"]) == ("worker@linli.example", "邻里：您单位有新工单")
    text = letter.get_content()
    assert f"https://linli.example/cases/{case.number}/" in text
    assert case.shown_number in text
    assert "截止" in text
    (row,) = out()
    assert (row.state, row.sent_at, row.attempt_count) == (Delivery.SENT, NOW, 1)
    assert send() == 0


def test_a_letter_in_english_is_english(town: Town, mail: Mail) -> None:
    wants_mail(town, "worker", language="en")
    a_case(town, at="dispatched")
    tell()
    send()
    assert mail.letters[0]["Subject"] == "Linli: A new order for your unit"
    assert "Residents" in mail.letters[0].get_content() or "Due" in mail.letters[0].get_content()


@pytest.mark.parametrize("means", ["wecom", "dingtalk", "feishu"])
def test_a_group_is_told_as_its_provider_wants_it(town: Town, posts: Groups, means: str) -> None:
    a_group(town, posts, means)
    case = a_case(town, at="dispatched")
    tell()
    assert send() == 1
    assert posts.refused == []
    (post,) = posts.posts
    assert (post.provider, case.shown_number in post.text) == (means, True)
    if post.stamp is not None:
        assert post.stamp == NOW.timestamp()


def test_what_comes_together_goes_out_together_in_order_and_within_the_limit(
    town: Town, posts: Groups
) -> None:
    robot = a_group(town, posts)
    cases = [a_case(town, at="dispatched") for _ in range(25)]
    tell()
    assert send() == 1
    Robot.objects.filter(pk=robot.pk).update(posted_at=NOW)
    assert send(now=NOW + SECOND) == 0, "twenty posts a minute and no more"
    assert send(now=NOW + ROBOT_EVERY) == 1
    first, second = (post.text for post in posts.posts)
    assert len(first.encode()) <= 2048
    shown = [number for case in cases if (number := case.shown_number) in first]
    assert [first.index(number) for number in shown] == sorted(first.index(n) for n in shown)
    assert f"收件箱里还有 {20 - len(shown)} 条" in first
    assert cases[-1].shown_number in second


def test_in_the_quiet_hours_only_an_emergency_goes_out(town: Town, mail: Mail) -> None:
    wants_mail(town, "worker")
    a_case(town, at="dispatched", now=NIGHT)
    emergency = a_case(town, at="dispatched", now=NIGHT, urgency="E1")
    tell(now=NIGHT)
    assert send(now=NIGHT) == 1
    assert emergency.shown_number in mail.letters[0].get_content()
    assert "紧急" in mail.letters[0]["Subject"]
    assert send(now=MORNING - SECOND) == 0
    assert send(now=MORNING) == 1


def test_what_was_due_by_day_does_not_go_out_by_night(town: Town, mail: Mail) -> None:
    wants_mail(town, "worker")
    a_case(town, at="dispatched")
    tell()
    assert send(now=NIGHT) == 0, "no worker ran until the night"
    assert [row.due_at for row in out()] == [MORNING]
    assert send(now=MORNING) == 1


def test_a_failure_is_tried_again_later_each_time_and_then_given_up(town: Town, mail: Mail) -> None:
    mail.mood = lambda number: "fail"
    wants_mail(town, "worker", quiet_from=dt.time(0), quiet_to=dt.time(0))
    a_case(town, at="dispatched")
    tell()
    now = NOW
    for attempt in range(1, TRIES + 1):
        assert send(now=now) == 0
        (row,) = out()
        assert (row.attempt_count, row.failure) == (attempt, "smtp_451")
        pause = tried_again_after(attempt)
        if pause is not None:
            assert (row.state, row.due_at) == (Delivery.QUEUED, now + pause)
            assert send(now=now + pause - SECOND) == 0
            now += pause
    assert row.state == Delivery.DEAD
    mail.mood = lambda number: "take"
    try_again(actor=town.actor("administrator", now=now), message_id=row.pk)
    assert send(now=now) == 1
    assert len(mail.letters) == 1


def test_a_message_given_up_goes_by_another_way_once(town: Town, mail: Mail, posts: Groups) -> None:
    wants_mail(town, "worker")
    case = a_case(town, at="dispatched")
    tell()
    a_group(town, posts)
    mail.mood = lambda number: "gone"
    assert send() == 1
    (post,) = posts.posts
    assert case.shown_number in post.text
    letter, instead = out()
    assert (letter.state, letter.failure, letter.attempt_count) == (Delivery.DEAD, "smtp_550", 1)
    assert (instead.instead_of_id, instead.state) == (letter.pk, Delivery.SENT)


def test_a_dead_group_is_told_by_letters(town: Town, mail: Mail, posts: Groups) -> None:
    robot = a_group(town, posts, "dingtalk")
    Robot.objects.filter(pk=robot.pk).update(secret_sealed=None)
    wants_mail(town, "worker")
    Message.objects.all().delete()
    a_case(town, at="dispatched")
    tell()
    Message.objects.filter(means="email").delete()
    assert send() == 1
    row = Message.objects.get(robot=robot)
    assert (row.state, row.failure) == (Delivery.DEAD, "code_310000")
    assert len(mail.letters) == 1


def test_too_many_is_no_reason_to_give_up(town: Town, posts: Groups) -> None:
    a_group(town, posts)
    posts.mood = lambda number: "full" if number == 1 else "take"
    a_case(town, at="dispatched")
    tell()
    assert send() == 0
    assert [row.failure for row in out()] == ["too_many"]
    assert send(now=NOW + MINUTE) == 1


def test_a_post_whose_answer_was_lost_is_not_posted_twice(town: Town, posts: Groups) -> None:
    a_group(town, posts)
    posts.mood = lambda number: "silent"
    a_case(town, at="dispatched")
    tell()
    assert send() == 0
    assert [row.state for row in out()] == [Delivery.UNSURE]
    assert send(now=NOW + HOUR) == 0
    assert len(posts.posts) == 1


def test_an_emergency_is_posted_again_rather_than_lost(town: Town, posts: Groups) -> None:
    a_group(town, posts)
    posts.mood = lambda number: "silent" if number == 1 else "take"
    a_case(town, at="dispatched", urgency="E1")
    tell()
    send()
    assert send(now=NOW + MINUTE) == 1
    assert len(posts.posts) == 2


def test_what_a_dead_worker_had_in_hand_goes_out_under_the_same_name(
    town: Town, mail: Mail
) -> None:
    from linli.channels.operations import claim
    from linli.channels.sending import sender

    wants_mail(town, "worker")
    a_case(town, at="dispatched")
    tell()
    (batch,) = claim(actor=sender(NOW))
    assert send(now=NOW + LEASE - SECOND) == 0
    send(now=NOW + LEASE)
    assert send(now=NOW + LEASE + MINUTE) == 1
    assert mail.letters[0]["Message-ID"] == f"<{batch}@linli.example>"


def test_no_message_overtakes_another_of_its_case(town: Town, mail: Mail) -> None:
    mail.mood = lambda number: "fail" if number == 1 else "take"
    wants_mail(town, "worker")
    case = a_case(town, at="dispatched")
    other = a_case(town, at="received")
    tell()
    assert send() == 0
    take(town.actor("office"), case, "supervise", reason="sensitive", words="请盯紧")
    take(town.actor("dispatcher"), other, "dispatch", lead_id=town.units["committee-029"].pk)
    tell()
    assert send(now=NOW + SECOND) == 1, "another case goes on"
    assert other.shown_number in mail.letters[0].get_content()
    assert send(now=NOW + MINUTE) == 2
    first, second = (letter["Subject"] for letter in mail.letters[1:])
    assert ("新工单" in first, "督办" in second) == (True, True)


def test_a_robot_is_at_its_providers_address(town: Town, posts: Groups) -> None:
    for address in ("https://evil.example/robot", "http://qyapi.weixin.qq.com/x", "file:///etc"):
        with pytest.raises(RuleBroken) as refused:
            add_robot(
                actor=town.actor("worker"),
                organisation_id=town.units["committee-029"].pk,
                means="wecom",
                name="群",
                address=address,
            )
        assert refused.value.refusal is NOT_AN_ADDRESS
    from linli.channels.adapters.robots import is_address

    assert is_address("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x")
    assert not is_address("wecom", "https://qyapi.weixin.qq.com@evil.example/")


def test_an_ended_robot_keeps_no_address_and_gets_nothing(town: Town, posts: Groups) -> None:
    robot = a_group(town, posts, who="worker")
    a_case(town, at="dispatched")
    tell()
    end_robot(actor=town.actor("worker"), robot_id=robot.pk)
    assert send() == 0
    robot.refresh_from_db()
    assert bytes(robot.address_sealed) == b""
    assert [(row.state, row.failure) for row in out()] == [(Delivery.DEAD, "robot_ended")]


def test_addresses_lie_sealed(town: Town, mail: Mail, posts: Groups) -> None:
    row = wants_mail(town, "worker")
    robot = a_group(town, posts, "feishu")
    row.refresh_from_db()
    assert b"worker@" not in bytes(row.email_sealed)
    assert b"hook" not in bytes(robot.address_sealed)
    assert (row.email, robot.address) == ("worker@linli.example", posts.address("feishu"))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "sent", "sent_at": None}, "message_sent_has_time"),
        ({"state": "dead", "failure": ""}, "message_given_up_says_why"),
        ({"state": "sending", "claimed_at": None}, "message_in_hand_is_whole"),
        ({"read_at": NOW}, "message_read_in_inbox"),
        ({"kind": "other"}, "message_kind_known"),
    ],
)
def test_the_database_keeps_a_message_whole(
    town: Town, mail: Mail, changes: dict[str, Any], constraint: str
) -> None:
    wants_mail(town, "worker")
    a_case(town, at="dispatched")
    tell()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Message.objects.outward().update(**changes)


def test_a_text_is_cut_between_messages_and_says_so() -> None:
    import uuid

    lines = tuple(Line("标题", "很长的内容" * 30) for _ in range(5))
    letter = Letter(uuid.uuid4(), NOW, "", lines, "", "还有 %(count)s 条")
    text = letter.text(limit=1000)
    assert len(text.encode()) <= 1000
    assert text.endswith("还有 3 条")


@pytest.mark.parametrize("status", ["nothing", "strange"])
def test_a_server_that_is_not_there_is_no_loss(town: Town, monkeypatch: Any, status: str) -> None:
    from linli.channels.adapters import mail as adapter

    letter = Letter(__import__("uuid").uuid4(), NOW, "a@b.example", (Line("x", "y"),), "s", "")
    with pytest.raises(NotSent) as failed:
        adapter.post(letter, server="smtp://127.0.0.1:9", sender="linli@linli.example")
    assert (failed.value.code, failed.value.is_unsure) == ("unreachable", False)
