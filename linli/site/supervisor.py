"""Several processes kept up as one: started together, restarted when one dies, stopped together."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from linli.site.running import PARENT

LOOK_EVERY = 0.2
STEADY = 30.0
"""A process that stayed up so many seconds counts as healthy; its next death is the first again."""
LONGEST_PAUSE = 10.0
PATIENCE = 15.0
"""Seconds that processes have to finish what they have in hand."""

log = structlog.get_logger("linli.serve")


def linli(*arguments: str) -> list[str]:
    """Return the command line of one of our own commands."""
    return [str(Path(sys.executable).with_name("linli")), *arguments]


@dataclass
class Part:
    """One process of the installation and what is known of it."""

    name: str
    command: Sequence[str]
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    pause: float = 0.0
    due_at: float = 0.0

    @property
    def is_up(self) -> bool:
        return self.child is not None and self.child.poll() is None


@dataclass
class Supervisor:
    """Keeps its parts up. `revive` is called while it looks: it brings back what all parts stand on."""

    parts: list[Part]
    revive: Callable[[], None] = lambda: None
    _environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start all parts."""
        self._environment = {**os.environ, PARENT: str(os.getpid())}
        for part in self.parts:
            self._start(part)

    def look(self) -> None:
        """Look at all parts once; start again those whose pause after a death is over."""
        self.revive()
        for part in self.parts:
            if part.is_up:
                continue
            if part.child is not None:
                self._mourn(part)
            elif time.monotonic() >= part.due_at:
                self._start(part)

    def stop(self) -> None:
        """Stop all parts: first asked, then killed."""
        for part in self.parts:
            if part.child is not None and part.is_up:
                part.child.terminate()
        until = time.monotonic() + PATIENCE
        for part in self.parts:
            if part.child is None:
                continue
            try:
                part.child.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                part.child.kill()
                part.child.wait()

    def pids(self) -> dict[str, int]:
        """Return the process ids of the parts that are up, by name."""
        return {part.name: part.child.pid for part in self.parts if part.child and part.is_up}

    def _start(self, part: Part) -> None:
        part.child = subprocess.Popen(part.command, env=self._environment)
        part.started_at = time.monotonic()

    def _mourn(self, part: Part) -> None:
        assert part.child is not None
        was_steady = time.monotonic() - part.started_at > STEADY
        part.deaths = 1 if was_steady else part.deaths + 1
        part.pause = min(0.5 * 2 ** (part.deaths - 1), LONGEST_PAUSE)
        part.due_at = time.monotonic() + part.pause
        log.error(
            "process ended", part=part.name, status=part.child.returncode, again_in=part.pause
        )
        part.child = None
