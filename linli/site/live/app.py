"""The stream over HTTP: server-sent events that say "changed", and nothing of what changed."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.db import connection
from psycopg import AsyncConnection

from linli.journal.drainer import CHANNEL
from linli.site.live.gate import reader_of
from linli.site.live.listening import ALIVE
from linli.site.live.streams import Stream, Streams, changes_after, newest_position

PATH = "/live/"
PAGES_PORT = "LINLI_LIVE_PAGES_PORT"
"""Set by `linli live`: the port of the pages, where both are open without a proxy before them (the demo)."""
LOOK_EVERY = 15.0
"""Seconds after which a stream's reader is asked anew who she is: a role ended, a session shut."""
TELL_EVERY = 1.0
"""Seconds between two words to one page, however much happens."""
LONGEST_PAUSE = 5.0

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
log = structlog.get_logger("linli.live")


class Live:
    """The ASGI application. `listens` is true while the database would tell it of a change."""

    def __init__(
        self, *, pages_port: int | None = None, streams: Streams | None = None, look_every: float = LOOK_EVERY
    ) -> None:  # fmt: skip
        self.streams = streams or Streams()
        self.position = 0
        self.listens = False
        self._pages_port = pages_port
        self._look_every = look_every

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        listening = asyncio.create_task(self.listen())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        listening.cancel()
        self.streams.end_all()
        with suppress(asyncio.CancelledError):
            await listening
        await send({"type": "lifespan.shutdown.complete"})

    async def listen(self) -> None:
        """Follow the drainer's word for ever. While the database is away no stream stays: pages then ask by themselves."""
        pause = 0.0
        while True:
            await asyncio.sleep(pause)
            try:
                await self._follow()
            except Exception as failed:
                pause = min(max(2 * pause, 0.5), LONGEST_PAUSE)
                log.error("live failed", failure=type(failed).__name__, again_in=pause)
            finally:
                self.listens = False
                self.streams.end_all()

    async def _follow(self) -> None:
        given = connection.get_connection_params()
        login = {
            name: value
            for name, value in given.items()
            if name in ("host", "port", "dbname", "user", "password", "sslmode", "sslrootcert")
        }
        async with await AsyncConnection.connect(
            **login, autocommit=True, application_name="linli live"
        ) as database:
            await database.execute(f"LISTEN {CHANNEL}")
            await database.execute("SELECT pg_advisory_lock_shared(%s, %s)", ALIVE)
            self.position = await asyncio.to_thread(newest_position)
            self.listens = True
            async for told in database.notifies():
                await self.catch_up(int(told.payload))

    async def catch_up(self, position: int) -> None:
        """Read the record up to a position and wake whom it concerns."""
        while self.position < position:
            reached, changes = await asyncio.to_thread(changes_after, self.position)
            if reached == self.position:
                return
            self.position = reached
            self.streams.tell(changes)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        if scope["path"] != PATH:
            return await _end(send, 404)
        if scope["method"] != "GET":
            return await _end(send, 405)
        if not self._may_ask(headers):
            return await _end(send, 403)
        address = (scope.get("client") or ("",))[0]
        reader = await asyncio.to_thread(reader_of, headers, address=address)
        if reader is None:
            return await _end(send, 204, headers)  # a browser does not ask again
        stream = self.streams.take(reader) if self.listens else None
        if stream is None:
            return await _end(send, 503, headers)
        try:
            await self._speak(stream, headers, address, receive, send)
        finally:
            self.streams.drop(stream)
        return None

    def _may_ask(self, headers: Mapping[str, str]) -> bool:
        """Return whether the page that asks is one of ours: same host, and the port of the pages or of the stream."""
        origin, host = headers.get("origin"), urlsplit(f"//{headers.get('host', '')}")
        if origin is None:
            return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        asking = urlsplit(origin)
        try:
            return asking.hostname == host.hostname and asking.port in (
                host.port,
                self._pages_port,
            )
        except ValueError:
            return False

    async def _speak(
        self, stream: Stream, headers: Mapping[str, str], address: str, receive: Receive, send: Send
    ) -> None:
        loop = asyncio.get_running_loop()
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"text/event-stream"),
                    (b"cache-control", b"no-store"),
                    (b"x-accel-buffering", b"no"),
                    *_shared(headers),
                ],
            }
        )
        await _say(send, "retry: 5000\n\n")
        gone = asyncio.create_task(_gone(receive))
        looked = loop.time()
        try:
            while not gone.done():
                woken = asyncio.create_task(stream.woken.wait())
                await asyncio.wait(
                    {woken, gone},
                    timeout=max(looked + self._look_every - loop.time(), 0),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                woken.cancel()
                if stream.is_over or gone.done():
                    break
                if loop.time() - looked >= self._look_every:
                    reader = await asyncio.to_thread(reader_of, headers, address=address)
                    if reader is None or reader.user_id != stream.actor.user_id:
                        break
                    stream.actor, looked = reader, loop.time()
                    await _say(send, ":\n\n")
                if stream.woken.is_set() and not stream.is_over:
                    stream.woken.clear()
                    await _say(
                        send, f"event: changed\nid: {self.position}\ndata: {self.position}\n\n"
                    )
                    await asyncio.wait({gone}, timeout=TELL_EVERY)
        finally:
            gone.cancel()
        if not gone.done() or stream.is_over:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def _shared(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return what lets a page of ours on another port read the answer."""
    origin = headers.get("origin")
    if origin is None:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


async def _end(send: Send, status: int, headers: Mapping[str, str] | None = None) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _shared(headers or {})})
    await send({"type": "http.response.body", "body": b""})


def serving() -> Live:
    """Return the application as `linli live` serves it."""
    port = os.environ.get(PAGES_PORT, "")
    if Path(sys.argv[0]).name == "granian":
        from linli.site.running import watch_parent

        watch_parent(lambda: os.kill(os.getpid(), signal.SIGTERM), parent=os.getppid())
    return Live(pages_port=int(port) if port else None)
