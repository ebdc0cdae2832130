"""A whole installation of its own, served by `linli serve`, and hands that kill its processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).parents[3]
PATIENCE = 300.0
"""Seconds after which something will not come any more, on a machine that does much else besides."""


class Installation:
    """Made in a folder of its own. Use as a context; what it started is gone afterwards."""

    def __init__(self, *, silent: int | None = None) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="lk"))
        self.data = ""
        self.done = self.home / "done"
        self.done.touch()
        self.linli = str(Path(sys.executable).with_name("linli"))
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("LINLI_")},
            "LINLI_HOME": str(self.home),
            "LINLI_DEMO": "1",  # its people are; a server that is none would sign them out when it starts again
            "LINLI_LOG_LEVEL": "CRITICAL",
            "DJANGO_SETTINGS_MODULE": "tests.site.killing.settings",
            "PYTHONPATH": str(ROOT),
            "KILLING_DONE": str(self.done),
            **({"KILLING_SILENT": str(silent)} if silent else {}),
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Installation":
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _begin(self) -> None:
        self.run("migrate")
        lines = self.python(
            "from linli.site import cluster as c; x = c.urls(); print(x.superuser_url, x.data_dir.parent)"
        ).split()
        self.url, self.data = lines[0], lines[1]
        self.serve()
        self.wait(self.is_whole, "web, drainer and worker to come up")

    def __exit__(self, *_: Any) -> None:
        if self.server is not None and self.server.poll() is None:
            self.server.terminate()
            try:
                self.server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.server.kill()
        self.run("db", "stop", check=False)
        shutil.rmtree(self.home, ignore_errors=True)
        if self.data:  # as root the data lie in a folder of their own
            shutil.rmtree(self.data, ignore_errors=True)

    def serve(self) -> None:
        self.server = subprocess.Popen(
            [self.linli, "serve", "--port", str(self.port)], env=self.environment
        )

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.linli, *arguments],
            env=self.environment, check=check, capture_output=True, text=True,
        )  # fmt: skip

    def python(self, program: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", program],
            env=self.environment, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    def client(self, acknowledged: Path) -> subprocess.Popen[str]:
        """Start the moves; returns when the first are on their way."""
        started = subprocess.Popen(
            [sys.executable, "-m", "tests.site.killing.client", str(self.port), str(acknowledged)],
            env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert started.stdout is not None
        assert started.stdout.readline().strip() == "ready"
        return started

    def ask(self, query: str, *arguments: Any) -> Any:
        """Return the first column of the first row."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query, arguments).fetchone()[0]  # type: ignore[index]

    def is_whole(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/whole", timeout=2).close()
        except OSError:
            return False
        return True

    def wait(self, until_true: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> None:
        until = time.monotonic() + seconds
        while not self._true(until_true):
            assert time.monotonic() < until, f"waited {seconds} s for {what}"
            time.sleep(0.1)

    def kill(self, name: str) -> None:
        """kill -9 of: database, drainer, worker, web (its main process), page (one web process)."""
        os.kill(self.pid(name), signal.SIGKILL)

    def pid(self, name: str) -> int:
        if name == "database":
            return int(self.python("from linli.site import cluster as c; print(c.urls().pid)"))
        found = 0

        def look() -> bool:
            nonlocal found
            found = self._pid_of_part(name)
            return found > 0

        self.wait(look, f"{name} to run")
        return found

    def _pid_of_part(self, name: str) -> int:
        assert self.server is not None
        parts = {_name(pid): pid for pid in children(self.server.pid)}
        if name == "page":
            return next(iter(children(parts["web"])), 0) if "web" in parts else 0
        return parts.get(name, 0)

    @staticmethod
    def _true(condition: Callable[[], bool]) -> bool:
        try:
            return condition()
        except psycopg.OperationalError:
            return False


def children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    names = {b"drainer": "drainer", b"worker": "worker", b"linli.site.wsgi:application": "web"}
    return next((name for word, name in names.items() if word in words), "")
