"""Each message once, in order, and at night only what presses: with providers that fail and dawdle and a worker that is killed twice.

Sixty events in `make test`, a thousand in `make soak`.
"""

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from pydantic import SecretStr

from linli.cases import operations
from linli.channels.choices import Delivery, Means
from linli.channels.models import Message
from linli.channels.rules import Quiet
from linli.channels.wording import title_of
from tests.builders import Town, a_case
from tests.cases.standing import standing_town
from tests.channels.conftest import use
from tests.channels.people import a_group, tell, wants_mail
from tests.channels.receivers import a_mail_server, groups

SPEED = 1800.0
EVENING = dt.datetime(2026, 11, 18, 21, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
NIGHT = Quiet(dt.time(22), dt.time(7))
NUMBER = re.compile(r"\d{3}-\d{4}-\d{3}")
PATIENCE = 240


def mood(number: int) -> str:
    """Fail a fifth of the requests and dawdle at a fifth."""
    return {0: "fail", 2: "slow"}.get(number % 5, "take")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_each_message_once_in_order_and_none_by_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storm(20, tmp_path, monkeypatch)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_thousand_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storm(334, tmp_path, monkeypatch)


def three_events(town: Town, number: int, *, now: dt.datetime) -> None:
    """Let a case go through three events that somebody is told of; every tenth is an emergency."""
    case = a_case(town, at="in_progress", now=now, urgency="E1" if number % 10 == 0 else "N")
    minute = dt.timedelta(minutes=1)
    task = operations.give_task(
        actor=town.actor("worker", now=now + minute),
        case_id=case.pk,
        organisation_id=town.units["team-029"].pk,
        words="请到六号楼看一下电梯",
    )
    partner = town.actor("partner", now=now + 2 * minute)
    operations.arrive(actor=partner, task_id=task.pk)
    operations.finish_task(actor=partner, task_id=task.pk, result="好了")


def storm(cases: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        a_mail_server(mood=mood) as mail,
        groups(mood=mood) as posts,
        translation.override("zh-hans"),
    ):
        use(monkeypatch, smtp_url=SecretStr(mail.url), robot_hosts=posts.host)
        town = standing_town()
        for who in ("worker", "partner"):
            wants_mail(town, who)
        a_group(town, posts, "dingtalk")
        a_group(town, posts, "feishu", unit="team-029")
        begun = EVENING.astimezone(dt.UTC)
        for number in range(cases):
            three_events(town, number, now=begun - dt.timedelta(minutes=5))
        tell(now=begun)
        outward = Message.objects.outward()
        assert Message.objects.values("event_id").distinct().count() == 3 * cases
        origin = time.time()

        def waiting() -> int:
            return outward.filter(state__in=(Delivery.QUEUED, Delivery.SENDING)).count()

        total = waiting()
        for left in (0.8, 0.4):
            worker = a_worker(begun, origin, mail.url, posts.host)
            until(lambda left=left: waiting() <= left * total, "a part to go out")  # type: ignore[misc]
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        worker = a_worker(begun, origin, mail.url, posts.host)
        try:
            until(lambda: waiting() == 0, "everything to go out")
        finally:
            worker.kill()
            worker.wait()

        assert outward.exclude(state__in=(Delivery.SENT, Delivery.UNSURE)).count() == 0
        wanted = Counter(
            (message.user.username, message.case.shown_number, title_of(message))
            for message in outward.filter(means=Means.EMAIL).select_related("user", "case")
        )
        got: list[tuple[str, str, str]] = []
        seen = set()
        usernames = {
            f"{who}@linli.example": town.users[who].username for who in ("worker", "partner")
        }
        for letter in mail.letters:
            if letter["Message-ID"] in seen:
                continue
            seen.add(letter["Message-ID"])
            got += [(usernames[letter["To"]], *line) for line in lines_of(letter.get_content())]
            when = letter["Date"].datetime.astimezone(EVENING.tzinfo)
            assert_not_by_night(letter.get_content(), when)
        assert Counter(got) == wanted, "each letter once"
        assert set(wanted.values()) == {1}

        unsure = outward.filter(state=Delivery.UNSURE).count()
        posted: list[tuple[str, str, str]] = []
        for post in posts.posts:
            posted += [(post.provider, *line) for line in lines_of(post.text)]
            assert post.stamp is not None
            assert_not_by_night(post.text, dt.datetime.fromtimestamp(post.stamp, tz=EVENING.tzinfo))
        told = Counter(posted)
        urgent = {
            m.case.shown_number for m in outward.filter(is_urgent=True).select_related("case")
        }
        twice = {line for line, count in told.items() if count > 1}
        assert {line[1] for line in twice} <= urgent, "nothing but an emergency is posted twice"
        rows = outward.exclude(means=Means.EMAIL).select_related("case", "robot")
        missing = {(m.means, m.case.shown_number, title_of(m)) for m in rows} - set(told)
        assert len(missing) <= unsure, "what is not there is known not to be sure"
        for lines in (got, posted):
            assert_in_order(lines)
        print(f"{3 * cases} events, {total} messages, {len(seen)} letters, {len(posts.posts)} posts, {unsure} unsure, {len(twice)} twice")  # fmt: skip


def lines_of(text: str) -> list[tuple[str, str]]:
    """Return (number of the case, what happened) of each message in a letter or post."""
    found = []
    for block in text.replace("\r\n", "\n").strip().split("\n\n"):
        title, _end, rest = block.partition("\n")
        if number := NUMBER.search(rest):
            found.append((number[0], title.removeprefix("【紧急】")))
    return found


def assert_not_by_night(text: str, when: dt.datetime) -> None:
    if NIGHT.until(when) is not None:
        titles = [block.partition("\n")[0] for block in text.strip().split("\n\n")]
        assert all(title.startswith("【紧急】") for title in titles), f"{when}: {titles}"


def assert_in_order(lines: list[tuple[str, str, str]]) -> None:
    order = {"您单位有新工单": 1, "请您单位协办": 2, "协办单位已办完": 3}
    last: dict[tuple[str, str], int] = {}
    for whom, number, title in lines:
        assert order[title] >= last.get((whom, number), 0), (whom, number, title)
        last[whom, number] = order[title]


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


def a_worker(begun: dt.datetime, origin: float, mail: str, host: str) -> "subprocess.Popen[str]":
    """Start a worker on the test's own database, under its keys."""
    given = connection.settings_dict
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
        **{key: str(value).replace("/", "%2F") for key, value in given.items() if key.isupper()}
    )
    environment = {
        **os.environ,
        "LINLI_ROLE": "app",
        "LINLI_DATABASE_URL": url,
        "LINLI_SMTP_URL": mail,
        "LINLI_ROBOT_HOSTS": host,
        "LINLI_SITE_URL": settings.LINLI.site_url,
        "LINLI_MAIL_FROM": settings.LINLI.mail_from,
        "LINLI_LOG_LEVEL": "CRITICAL",
    }
    worker = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.channels.hurried_worker",
            begun.isoformat(),
            str(origin),
            str(SPEED),
        ],
        env=environment,
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == "ready"
    return worker
