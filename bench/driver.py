"""Load over HTTP on loopback, and what it cost: latency, rate, and processor time of web and database.

Processor time a request is the steadiest figure on a busy machine: it does not count waiting for others.
Standard library only, so that the driver runs wherever Linli does.
"""

import http.client
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).resolve().parents[1]
LINLI = str(Path(sys.executable).with_name("linli"))


@dataclass(frozen=True)
class Cost:
    """What requests cost. Milliseconds but for `rate` (a second); `failed` should be 0."""

    clients: int
    count: int
    failed: int
    rate: float
    p50: float
    p95: float
    web_cpu: float
    db_cpu: float

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 2) for name, value in asdict(self).items()}


def processes(root: int) -> list[int]:
    """Return a process and all below it."""
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                todo += [int(child) for child in children.read_text().split()]
            except OSError:
                continue
    return found


def cpu(root: int, known: dict[int, float]) -> float:
    """Return the processor seconds used below `root`; what ended counts with its last reading in `known`."""
    for pid in processes(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        known[pid] = (int(fields[11]) + int(fields[12])) / TICKS
    return sum(known.values())


class Browser:
    """One visitor with her cookies over one connection that stays open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def request(
        self, method: str, path: str, form: dict[str, str] | None = None, json: bytes | None = None
    ) -> tuple[int, str, str]:
        """Send one request; return status, body and where it leads."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = json
        if json is not None:
            headers["Content-Type"] = "application/json"
        if form is not None:
            body = urlencode(form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"http://127.0.0.1:{self.port}/"
        try:
            self.connection.request(method, path, body=body, headers=headers)
            answer = self.connection.getresponse()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            # The server hung up on a connection that lay idle while the other side was measured.
            self.connection.close()
            self.connection.request(method, path, body=body, headers=headers)
            answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text, answer.headers.get("Location", "")

    def become(self, username: str) -> "Browser":
        """Sign in as somebody of the demo."""
        _status, page, _to = self.request("GET", "/?again=1")
        form = {"csrfmiddlewaretoken": token_in(page), "username": username}
        status, _page, to = self.request("POST", "/", form)
        assert status == 302, f"{username} is not let in: {status} {to}"
        return self


def token_in(page: str) -> str:
    """Return the token of a page's form."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, "the page has a form"
    return found[1]


def measure(
    one: Callable[[int], bool],
    *,
    web: int,
    database: int | None,
    clients: int = 1,
    seconds: float = 4,
    most: int = 10_000,
) -> Cost:
    """Run `one(client)` over and over for some seconds; it returns whether the answer was right."""
    for client in range(clients):
        one(client)
    left = iter(range(most))
    lock = threading.Lock()
    times: list[float] = []
    failed = 0
    web_known: dict[int, float] = {}
    db_known: dict[int, float] = {}
    web_before = cpu(web, web_known)
    db_before = cpu(database, db_known) if database else 0.0
    until = time.perf_counter() + seconds
    started = time.perf_counter()

    def work(client: int) -> None:
        nonlocal failed
        while time.perf_counter() < until:
            with lock:
                if next(left, None) is None:
                    return
            begun = time.perf_counter()
            right = one(client)
            spent = time.perf_counter() - begun
            with lock:
                times.append(spent)
                failed += not right

    threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    web_after = cpu(web, web_known)
    db_after = cpu(database, db_known) if database else 0.0
    count = len(times)
    ordered = sorted(times)
    return Cost(
        clients=clients,
        count=count,
        failed=failed,
        rate=count / took,
        p50=statistics.median(ordered) * 1000,
        p95=ordered[int(count * 0.95)] * 1000,
        web_cpu=(web_after - web_before) / count * 1000,
        db_cpu=(db_after - db_before) / count * 1000,
    )


def wait_for(port: int, path: str, *, child: "subprocess.Popen[bytes]") -> None:
    """Return when a server answers."""
    until = time.monotonic() + 120
    while time.monotonic() < until and child.poll() is None:
        try:
            if Browser(port).request("GET", path)[0] < 500:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"nothing answers on port {port}")


def serve(database: str, *, port: int, workers: int = 2) -> "subprocess.Popen[bytes]":
    """Start Linli's demo server on a seeded database."""
    environment = {**os.environ, "LINLI_DEMO": "1", "LINLI_DATABASE_NAME": database}
    child = subprocess.Popen(
        [LINLI, "serve", "--port", str(port), "--workers", str(workers)],
        env={**environment, "LINLI_LOG_LEVEL": "WARNING"},
    )
    try:
        wait_for(port, "/health", child=child)
    except SystemExit:
        child.terminate()  # nobody else knows of it
        child.wait(timeout=30)
        raise
    return child


def table(rows: Iterable[tuple[str, Cost]]) -> str:
    """Return costs as a Markdown table."""
    lines = [
        "| work | clients | requests a second | p50 ms | p95 ms | web CPU ms | database CPU ms | wrong |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {c.clients} | {c.rate:.0f} | {c.p50:.1f} | {c.p95:.1f} | {c.web_cpu:.1f} | {c.db_cpu:.1f} | {c.failed} |"
        for name, c in rows
    ]
    return "\n".join(lines)
