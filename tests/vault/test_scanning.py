"""The virus scanner: a small server that speaks clamd's language, a command, and neither."""

import socket
import struct
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from linli.kernel.errors import RuleBroken
from linli.vault import scanning
from linli.vault.scanning import SCANNER_ABSENT, VIRUS_FOUND, check

BAD = b"X5O!P%@AP-THE-TEST-FILE"


def _all(link: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = link.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def _serve(server: socket.socket, silent: bool) -> None:
    while True:
        try:
            link, _from = server.accept()
        except OSError:
            return
        with link:
            assert _all(link, 10) == b"zINSTREAM\0"
            data = b""
            while size := struct.unpack(">I", _all(link, 4))[0]:
                data += _all(link, size)
            if not silent:
                link.sendall(b"stream: Test FOUND\0" if BAD in data else b"stream: OK\0")


@pytest.fixture(params=["unix", "tcp"])
def clamd(request: Any, tmp_path: Path, monkeypatch: Any) -> Iterator[None]:
    if request.param == "unix":
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(tmp_path / "c"))
        address = f"unix:{tmp_path / 'c'}"
    else:
        server = socket.create_server(("127.0.0.1", 0))
        address = f"tcp:127.0.0.1:{server.getsockname()[1]}"
    server.listen()
    threading.Thread(target=_serve, args=(server, False), daemon=True).start()
    monkeypatch.setattr(settings.LINLI, "scanner", address)
    yield
    server.close()


def refusal(data: bytes) -> Any:
    with pytest.raises(RuleBroken) as broken:
        check(data)
    return broken.value.refusal


def test_clamd_lets_the_clean_pass_and_stops_the_rest(clamd: None) -> None:
    check(b"clean" * 100_000)
    assert refusal(b"a" * 70_000 + BAD) is VIRUS_FOUND


def test_without_the_setting_nothing_is_asked() -> None:
    check(BAD)


@pytest.mark.parametrize("scanner", ["unix:/nowhere/clamd", "tcp:127.0.0.1:1", "/no/such/command"])
def test_a_scanner_that_is_set_and_absent_lets_nothing_in(scanner: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(settings.LINLI, "scanner", scanner)
    assert refusal(b"clean") is SCANNER_ABSENT


def test_a_scanner_without_a_verdict_lets_nothing_in(monkeypatch: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, True), daemon=True).start()
        monkeypatch.setattr(settings.LINLI, "scanner", f"tcp:127.0.0.1:{server.getsockname()[1]}")
        assert refusal(b"clean") is SCANNER_ABSENT


@pytest.mark.parametrize(("status", "wanted"), [(1, VIRUS_FOUND), (2, SCANNER_ABSENT)])
def test_a_command_answers_by_its_status(status: int, wanted: Any, monkeypatch: Any) -> None:
    script = f"import sys; sys.exit({status} if b'TEST-FILE' in sys.stdin.buffer.read() else 0)"
    monkeypatch.setattr(settings.LINLI, "scanner", f'{sys.executable} -c "{script}"')
    check(b"clean")
    assert refusal(BAD) is wanted


def test_a_command_that_hangs_is_no_answer(monkeypatch: Any) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.2)
    monkeypatch.setattr(
        settings.LINLI, "scanner", f'{sys.executable} -c "import time; time.sleep(60)"'
    )
    assert refusal(b"clean") is SCANNER_ABSENT
