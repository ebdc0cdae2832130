"""The process beside a web process that proposes while somebody types; absent as soon as it is slow, broken or dead.

Whoever asks waits at most PATIENCE and then goes on without: a proposal helps, and nothing stands on it. A process that
says nothing for HANG is ended; a new one is begun at the next question, at most every PAUSE. It holds no secret and reads
no database: whoever asks lays down the files it needs (`lay`): a model, names of places, answers.
"""

import json
import os
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

PATIENCE = 0.4
"""Seconds that a request waits for an answer."""
HANG = 20.0
"""Seconds of silence after a question that only a process which hangs needs; loading a city takes three."""
PAUSE = 5.0
LINE = [sys.executable, "-m", "linli.methods.language.at_work"]
log = structlog.get_logger("linli.sorting")


class _Late(Exception):
    """The answer did not come in time."""


class Aide:
    """One process and the pipe to it. Safe to ask from several threads: one question at a time, each with its patience."""

    def __init__(self, line: list[str] | None = None) -> None:
        self._line = line or LINE
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._number = 0
        self._rest = b""
        self._wanted: dict[str, str] = {}
        self._loaded: dict[str, str] = {}
        self._asked_at: float | None = None
        self._not_before = 0.0

    @property
    def pid(self) -> int | None:
        """Return the process's number, None while there is none."""
        return self._process.pid if self._process else None

    def wake(self, wanted: dict[str, str]) -> None:
        """See to it that the process runs and is given these files; nothing is waited for."""
        self._wanted = {**self._wanted, **wanted}
        if self._lock.acquire(timeout=0.05):
            try:
                self._ready(time.monotonic() + 0.05)
            except (_Late, OSError):
                self._drop("broke")
            finally:
                self._lock.release()

    def ask(self, patience: float = PATIENCE, **what: Any) -> dict[str, Any] | None:
        """Return the answer to a question, None where none came in time."""
        until = time.monotonic() + patience
        if not self._lock.acquire(timeout=patience):
            return None
        try:
            if not self._ready(until):
                return None
            self._number += 1
            self._send({"id": self._number, **what}, until)
            answer = self._answer(self._number, until)
        except _Late:
            self._end_if_hung()
            return None
        except OSError:
            self._drop("broke")
            return None
        finally:
            self._lock.release()
        return None if answer is None or "failed" in answer else answer

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._drop("closed")
            self._not_before = 0.0

    def _ready(self, until: float) -> bool:
        if self._process is not None and self._process.poll() is not None:
            self._drop("ended")
        if self._process is None and not self._begin():
            return False
        new = {name: path for name, path in self._wanted.items() if self._loaded.get(name) != path}
        if new:
            self._send({"load": new}, until)
            self._loaded |= new
        return True

    def _begin(self) -> bool:
        if time.monotonic() < self._not_before:
            return False
        self._not_before = time.monotonic() + PAUSE
        alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            self._line,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, **alone},
        )
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        return True

    def _send(self, what: dict[str, Any], until: float) -> None:
        """Write one line whole. Raises _Late; half a line that cannot be ended ends the process."""
        assert self._process is not None
        assert self._process.stdin is not None
        pipe = self._process.stdin.fileno()
        data = json.dumps(what, ensure_ascii=False).encode() + b"\n"
        whole = len(data)
        while data:
            left = until - time.monotonic()
            if left <= 0 or not select.select([], [pipe], [], left)[1]:
                if len(data) < whole:
                    self._drop("cannot be written to")
                raise _Late
            data = data[os.write(pipe, data) :]
        if "id" in what and self._asked_at is None:
            self._asked_at = time.monotonic()

    def _answer(self, number: int, until: float) -> dict[str, Any] | None:
        """Return the answer of that number; earlier ones, for which nobody waits any more, are passed over."""
        assert self._process is not None
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        while True:
            line, found, rest = self._rest.partition(b"\n")
            if found:
                self._rest, self._asked_at = rest, None
                answer: dict[str, Any] = json.loads(line)
                if answer["id"] == number:
                    return answer
                continue
            left = until - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise _Late
            if not (data := os.read(pipe, 65536)):
                self._drop("ended")
                return None
            self._rest += data

    def _end_if_hung(self) -> None:
        if self._asked_at is not None and time.monotonic() - self._asked_at > HANG:
            self._drop("hung")

    def _drop(self, why: str) -> None:
        """End what there is of the process; the next question begins another."""
        process, self._process = self._process, None
        self._rest, self._loaded, self._asked_at = b"", {}, None
        if process is None:
            return
        if why != "closed":
            log.warning("proposals absent", why=why, pid=process.pid)
        with suppress(OSError):
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


_aide = Aide()


def aide() -> Aide:
    """Return this process's aide. It is begun at the first question, after the server has forked."""
    return _aide


OLD = 86_400.0


def lay(path: Path, data: bytes) -> None:
    """Write a file for the aide, whole or not at all; what lies there since yesterday and is not read any more goes."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(data)
    aside.replace(path)
    for old in path.parent.glob(f"*{path.suffix}"):
        if old != path and time.time() - old.stat().st_mtime > OLD:
            old.unlink(missing_ok=True)
