"""Receivers of messages: a real SMTP server, and an HTTP server that is as strict as WeCom, DingTalk and Feishu are."""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller

Mood = Callable[[int], str]
"""What the receiver does to its n-th request: `take`, `fail`, `slow`, `silent` or another word of its own."""


def take_all(number: int) -> str:
    return "take"


@dataclass
class Mail:
    """What a mail server was handed, in order. `mood` says how it behaves."""

    mood: Mood = take_all
    letters: list[Any] = field(default_factory=list)
    count: int = 0
    url: str = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        import asyncio

        self.count += 1
        mood = self.mood(self.count)
        if mood == "fail":
            return "451 4.3.0 try again later"
        if mood == "gone":
            return "550 5.1.1 no such mailbox"
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append(letter)
        if mood == "slow":
            await asyncio.sleep(0.2)
        return "250 OK"

    def texts(self) -> list[str]:
        """Return what was read: each Message-ID once, as a mailbox shows it."""
        seen = {letter["Message-ID"]: letter for letter in self.letters}
        return [letter.get_content() for letter in seen.values()]


@contextmanager
def a_mail_server(*, mood: Mood = take_all) -> Iterator[Mail]:
    handler = Mail(mood)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        handler.url = f"smtp://127.0.0.1:{port}"
        yield handler
    finally:
        controller.stop()


SECRET = "SEC-shuanghe"


@dataclass
class Post:
    """One request that a group's robot accepted. `stamp`: the moment it was signed for, where it was signed."""

    provider: str
    text: str
    stamp: float | None


@dataclass
class Groups:
    """The robots' side. Refuses as the providers do: HTTP 200 and a code in the body."""

    mood: Mood = take_all
    posts: list[Post] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)
    count: int = 0
    host: str = ""
    lock: Any = field(default_factory=threading.Lock)

    def address(self, provider: str) -> str:
        return {
            "wecom": f"http://{self.host}/wecom/cgi-bin/webhook/send?key=k-1",
            "dingtalk": f"http://{self.host}/dingtalk/robot/send?access_token=t-1",
            "feishu": f"http://{self.host}/feishu/open-apis/bot/v2/hook/h-1",
        }[provider]

    def answer(self, provider: str, query: dict[str, list[str]], raw: bytes) -> dict[str, Any]:
        """Return the provider's answer to a request."""
        code, text, stamp = getattr(self, f"_{provider}")(query, json.loads(raw), raw)
        if code:
            self.refused.append((provider, code))
        else:
            self.posts.append(Post(provider, text, stamp))
        return {"code" if provider == "feishu" else "errcode": code, "errmsg": "ok", "msg": "ok"}

    def _wecom(self, query: Any, body: Any, raw: bytes) -> tuple[int, str, float | None]:
        if query.get("key") != ["k-1"]:
            return 93000, "", None
        text = body["text"]["content"]
        if body["msgtype"] != "text" or not text or len(text.encode()) > 2048:
            return 40058, "", None
        return 0, text, None

    def _dingtalk(self, query: Any, body: Any, raw: bytes) -> tuple[int, str, float | None]:
        if query.get("access_token") != ["t-1"]:
            return 300001, "", None
        if "sign" not in query:
            return 310000, "", None
        stamp = query["timestamp"][0]
        said = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        if query.get("sign") != [base64.b64encode(said).decode()]:
            return 310000, "", None
        if body["msgtype"] != "text" or len(raw) > 20_000:
            return 400, "", None
        return 0, body["text"]["content"], int(stamp) / 1000

    def _feishu(self, query: Any, body: Any, raw: bytes) -> tuple[int, str, float | None]:
        key = f"{body['timestamp']}\n{SECRET}".encode()
        said = hmac.new(key, b"", hashlib.sha256).digest()
        if body.get("sign") != base64.b64encode(said).decode():
            return 19021, "", None
        if body["msg_type"] != "text" or len(raw) > 20_480:
            return 9499, "", None
        return 0, body["content"]["text"], float(body["timestamp"])


FULL = {"wecom": 45009, "dingtalk": 130101, "feishu": 11232}


@contextmanager
def groups(*, mood: Mood = take_all) -> Iterator[Groups]:
    found = Groups(mood)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with found.lock:
                found.count += 1
                said = found.mood(found.count)
            parts = urlsplit(self.path)
            provider = parts.path.split("/")[1]
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if said == "silent":
                # Taken, and the answer lost.
                with found.lock:
                    found.answer(provider, parse_qs(parts.query), raw)
                self.connection.close()
                return
            if said == "fail":
                self._reply(502, {})
                return
            if said == "full":
                key = "code" if provider == "feishu" else "errcode"
                self._reply(200, {key: FULL[provider]})
                return
            if said == "slow":
                time.sleep(0.2)
            with found.lock:
                answer = found.answer(provider, parse_qs(parts.query), raw)
            self._reply(200, answer)

        def _reply(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *given: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
