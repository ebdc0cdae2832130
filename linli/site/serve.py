"""Serving: web, live, drainer and worker together or one alone, and what a demo must never be."""

import ctypes
import ipaddress
import os
import shutil
import signal
import socket
import sys
import time
import urllib.request
from pathlib import Path
from typing import NoReturn
from urllib.error import HTTPError, URLError

import click
from django.conf import settings
from django.core.management import call_command

from linli.site import cluster, metrics
from linli.site.running import PARENT, until_stopped
from linli.site.supervisor import LOOK_EVERY, Part, Supervisor, linli


def refuse_unsafe_demo(host: str) -> None:
    """Refuse a demo (role chooser without passwords) beside real users or off loopback."""
    from linli.accounts.models import Session, User

    if not settings.LINLI.demo:
        # Whoever chose a person while this was a demo is not that person now.
        Session.objects.filter(user__is_demo=True).delete()
        return

    local = host == "localhost" or _is_loopback(host)
    if not local:
        raise click.ClickException(
            f"LINLI_DEMO lets anybody be anybody, so it listens on loopback only, not on {host}. "
            "Unset LINLI_DEMO to serve real users.\n"
            f"演示模式任何人都能扮演任何角色，只能监听本机，不能监听 {host}。正式使用请去掉 LINLI_DEMO。"
        )
    if User.objects.filter(is_demo=False).exists():
        raise click.ClickException(
            "This database has real users. LINLI_DEMO would let anybody sign in without a password. "
            "Use another database for the demo, or unset LINLI_DEMO.\n"
            "本数据库里有真实用户，演示模式会让任何人免密登录。请换一个数据库，或去掉 LINLI_DEMO。"
        )


def refuse_taken_port(host: str, port: int) -> None:
    """Refuse a port on which somebody listens: the web server would share it, and answer by halves."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise click.ClickException(
                f"Port {port} on {host} is not free ({taken.strerror}). Stop what listens there, "
                "or choose another with --port.\n"
                f"{host} 的端口 {port} 不能用（{taken.strerror}）。请停掉占用的程序，或用 --port 换一个。"
            ) from taken


def _is_free(host: str, port: int) -> bool:
    try:
        refuse_taken_port(host, port)
    except click.ClickException:
        return False
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def collect() -> None:
    """Gather static files, hashed and compressed, where the web process serves them from."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)


def web(*, host: str, port: int, workers: int) -> NoReturn:
    """Become the web server: this process is replaced by it."""
    if PARENT in os.environ:
        _die_with_parent(int(os.environ[PARENT]))
    os.environ[metrics.FOLDER] = str(_fresh_figures())
    line = _granian(host=host, port=port, workers=workers)
    os.execv(line[0], line)  # noqa: S606 - our own command, no shell


def live(*, host: str, port: int, pages_port: int | None) -> NoReturn:
    """Become the server of the live stream: this process is replaced by it."""
    from linli.site.live.app import PAGES_PORT

    if PARENT in os.environ:
        _die_with_parent(int(os.environ[PARENT]))
    if pages_port is not None:
        os.environ[PAGES_PORT] = str(pages_port)
    line = _granian_live(host=host, port=port)
    os.execv(line[0], line)  # noqa: S606 - our own command, no shell


def whole(*, host: str, port: int, workers: int) -> Supervisor:
    """Return the supervisor of all parts, not started yet: web, drainer, worker, and live where it has an address.

    A demo has its live stream on the next port, if that one is free; pages do without it.
    """
    web_line = linli("web", "--host", host, "--port", str(port), "--workers", str(workers))
    parts = [
        Part("web", web_line),
        Part("drainer", linli("drainer")),
        Part("worker", linli("worker")),
    ]
    if settings.LINLI.demo and not settings.LINLI.live_url and _is_free(host, port + 1):
        os.environ["LINLI_LIVE_URL"] = f":{port + 1}/live/"
    if os.environ.get("LINLI_LIVE_URL"):
        pages = ("--pages-port", str(port)) if settings.LINLI.demo else ()
        parts.append(Part("live", linli("live", "--host", host, "--port", str(port + 1), *pages)))
    return Supervisor(parts, revive=_revive_database)


def serve(*, host: str, port: int, workers: int) -> None:
    """Serve until a signal comes; a stop lets open requests and jobs finish."""
    stopped = until_stopped()
    parts = whole(host=host, port=port, workers=workers)
    parts.start()
    try:
        while not stopped.wait(LOOK_EVERY):
            parts.look()
    finally:
        parts.stop()


def wait_until_whole(parts: Supervisor, *, host: str, port: int, seconds: float = 60) -> str:
    """Wait until web, drainer and worker all answer. Returns "" or what the last look said."""
    until = time.monotonic() + seconds
    said = "no answer"
    while time.monotonic() < until:
        parts.look()
        try:
            with urllib.request.urlopen(f"http://{host}:{port}/health/whole", timeout=2):
                return ""
        except HTTPError as answer:
            said = answer.read().decode().strip()
        except (URLError, OSError) as failed:
            said = str(failed)
        time.sleep(LOOK_EVERY)
    return said


def _granian(*, host: str, port: int, workers: int) -> list[str]:
    """Return the command line of the web server."""
    return [
        str(Path(sys.executable).with_name("granian")),
        "--interface", "wsgi",
        "--host", host,
        "--port", str(port),
        "--workers", str(workers),
        "--blocking-threads", "4",
        "--backpressure", "64",
        "--log-level", "warning",
        "--no-ws",
        # A worker that is told to stop while it still starts never hears it.
        "--workers-kill-timeout", "5",
        # One that dies is replaced; the others go on answering.
        "--respawn-failed-workers",
        "--respawn-interval", "0.5",
        "linli.site.wsgi:application",
    ]  # fmt: skip


def _granian_live(*, host: str, port: int) -> list[str]:
    """Return the command line of the live stream's server: one process holds all streams."""
    return [
        str(Path(sys.executable).with_name("granian")),
        "--interface", "asgi",
        "--host", host,
        "--port", str(port),
        "--workers", "1",
        # Each stream is a request that stays open; ours are bounded before these are.
        "--backlog", "4096",
        "--backpressure", "4096",
        "--log-level", "warning",
        "--no-ws",
        "--workers-kill-timeout", "2",
        "--respawn-failed-workers",
        "--respawn-interval", "0.5",
        "linli.site.asgi:application",
    ]  # fmt: skip


def _die_with_parent(parent: int) -> None:
    """Ask the system to stop this process with its parent: the web server's main loop is not ours to watch in.

    Linux only. Elsewhere a web server whose `linli serve` was killed stays until it is stopped by hand.
    """
    if sys.platform != "linux":
        return
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)


def _fresh_figures() -> Path:
    """Return the empty folder in which this server's processes keep what they count."""
    folder = cluster.home() / "run" / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def _revive_database() -> None:
    if not os.environ.get("LINLI_DATABASE_URL"):
        cluster.revive(settings.LINLI.database_name)
