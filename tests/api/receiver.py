"""The other side of a hook, on loopback: keeps what it is told, answers as it is told to."""

import base64
import hashlib
import hmac
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """`answers`: the statuses of the next answers, 200 once they are used up."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.answers.pop(0) if outer.answers else 200
                outer.told.append(
                    ({name.lower(): value for name, value in self.headers.items()}, body)
                )
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook?from=linli"

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.told]

    @property
    def keys(self) -> Counter[str]:
        """Return how often each message came, by its id."""
        return Counter(headers["webhook-id"] for headers, _body in self.told)

    def is_signed(self, secret: str, place: int = -1) -> bool:
        """Return whether a message is signed as the Standard Webhooks specification says."""
        headers, body = self.told[place]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        bare = base64.b64decode(secret.removeprefix("whsec_"))
        right = base64.b64encode(hmac.new(bare, signed, hashlib.sha256).digest()).decode()
        return hmac.compare_digest(headers["webhook-signature"], f"v1,{right}")


@contextmanager
def listening() -> Iterator[Receiver]:
    """Listen on loopback for as long as the block lasts."""
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
