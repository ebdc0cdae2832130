"""The server's life: make a cluster, start it, find its process, stop it.

As root, files are written only into folders that root owns, never into those of the server's user:
a server that was broken into must not be able to turn a link of its own into a write by root.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from linli.site.cluster import errors
from linli.site.cluster.layout import PORT, Account, Binaries, Layout

RETRY_SECONDS = 15
START_SECONDS = 120
STOP_SECONDS = 60

SETTINGS = """\
# Written by Linli at every start. Settings of your own go into local.conf beside this file.
include 'data/postgresql.conf'
listen_addresses = ''
port = {port}
unix_socket_directories = {socket_dir}
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
effective_cache_size = 512MB
work_mem = 8MB
maintenance_work_mem = 64MB
random_page_cost = 1.1
max_parallel_workers_per_gather = 1
# An acknowledged write survives a crash of the server and of the machine.
fsync = on
full_page_writes = on
synchronous_commit = on
wal_compression = on
# A client that was killed gives its locks back even in the middle of a long query.
client_connection_check_interval = 10s
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
# A ring of seven files, readable by the server's user alone.
logging_collector = on
log_directory = {log_dir}
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_file_mode = 0600
log_line_prefix = '%m [%p] %q%u@%d %e '
# A failed statement and its details quote what people typed: names and telephone numbers.
log_error_verbosity = terse
log_min_error_statement = panic
include_if_exists 'local.conf'
"""

# PostgreSQL's words when something of a server that died still holds the cluster.
HELD = ("is still in use", "already exists", "already in use")
# No process has this number on any system (Linux stops at 2^22, macOS at 99,999).
NO_PROCESS = 2**31 - 1
HAS_PROC = Path("/proc/self/cwd").exists()


def postmaster(here: Layout) -> int | None:
    """Return the process id of this cluster's running server, None if there is none."""
    lines = _pid_lines(here)
    pid = int(lines[0]) if lines and lines[0].isdigit() else 0
    return pid if pid and _serves(pid, here.data_dir) else None


def has_died(here: Layout) -> bool:
    """Say whether a server of this cluster ended without being stopped: its process file is left."""
    return bool(_pid_lines(here)) and postmaster(here) is None


def _pid_lines(here: Layout) -> list[str]:
    try:
        return (here.data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _serves(pid: int, data_dir: Path) -> bool:
    """Say whether the process is a server at work in this data folder.

    A process number alone proves nothing: the file with it outlives a crash, and the number may
    have gone to another program, to another cluster's server, or to a dead process that nobody reaped.
    """
    if not HAS_PROC:
        return _was_started_for(pid, data_dir)
    return _is_postgres(pid) and _link(pid, "cwd") == str(data_dir)


def _was_started_for(pid: int, data_dir: Path) -> bool:
    """Say whether the process is a server started for this data folder, wherever that now lies."""
    if HAS_PROC:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return _is_postgres(pid) and words[1:3] == [b"-D", os.fsencode(data_dir)]
    shown = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True
    )
    return f"postgres -D {data_dir} " in shown.stdout.strip() + " "


def _is_postgres(pid: int) -> bool:
    # A renewed wheel leaves the program of a running server as "postgres (deleted)".
    return os.path.basename(_link(pid, "exe")).startswith("postgres")


def _link(pid: int, name: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/{name}")
    except OSError:  # gone, a zombie, or somebody else's: in no case our server
        return ""


def initialise(here: Layout, *, owner: Account, binaries: Binaries, password: str) -> None:
    """Make the cluster: UTF-8 under any locale of the environment, passwords from the first moment.

    The character type must not be C, else pg_trgm finds no Chinese (tried with 18.6, 2026-11-23).
    A start that is broken off leaves its initdb at work. Each attempt has folder and file of its own
    name, so that they do not meet; what others left is removed.
    """
    for left in here.folder.glob("*.partial-*"):
        shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
    mark = secrets.token_hex(4)
    partial = here.folder / f"data.partial-{mark}"
    password_file = here.folder / f"password.partial-{mark}"
    partial.mkdir(mode=0o700)
    os.chown(partial, owner.uid, owner.gid)
    try:
        password_file.touch(mode=0o600, exist_ok=False)
        password_file.write_text(password, encoding="utf-8")
        os.chown(password_file, owner.uid, owner.gid)
        made = _launch(
            here,
            [
                str(binaries.program("initdb")),
                f"--pgdata={partial}",
                "--username=postgres",
                f"--pwfile={password_file}",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C.UTF-8",
                "--lc-ctype=C.UTF-8",
                "--lc-collate=C.UTF-8",
                "--auth-local=scram-sha-256",
                "--auth-host=scram-sha-256",
            ],
            owner=owner,
            binaries=binaries,
            output=subprocess.PIPE,
        )
        said = made.communicate()[0].decode(errors="replace")
    finally:
        password_file.unlink(missing_ok=True)
    if made.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        raise errors.start_failed(reason=_last_lines(said), log_dir=here.log_dir)
    partial.rename(here.data_dir)


def start(here: Layout, *, owner: Account, binaries: Binaries) -> None:
    """Start the server and return when it accepts connections.

    It runs in a session of its own and outlives this process. After a crash, back-ends without their
    server may hold the cluster for some seconds: tried again for RETRY_SECONDS.
    """
    settings = here.folder / "linli.conf"
    settings.write_text(
        SETTINGS.format(
            port=PORT, socket_dir=_quoted(here.socket_dir), log_dir=_quoted(here.log_dir)
        ),
        encoding="utf-8",
    )
    settings.chmod(0o644)
    deadline = time.monotonic() + RETRY_SECONDS
    while True:
        _clear_remains(here, owner=owner)
        reason = _start_once(here, owner=owner, binaries=binaries)
        if reason is None:
            return
        if time.monotonic() > deadline or not any(words in reason for words in HELD):
            raise errors.start_failed(reason=_last_lines(reason), log_dir=here.log_dir)
        time.sleep(0.25)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _start_once(here: Layout, *, owner: Account, binaries: Binaries) -> str | None:
    """Start the server; return None when it is ready, else what it said before it ended."""
    # Before the server writes to its log it says its faults to us, afterwards there.
    log = here.log_dir / datetime.now(UTC).strftime("postgresql-%a.log")
    log_size = log.stat().st_size if log.is_file() else 0
    start_log = here.folder / "start.log"
    with open(start_log, "wb") as output:
        start_log.chmod(0o600)
        server = _launch(
            here,
            [
                str(binaries.program("postgres")),
                *("-D", str(here.data_dir), "-c", f"config_file={here.folder / 'linli.conf'}"),
            ],
            owner=owner,
            binaries=binaries,
            output=output,
        )
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None:
        lines = _pid_lines(here)
        # Line 1 is the process, line 8 its state (PostgreSQL's miscadmin.h).
        if len(lines) >= 8 and lines[0] == str(server.pid) and lines[7].startswith("ready"):
            server.returncode = 0  # ours no longer: do not warn that it outlives us
            return None
        if time.monotonic() > deadline:
            server.returncode = 0
            raise errors.still_starting(seconds=START_SECONDS, log_dir=here.log_dir)
        time.sleep(0.02)
    said = start_log.read_text(errors="replace")
    if log.is_file() and not log.is_symlink():
        said += log.read_bytes()[log_size:].decode(errors="replace")
    return said


def _last_lines(said: str) -> str:
    """Return the lines that name the fault, at most three, on one line and without their times."""
    without_times = re.sub(r"\d{4}-\d\d-\d\d [\d:.]+ \w+ \[\d+\] *", "", said)
    lines = [line.strip() for line in without_times.splitlines() if line.strip()]
    signs = ("FATAL", "PANIC", "error", "HINT", "could not", "unrecognized", "invalid")
    telling = [line for line in lines if any(sign in line for sign in signs)]
    return " / ".join((telling or lines or ["nothing"])[-3:])


def _clear_remains(here: Layout, *, owner: Account) -> None:
    """Make what a dead server left harmless. Call only when `postmaster` says that none runs.

    PostgreSQL trusts the process number in its lock file if any process of the same user has it. The
    number is blotted out; the rest stays, because it leads PostgreSQL to back-ends still alive.
    """
    lines = _pid_lines(here)
    if lines and lines[0].isdigit() and _exists(int(lines[0])):
        _blot_out_pid(here, owner=owner, lines=lines)
    lock = here.socket.with_name(here.socket.name + ".lock")
    with suppress(FileNotFoundError, ValueError, IndexError):
        pid = int(lock.read_text(encoding="utf-8").splitlines()[0])
        # A server whose data folder was moved or deleted under it still holds the socket's place, and
        # would take our socket along when it ends.
        if _was_started_for(pid, here.data_dir):
            os.kill(pid, signal.SIGQUIT)
            _wait_while(lambda: _was_started_for(pid, here.data_dir), seconds=10)
    lock.unlink(missing_ok=True)
    here.socket.unlink(missing_ok=True)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _blot_out_pid(here: Layout, *, owner: Account, lines: Sequence[str]) -> None:
    path = here.data_dir / "postmaster.pid"
    handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        if os.fstat(handle).st_uid != owner.uid:
            raise errors.unsafe_folder(path=path, reason="it is not the server's own file")
        file.truncate()
        file.write("\n".join([str(NO_PROCESS), *lines[1:]]) + "\n")


def halt(here: Layout, pid: int) -> None:
    """Stop the server: open transactions are rolled back, everything acknowledged stays."""
    os.kill(pid, signal.SIGINT)
    if not _wait_while(lambda: _serves(pid, here.data_dir), seconds=STOP_SECONDS):
        raise errors.still_stopping(pid=pid, seconds=STOP_SECONDS, log_dir=here.log_dir)
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # if this process started it


def _wait_while(lasts: Callable[[], bool], *, seconds: int) -> bool:
    """Wait until something is over; return whether it is."""
    deadline = time.monotonic() + seconds
    while lasts():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _launch(
    here: Layout,
    command: Sequence[str],
    *,
    owner: Account,
    binaries: Binaries,
    output: IO[bytes] | int,
) -> subprocess.Popen[bytes]:
    """Run a program of PostgreSQL as the server's user, with an environment that holds no surprise."""
    search = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=here.folder,
        env={"PATH": os.defpath, "LC_ALL": "C", search: str(binaries.libraries)},
        start_new_session=True,
        umask=0o077,
        user=owner.uid if here.as_root else None,
        group=owner.gid if here.as_root else None,
        extra_groups=[] if here.as_root else None,
    )
