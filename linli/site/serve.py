"""Serving the pages with granian, and what a demo must never be."""

import ipaddress
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

import click
from django.conf import settings
from django.core.management import call_command


def refuse_unsafe_demo(host: str) -> None:
    """Refuse a demo (role chooser without passwords) beside real users or off loopback."""
    if not settings.LINLI.demo:
        return
    from linli.accounts.models import User

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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def collect() -> None:
    """Gather static files, hashed and compressed, where the web process serves them from."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)


def command(*, host: str, port: int, workers: int) -> list[str]:
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
        "linli.site.wsgi:application",
    ]  # fmt: skip


def start(*, host: str, port: int, workers: int) -> subprocess.Popen[bytes]:
    """Start the web server as a child process."""
    collect()
    return subprocess.Popen(command(host=host, port=port, workers=workers))


def serve(*, host: str, port: int, workers: int) -> None:
    """Serve until a signal comes; a stop lets open requests finish."""
    child = start(host=host, port=port, workers=workers)

    def stop(_signal: int, _frame: object) -> None:
        child.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    code = child.wait()
    if code not in (0, -signal.SIGTERM, -signal.SIGINT):
        raise click.ClickException(
            f"The web server ended with status {code}. Is port {port} taken? Try --port.\n"
            f"网页服务退出，状态 {code}。端口 {port} 是否被占用？可用 --port 换一个。"
        )


def wait_until_healthy(
    *, host: str, port: int, child: subprocess.Popen[bytes], seconds: float = 30
) -> bool:
    """Return whether the server answers its health check within `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and child.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{host}:{port}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            time.sleep(0.2)
    return False
