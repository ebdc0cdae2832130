"""Sealed files: what is on the disk, what comes back, what is noticed, what is swept."""

import datetime as dt
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from linli.kernel.seal import SealBroken
from linli.vault.sealing import CHUNK
from linli.vault.store import NotKept, Store
from linli.vault.uploads import sweep_uploads
from tests.conftest import NOW

STORE = Store("things")


def path_of(files: Path, name: str) -> Path:
    return files / "things" / name[:2] / name


def kept(data: bytes) -> str:
    """Keep bytes as a stream of odd pieces, so that no database is needed."""
    with STORE.new() as (name, file):
        for at in range(0, len(data), 7919):
            file.write(data[at : at + 7919])
    return name


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 200_001])
def test_what_goes_in_comes_out(files: Path, size: int) -> None:
    data = os.urandom(size)
    assert b"".join(STORE.read(kept(data))) == data


def test_nothing_of_it_can_be_read_on_the_disk(files: Path) -> None:
    name = kept(b"MARKER" * 30_000)
    data = path_of(files, name).read_bytes()
    assert b"MARKER" not in data
    assert data[0] == 1
    assert stat.S_IMODE(path_of(files, name).stat().st_mode) == 0o600


@given(data=st.binary(min_size=1, max_size=400), at=st.integers(0, 10_000), bit=st.integers(0, 7))
@effort(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_a_changed_bit_is_noticed(files: Path, data: bytes, at: int, bit: int) -> None:
    name = kept(data)
    sealed = bytearray(path_of(files, name).read_bytes())
    sealed[at % len(sealed)] ^= 1 << bit
    path_of(files, name).write_bytes(sealed)
    with pytest.raises(SealBroken):
        b"".join(STORE.read(name))


def head_of(sealed: bytes) -> int:
    return 3 + int.from_bytes(sealed[1:3], "big")


def test_chunks_cannot_be_swapped_dropped_or_cut_off(files: Path) -> None:
    name = kept(os.urandom(3 * CHUNK))
    path = path_of(files, name)
    sealed = path.read_bytes()
    head, size = head_of(sealed), CHUNK + 16
    one, two, three = (sealed[head + size * i : head + size * (i + 1)] for i in range(3))
    for order in (two + one + three, one + three, one + two, one, b"", one + two + three + three):
        path.write_bytes(sealed[:head] + order)
        with pytest.raises(SealBroken):
            b"".join(STORE.read(name))


def test_a_file_moved_under_another_name_does_not_open(files: Path) -> None:
    one, other = kept(b"one"), kept(b"other")
    path_of(files, one).replace(path_of(files, other))
    with pytest.raises(SealBroken):
        b"".join(STORE.read(other))


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "/"])
def test_a_name_that_is_none_of_ours_leads_nowhere(files: Path, name: str) -> None:
    with pytest.raises(NotKept):
        STORE.read(name)


def test_what_is_not_there_is_said(files: Path) -> None:
    with pytest.raises(NotKept):
        STORE.read("0" * 64)


def test_a_write_that_failed_leaves_nothing(files: Path) -> None:
    def half() -> None:
        with STORE.new() as (_name, file):
            file.write(b"half")
            raise EOFError

    with pytest.raises(EOFError):
        half()
    assert [path for path in files.rglob("*") if path.is_file()] == []


def test_equal_bytes_lie_there_once_under_a_name_that_tells_nothing(files: Path, db: None) -> None:
    import hashlib

    name = STORE.keep(b"the same")
    assert STORE.keep(b"the same") == name
    assert STORE.keep(b"another") != name
    assert len([path for path in files.rglob("*") if path.is_file()]) == 2
    assert name != hashlib.sha256(b"the same").hexdigest()
    assert Store("elsewhere").keep(b"the same") != name


def aged(files: Path, name: str, hours: float) -> None:
    at = (NOW - dt.timedelta(hours=hours)).timestamp()
    os.utime(path_of(files, name), (at, at))


def test_orphans_are_swept_and_nothing_else(files: Path, db: None) -> None:
    named, orphan, fresh = (STORE.keep(data) for data in (b"named", b"orphan", b"fresh"))
    for name, hours in ((named, 5), (orphan, 1.1), (fresh, 0.9)):
        aged(files, name, hours)
    unfinished = path_of(files, orphan).with_name(".abc.def")
    unfinished.write_bytes(b"x")
    at = (NOW - dt.timedelta(days=1)).timestamp()
    os.utime(unfinished, (at, at))

    def rows(names: object) -> list[str]:
        return [named]

    assert STORE.sweep(rows, now=NOW) == 2
    assert path_of(files, named).exists()
    assert path_of(files, fresh).exists()
    assert not path_of(files, orphan).exists()
    assert STORE.sweep(rows, now=NOW) == 0


def test_what_a_crash_left_of_an_upload_is_removed_after_a_day(
    tmp_path: Path, settings: Any
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    for name, hours in (("old", 25), ("new", 1)):
        (tmp_path / name).write_bytes(b"x")
        at = (NOW - dt.timedelta(hours=hours)).timestamp()
        os.utime(tmp_path / name, (at, at))
    assert sweep_uploads(now=NOW) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
