"""My exports as pages: asking, waiting, fetching; what another person's browser gets."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from linli.cases.exporting.making import make_exports
from linli.cases.exporting.models import Export
from tests.builders import Town, a_case
from tests.cases.pages import LANGUAGES, a_browser, a_client
from tests.cases.standing import standing_town
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("files")
PAGE = "/exports/"


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(NOW, tick=False):
        yield standing_town()


@pytest.fixture
def worker(town: Town) -> Client:
    return a_browser(town.users["worker"])


def ask(client: Client, name: str = "ask", **given: str) -> Any:
    form = {"form_key": str(uuid.uuid4()), "format": "csv", **given}
    return client.post(reverse(f"exporting:{name}"), form)


def file_of(export: Export) -> str:
    return reverse("exporting:download", args=[export.pk])


def test_asked_made_and_fetched(town: Town, worker: Client) -> None:
    case = a_case(town)
    assert ask(worker, state="case:received").status_code == 302
    waiting = worker.get(PAGE).content.decode()
    assert "排队中" in waiting
    assert "every 3s" in waiting
    make_exports()
    export = Export.objects.get()
    ready = worker.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "every 3s" not in ready
    assert file_of(export) in ready
    answer = worker.post(file_of(export))
    assert case.number in b"".join(answer).decode("utf-8-sig")
    neutral = f'attachment; filename="linli-{export.number}.csv"'
    assert answer.headers["Content-Disposition"] == neutral
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "下载 1 次" in worker.get(PAGE).content.decode()


def test_a_file_is_not_fetched_by_looking_at_a_link(town: Town, worker: Client) -> None:
    ask(worker)
    make_exports()
    assert worker.get(file_of(Export.objects.get())).status_code == 405


def test_one_that_is_gone_says_so(town: Town, worker: Client) -> None:
    ask(worker)
    make_exports()
    with time_machine.travel(NOW + dt.timedelta(days=8), tick=False):
        answer = worker.post(file_of(Export.objects.get()))
    assert answer.status_code in (302, 409)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"place": "华贸中心"}, "华贸中心"),
        ({"received_from": "2026-11-02", "received_to": "2026-11-01"}, "结束早于开始"),
        ({"format": "exe"}, ""),
        ({"state": "x"}, ""),
        ({"received_to": "9999-12-31", "place": "nowhere"}, "nowhere"),
    ],
)
def test_what_cannot_be_is_said_with_everything_still_there(
    town: Town, worker: Client, given: dict[str, str], words: str
) -> None:
    answer = ask(worker, **given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "data-errors" in page
    assert words in page
    assert Export.objects.count() == 0


def test_the_last_day_is_still_in(town: Town, worker: Client) -> None:
    a_case(town)
    ask(worker, received_from="2026-11-18", received_to="2026-11-18")
    export = Export.objects.get()
    zone = dt.timezone(dt.timedelta(hours=8))
    assert export.received_from == dt.datetime(2026, 11, 18, tzinfo=zone)
    assert export.received_to == dt.datetime(2026, 11, 19, tzinfo=zone)


def test_the_far_future_breaks_nothing(town: Town, worker: Client) -> None:
    assert ask(worker, received_to="9999-12-31").status_code == 302


def test_a_list_leads_here_with_its_filter(worker: Client) -> None:
    page = worker.get(
        PAGE, {"state": "case:closed", "received_from": "2026-11-01"}
    ).content.decode()
    assert '<option value="case:closed" selected' in page
    assert 'value="2026-11-01"' in page


def test_names_and_numbers_for_those_who_may_look(town: Town, worker: Client) -> None:
    assert 'action="/exports/personal/"' in worker.get(PAGE).content.decode()
    dispatcher = a_browser(town.users["dispatcher"])
    assert 'action="/exports/personal/"' not in dispatcher.get(PAGE).content.decode()
    assert ask(worker, "ask_personal").status_code == 422
    assert ask(worker, "ask_personal", reason="入户核对").status_code == 302
    assert Export.objects.get().is_personal
    assert ask(dispatcher, "ask_personal", reason="看看").status_code in (403, 422)
    assert Export.objects.count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_both_languages(town: Town, language: str) -> None:
    page = a_client(town.users["worker"], language=language).get(PAGE).content.decode()
    assert ("我的导出" if language == "zh-hans" else "My exports") in page


def test_the_menu_leads_here_for_those_who_may(town: Town, worker: Client) -> None:
    assert f'href="{PAGE}"' in worker.get(reverse("cases:work")).content.decode()
    operator = a_browser(town.users["operator"])
    assert f'href="{PAGE}"' not in operator.get(reverse("cases:take_call")).content.decode()
