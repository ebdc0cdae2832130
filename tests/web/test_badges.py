"""The counts of the bar: what waits for the reader, asked for by the page, and no sign that somebody is there."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from linli.accounts.door.choices import IDLE
from linli.accounts.door.operations import keep_device
from linli.accounts.door.sessions import DEVICE, SEEN
from linli.web.navigation import NAVIGATION
from tests.builders import Town, a_case
from tests.cases.pages import Page, a_browser
from tests.cases.standing import standing_town
from tests.conftest import NOW

URL = "/badges/"


@pytest.fixture
def town(db: None) -> Town:
    return standing_town()


def counts(town: Town, who: str) -> str:
    with time_machine.travel(NOW):
        return Page(a_browser(town.users[who]).get(URL)).text


def test_what_waits_for_the_reader_is_counted(town: Town) -> None:
    for at in ("received", "received", "dispatched", "reported"):
        a_case(town, at=at)
    assert counts(town, "dispatcher").startswith("2 ")
    assert counts(town, "worker").startswith("1 ")
    assert counts(town, "follow_up").startswith("1 ")
    assert counts(town, "neighbour").startswith("0 ")


def test_nobody_reads_counts_before_sign_in(db: None) -> None:
    assert a_browser().get(URL).status_code == 204


def test_a_page_that_asks_keeps_nobody_signed_in(town: Town) -> None:
    user = town.users["worker"]
    user.is_demo = False
    user.save(update_fields=["is_demo"])
    client = a_browser(user)
    with time_machine.travel(NOW):
        session = client.session
        before = (NOW - IDLE + dt.timedelta(minutes=2)).isoformat()
        phone, _token = keep_device(actor=town.actor("worker"), name="手机", pin="703918")
        session[DEVICE], session[SEEN] = phone.pk, before
        session.save()
        assert client.get(URL).status_code == 200
        assert client.session[SEEN] == before
    with time_machine.travel(NOW + dt.timedelta(minutes=3)):
        assert client.get(URL).status_code == 204
        assert client.session[SEEN] == before


def test_only_whoever_is_in_is_here(town: Town) -> None:
    with time_machine.travel(NOW):
        assert a_browser(town.users["worker"]).get("/here/").status_code == 200
        assert a_browser().get("/here/").status_code == 204


def test_each_counted_page_stands_in_the_bar() -> None:
    from linli.web.badges import COUNTS

    assert set(COUNTS) <= {item.url_name for item in NAVIGATION}
    assert all(reverse(name) for name in COUNTS)
