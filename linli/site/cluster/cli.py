"""`linli db start|stop|status`: the embedded database from the command line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from linli.site import cluster
from linli.site.config import config

NOT_RUNNING = 3
"""Exit code of `status` when the server is stopped, as for services of the Linux Standard Base."""


@click.group()
def db() -> None:
    """Start, stop and look at the embedded database."""


@db.command()
def start() -> None:
    """Start the database, or find that it runs already."""
    with _told():
        cluster.ensure(config().database_name)
        click.echo(_line(cluster.status()))


@db.command()
def stop() -> None:
    """Stop the database. What was acknowledged is kept."""
    with _told():
        was_running = cluster.stop()
    click.echo("已停止 stopped" if was_running else "本来就没有运行 was not running")


@db.command()
def status() -> None:
    """Say whether the database runs, and where. Exit code 0 if it runs, 3 if not."""
    with _told():
        found = cluster.status()
    click.echo(_line(found))
    sys.exit(0 if found.running else NOT_RUNNING)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except cluster.ClusterError as failed:
        raise click.ClickException(str(failed)) from failed


def _line(found: cluster.Status) -> str:
    """Put the status on one line that reads the same in both languages."""
    if found.version is None:
        return f"尚未建立 not made yet · {found.data_dir}"
    parts = ["运行中 running" if found.running else "已停止 stopped", f"PostgreSQL {found.version}"]
    if found.running:
        parts += [f"pid {found.pid}", f"socket {found.socket}"]
    return " · ".join([*parts, f"{found.size_bytes / 1e6:.1f} MB", str(found.data_dir)])
