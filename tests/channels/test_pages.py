"""The pages: an inbox of one's own, how one is told, and what became of each message."""

import pytest
import time_machine
from django.urls import reverse
from pydantic import SecretStr

from linli.channels.choices import Delivery
from linli.channels.models import Message, Preference, Robot
from tests.builders import Town, a_case
from tests.cases.pages import LANGUAGES, Page, a_browser, a_client
from tests.channels.conftest import use
from tests.channels.people import a_group, out, send, tell, wants_mail
from tests.channels.receivers import Groups, Mail
from tests.conftest import NOW

CHOSEN = {
    "wants_email": "on",
    "email": "li@linli.example",
    "digest": "hourly",
    "quiet_from": "21:00",
    "quiet_to": "08:00",
    "language": "en",
}


@pytest.fixture(autouse=True)
def at_its_time():
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_message_is_new_until_it_is_opened(town: Town) -> None:
    case = a_case(town, at="dispatched")
    tell()
    browser = a_browser(town.users["worker"])
    page = Page(browser.get(reverse("channels:inbox")))
    assert page.shows("1 条新消息")
    assert page.shows("您单位有新工单")
    assert page.shows(case.shown_number)
    row = Message.objects.get()
    opened = browser.post(reverse("channels:open", args=[row.pk]))
    assert opened.headers["Location"] == reverse("cases:case", args=[case.number])
    assert Page(browser.get(reverse("channels:inbox"))).shows("0 条新消息")


def test_all_are_read_at_once(town: Town) -> None:
    for _ in range(3):
        a_case(town, at="dispatched")
    tell()
    browser = a_browser(town.users["worker"])
    browser.post(reverse("channels:read_all"))
    assert Message.objects.unread().count() == 0


def test_the_bar_counts_what_is_new(town: Town) -> None:
    a_case(town, at="dispatched")
    tell()
    text = a_browser(town.users["worker"]).get(reverse("web:badges")).content.decode()
    assert 'id="badge-channels-inbox" hx-swap-oob="true">1<' in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_inbox_says_what_comes_there(town: Town, language: str) -> None:
    page = a_client(town.users["leader"], language=language).get(reverse("channels:inbox"))
    assert page.status_code == 200
    assert reverse("channels:preference") in page.content.decode()


def test_how_one_is_told_is_ones_own_choice(town: Town, mail: Mail) -> None:
    browser = a_browser(town.users["worker"])
    url = reverse("channels:preference")
    assert browser.get(url).status_code == 200
    assert browser.post(url, CHOSEN).status_code == 302
    row = Preference.objects.get(user=town.users["worker"])
    assert (row.email, row.digest, row.language) == ("li@linli.example", "hourly", "en")
    assert (row.quiet_from.hour, row.quiet_to.hour) == (21, 8)
    assert Page(browser.get(url)).fields["email"] == ["li@linli.example"]
    browser.post(url, CHOSEN | {"email": "", "wants_email": ""})
    row.refresh_from_db()
    assert row.email_sealed is None


def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(town: Town, mail: Mail) -> None:
    browser = a_browser(town.users["worker"])
    url = reverse("channels:preference")
    page = browser.post(url, CHOSEN | {"email": ""})
    assert page.status_code == 422
    assert Page(page).fields["quiet_from"] == ["21:00"]
    assert not Preference.objects.exists()


def test_without_a_mail_server_the_page_says_so(town: Town) -> None:
    page = a_browser(town.users["worker"]).post(reverse("channels:preference"), CHOSEN)
    assert page.status_code == 422
    assert Page(page).shows("没有设置邮件服务器")


def test_an_administrator_sees_why_a_message_did_not_go_and_lets_it_go_again(
    town: Town, mail: Mail
) -> None:
    mail.mood = lambda number: "gone"
    wants_mail(town, "worker")
    a_case(town, at="dispatched")
    tell()
    send()
    browser = a_browser(town.users["administrator"])
    page = Page(browser.get(reverse("channels:deliveries")))
    assert page.shows("smtp_550")
    assert page.shows("已放弃")
    (row,) = out()
    assert browser.post(reverse("channels:try_again", args=[row.pk])).status_code == 302
    assert [one.state for one in out()] == [Delivery.QUEUED]
    shown = Page(browser.get(reverse("channels:deliveries"), {"state": "dead"}))
    assert not shown.shows("smtp_550")
    assert browser.post(reverse("channels:try_again", args=[row.pk])).status_code == 409


def test_a_worker_gives_her_group_a_robot(town: Town, posts: Groups) -> None:
    browser = a_browser(town.users["worker"])
    url = reverse("channels:robots")
    given = {
        "organisation": town.units["committee-029"].pk,
        "means": "wecom",
        "name": "双合家园工作群",
        "address": posts.address("wecom"),
        "secret": "",
    }
    assert browser.post(url, given).status_code == 302
    page = browser.get(url)
    assert Page(page).shows("双合家园工作群")
    assert posts.host not in page.content.decode()
    wrong = browser.post(url, given | {"address": "https://evil.example/"})
    assert wrong.status_code == 422
    assert Page(wrong).fields["name"] == ["双合家园工作群"]
    assert (
        browser.post(url, given | {"organisation": town.units["committee-044"].pk}).status_code
        == 422
    )
    robot = Robot.objects.get()
    assert browser.post(reverse("channels:end_robot", args=[robot.pk])).status_code == 302
    assert not Robot.objects.filter(ended_at=None).exists()


def test_letters_are_off_again_when_the_server_is_taken_away(
    town: Town, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants_mail(town, "worker")
    use(monkeypatch, smtp_url=None)
    browser = a_browser(town.users["worker"])
    assert (
        browser.post(reverse("channels:preference"), CHOSEN | {"wants_email": ""}).status_code
        == 302
    )
    use(monkeypatch, smtp_url=SecretStr(mail.url))


def test_a_group_of_another_area_is_not_hers(town: Town, posts: Groups) -> None:
    robot = a_group(town, posts)
    browser = a_browser(town.users["neighbour"])
    assert browser.post(reverse("channels:end_robot", args=[robot.pk])).status_code == 404
    assert not Page(browser.get(reverse("channels:robots"))).shows(robot.name)
