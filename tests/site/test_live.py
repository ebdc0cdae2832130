"""The live stream: only whom a change concerns is told, only while a page would open for her, and never what changed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from linli.accounts.models import Session
from linli.cases import operations
from linli.cases.concerned import concerned_by
from linli.journal.drainer import drain
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.site.live.app import Live
from linli.site.live.gate import reader_of
from linli.site.live.streams import Streams
from linli.web.live import live_address
from tests.builders import CAST, Town, a_case, a_town, take
from tests.cases.pages import a_browser
from tests.conftest import NOW
from tests.journal.conftest import own_chain as own_chain

HOST = "127.0.0.1:8351"


def signed_in(town: Town, who: str) -> str:
    """Return the cookie of a browser in which somebody has signed in."""
    client = a_browser(town.users[who])
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


# —— whom a change concerns


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, {"operator", "dispatcher", "worker", "follow_up", "street_officer", "district_officer", "office", "leader", "administrator"}),
        ({"confidentiality": "hide_case"}, {"operator", "dispatcher", "worker", "follow_up", "office"}),
        ({"place": "110105015044", "lead": "committee-044"}, {"operator", "dispatcher", "neighbour", "follow_up", "district_officer", "office", "leader", "administrator"}),
    ],
)  # fmt: skip
def test_a_change_concerns_those_who_see_the_case(given: dict[str, str], told: set[str]) -> None:
    town = a_town()
    case = a_case(town, at="dispatched", **given)
    (found,) = concerned_by([case.pk])
    assert {who for who in CAST if found.includes(town.actor(who))} == told


@pytest.mark.django_db
def test_a_helper_is_told_from_when_she_has_a_part() -> None:
    town = a_town()
    case = a_case(town, at="in_progress")
    partner = town.actor("partner")
    assert not concerned_by([case.pk])[0].includes(partner)
    take(
        town.actor("worker"),
        case,
        "give_task",
        organisation_id=town.units["team-029"].pk,
        words="请换灯泡",
    )
    assert concerned_by([case.pk])[0].includes(partner)


def somebody(user: int) -> Actor:
    return Actor(user_id=user, name="", grants=(), now=NOW)


def test_streams_are_bounded_in_all_and_for_one_person() -> None:
    streams = Streams(most=4, each=2)
    first = [streams.take(somebody(1)) for _ in range(3)]
    assert [one is not None for one in first] == [True, True, False]
    assert [streams.take(somebody(user)) is not None for user in (2, 3, 4)] == [True, True, False]
    assert first[0] is not None
    streams.drop(first[0])
    streams.drop(first[0])
    assert len(streams) == 3
    assert streams.take(somebody(1)) is not None


# —— over HTTP


class Browser:
    """One open page, driven by hand: what it sent and what came back."""

    def __init__(self, app: Live, cookie: str, **headers: str) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.came: asyncio.Queue[str] = asyncio.Queue()
        self.closed = asyncio.Event()
        given = {"host": HOST, "cookie": cookie, **{k.replace("_", "-"): v for k, v in headers.items()}}  # fmt: skip
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/live/",
            "client": ("127.0.0.1", 1),
            "headers": [(k.encode(), v.encode()) for k, v in given.items()],
        }
        self.task = asyncio.create_task(self._run(app, scope))

    async def _run(self, app: Live, scope: dict[str, Any]) -> None:
        await app(scope, self._receive, self._send)
        self.came.put_nowait("")

    async def _receive(self) -> dict[str, Any]:
        await self.closed.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        elif message["body"]:
            self.came.put_nowait(message["body"].decode())

    async def next(self) -> str:
        return await asyncio.wait_for(self.came.get(), 20)

    async def close(self) -> None:
        self.closed.set()
        await asyncio.wait_for(self.task, 20)


def run(work: Callable[[Live], Awaitable[None]], *, look_every: float = 60) -> None:
    """Run a story beside the listening application."""

    async def story() -> None:
        app = Live(pages_port=8350, look_every=look_every)
        listening = asyncio.create_task(app.listen())
        while not app.listens:
            await asyncio.sleep(0.01)
        try:
            await work(app)
        finally:
            listening.cancel()

    asyncio.run(story())


async def apart(work: Callable[[], Any]) -> Any:
    def done() -> Any:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.to_thread(done)


@pytest.fixture
def town(transactional_db: None, own_chain: None, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["127.0.0.1"])
    return a_town()


def test_who_asks_is_asked_of_the_middleware(town: Town) -> None:
    headers = {"host": HOST, "cookie": signed_in(town, "worker")}
    found = reader_of(headers, address="127.0.0.1")
    assert found is not None
    assert found.user_id == town.users["worker"].pk
    assert reader_of({"host": HOST}, address="127.0.0.1") is None
    assert reader_of({**headers, "host": "elsewhere.example"}, address="127.0.0.1") is None
    Session.objects.all().delete()
    assert reader_of(headers, address="127.0.0.1") is None


def test_only_whom_it_concerns_is_told_that_something_changed(town: Town) -> None:
    case = a_case(town, now=clock.now())
    while drain(now=clock.now()).count:
        pass
    worker, neighbour = signed_in(town, "worker"), signed_in(town, "neighbour")

    def dispatched() -> None:
        actor = town.actor("dispatcher", now=clock.now())
        operations.dispatch(
            actor=actor, case_id=case.pk, lead_id=town.units["committee-029"].pk, reason=""
        )
        drain(now=clock.now())

    async def story(app: Live) -> None:
        hers, his = Browser(app, worker), Browser(app, neighbour)
        assert (await hers.next(), await his.next()) == ("retry: 5000\n\n", "retry: 5000\n\n")
        await apart(dispatched)
        told = await hers.next()
        assert told == f"event: changed\nid: {app.position}\ndata: {app.position}\n\n"
        assert hers.headers["content-type"] == "text/event-stream"
        assert his.came.empty()
        await hers.close()
        await his.close()
        assert len(app.streams) == 0

    run(story)


def test_a_stream_ends_with_the_session(town: Town) -> None:
    cookie = signed_in(town, "worker")

    async def story(app: Live) -> None:
        page = Browser(app, cookie)
        assert await page.next() == "retry: 5000\n\n"
        assert await page.next() == ":\n\n"
        await apart(Session.objects.all().delete)
        while await page.next():
            pass
        await asyncio.wait_for(page.task, 20)
        assert len(app.streams) == 0

    run(story, look_every=0.05)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://127.0.0.1:8350"}, 200),
        ({"origin": "http://127.0.0.1:8351"}, 200),
        ({"origin": "http://127.0.0.1:9000"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"cookie": "sessionid=nobody"}, 204),
    ],
)
def test_a_foreign_page_hears_nothing(town: Town, headers: dict[str, str], status: int) -> None:
    cookie = headers.pop("cookie", None) or signed_in(town, "worker")

    async def story(app: Live) -> None:
        page = Browser(app, cookie, **headers)
        await page.next()
        assert page.status == status
        if status == 200:
            assert page.headers["access-control-allow-origin"] == headers["origin"]
        await page.close()

    run(story)


def test_whoever_comes_when_all_are_taken_is_told_to_ask_by_herself(town: Town) -> None:
    cookie = signed_in(town, "worker")

    async def story(app: Live) -> None:
        app.streams = Streams(most=1)
        first, second = Browser(app, cookie), Browser(app, cookie)
        await asyncio.gather(first.next(), second.next())
        assert sorted((first.status, second.status)) == [200, 503]
        await first.close()
        await second.close()

    run(story)


def test_while_nobody_listens_no_stream_is_open(town: Town) -> None:
    cookie = signed_in(town, "worker")

    async def story() -> None:
        app = Live()
        page = Browser(app, cookie)
        await page.next()
        assert page.status == 503

    asyncio.run(story())


# —— the page's side


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("", ""),
        ("/live/", "/live/"),
        (":8351/live/", "http://127.0.0.1:8351/live/"),
    ],
)
def test_a_page_knows_where_the_stream_is(
    rf: Any, monkeypatch: pytest.MonkeyPatch, setting: str, address: str
) -> None:
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["127.0.0.1"])
    monkeypatch.setattr(settings.LINLI, "live_url", setting)
    assert live_address(rf.get("/", HTTP_HOST="127.0.0.1:8350")) == address
