"""The hook to a virus scanner: clamd's socket or a command, by the setting `scanner`.

Fails closed: a scanner that is set and does not answer lets nothing in. Without the setting nothing is
scanned; pictures are drawn anew in any case, and nothing that came from outside is ever executed.
"""

import shlex
import socket
import struct
import subprocess
from typing import Literal

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import Refusal

log = structlog.get_logger("linli.vault")
SECONDS = 30
_CHUNK = 65_536
Verdict = Literal["clean", "found"]

VIRUS_FOUND = Refusal(
    "vault.virus_found",
    _(
        "The virus scanner objects to this file, so it was not kept. Take the picture again, or ask IT."
    ),
)
SCANNER_ABSENT = Refusal(
    "vault.scanner_absent",
    _(
        "The virus scanner does not answer, so no file is taken in now. Keep yours, tell IT, and try "
        "again later."
    ),
)


class ScannerAbsent(Exception):
    """The scanner that is set could not be asked, or its answer was none."""


def check(data: bytes) -> None:
    """Have bytes scanned as they came. Raises VIRUS_FOUND or SCANNER_ABSENT (as RuleBroken)."""
    scanner = settings.LINLI.scanner
    if not scanner:
        return
    try:
        verdict = _ask(scanner, data)
    except (ScannerAbsent, OSError, subprocess.SubprocessError) as failed:
        log.error("scanner does not answer", kind=type(failed).__name__)
        raise SCANNER_ABSENT() from failed
    if verdict == "found":
        log.warning("virus found", size=len(data))
        raise VIRUS_FOUND()


def _ask(scanner: str, data: bytes) -> Verdict:
    kind, colon, rest = scanner.partition(":")
    if colon and kind == "unix":
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(SECONDS)
            link.connect(rest)
            return _clamd(link, data)
    if colon and kind == "tcp":
        host, _colon, port = rest.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=SECONDS) as link:
            return _clamd(link, data)
    return _command(scanner, data)


def _clamd(link: socket.socket, data: bytes) -> Verdict:
    """Ask clamd by its command INSTREAM: chunks with their length before them, an empty one ends."""
    link.sendall(b"zINSTREAM\0")
    for at in range(0, len(data), _CHUNK):
        chunk = data[at : at + _CHUNK]
        link.sendall(struct.pack(">I", len(chunk)) + chunk)
    link.sendall(struct.pack(">I", 0))
    answer = b""
    while not answer.endswith(b"\0") and (piece := link.recv(4096)):
        answer += piece
    words = answer.rstrip(b"\0").strip()
    if words.endswith(b" FOUND"):
        return "found"
    if words == b"stream: OK":
        return "clean"
    raise ScannerAbsent("clamd gave no verdict")


def _command(line: str, data: bytes) -> Verdict:
    """Run a command that reads the bytes: exit status 0 is clean, 1 found, anything else no answer."""
    done = subprocess.run(
        shlex.split(line), input=data, capture_output=True, timeout=SECONDS, check=False
    )
    if done.returncode in (0, 1):
        return "found" if done.returncode else "clean"
    raise ScannerAbsent(f"status {done.returncode}")
