"""`linli demo`: the city, its cases, the server, and a person to be for each role.

The pages come up as soon as there is something to do for everybody; the rest of the cases is played while they are looked at.
"""

import datetime as dt
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from linli.site.demo.load import Demo

HOST = "127.0.0.1"
FIRST = 70
"""Cases that stand before the pages come up: the stories, and what is newest."""


class _Stopped(Exception):
    """Somebody pressed Ctrl-C while the city was growing."""


def run(
    *, once: bool, port: int, cases: int, load_only: bool, again: bool, as_of: dt.datetime | None
) -> None:
    """Load what is missing and serve. Ends after a health check with `once`."""
    os.environ["LINLI_DEMO"] = "1"
    os.environ["LINLI_DEMO_CASES"] = str(cases)
    console = Console(soft_wrap=True)
    console.print("[bold]1/4[/] Database · 数据库 …")
    from linli.site.cli import ready

    ready(role="owner")
    from linli.site import install

    if again:
        _begin_anew(console)
    install.migrate(progress=lambda line: console.print(f"    {line}"))
    demo = _found(console, as_of=as_of)
    _fill(console, demo, cases=cases, first=cases if load_only else FIRST)
    if load_only:
        return
    # The web processes must not hold the owner's login.
    os.environ["LINLI_ROLE"] = "app"
    from linli.site import serve
    from linli.site.running import until_stopped
    from linli.site.supervisor import LOOK_EVERY

    serve.refuse_unsafe_demo(HOST)
    serve.refuse_taken_port(HOST, port)
    console.print("[bold]4/4[/] Web, drainer, worker · 网页、封存、后台 …")
    stopped = until_stopped()
    parts = serve.whole(host=HOST, port=port, workers=2)
    parts.start()
    growing: threading.Thread | None = None
    try:
        if said := serve.wait_until_whole(parts, host=HOST, port=port):
            raise click.ClickException(
                f"Not everything came up on port {port}: {said}\n端口 {port} 上的服务没有全部启动：{said}"
            )
        _address(console, port=port)
        if once:
            console.print("Health check passed · 自检通过")
            return
        console.print("Ctrl-C stops the pages; `linli db stop` stops the database.")
        growing = threading.Thread(
            target=_grow, args=(console, demo), kwargs={"cases": cases, "stopped": stopped}
        )
        growing.start()
        while not stopped.wait(LOOK_EVERY):
            parts.look()
    finally:
        stopped.set()
        parts.stop()
        if growing is not None:
            growing.join()


def _begin_anew(console: Console) -> None:
    """Drop the demo's database and make an empty one. Refuses beside real users and on a server of one's own."""
    from django.conf import settings
    from django.db import connection

    from linli.accounts.models import User
    from linli.journal.drainer import accept_restore
    from linli.kernel import clock
    from linli.site import cluster, install

    if settings.LINLI.owner_database_url or settings.LINLI.database_url:
        raise click.ClickException(
            "--again works on the embedded database only. Make an empty database yourself, then run linli demo."
        )
    install.migrate(progress=lambda line: None)
    if User.objects.filter(is_demo=False).exists():
        raise click.ClickException(
            "This database has real users; nothing was dropped. Choose another: LINLI_DATABASE_NAME."
        )
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    cluster.begin_anew(settings.LINLI.database_name)
    install.migrate(progress=lambda line: None)
    # The record begins anew on purpose: the file of heads says so, and the check of the night does not cry.
    accept_restore(now=clock.now())
    console.print("    A new city · 城市重新开始")


def _found(console: Console, *, as_of: dt.datetime | None) -> "Demo":
    from linli.kernel import clock
    from linli.site.demo.load import STALE, Demo

    console.print(
        "[bold]2/4[/] City: 1 + 16 + 349 + 7,535 places, 4,846 compounds · "
        "城市：16 个区、349 个街道乡镇、7,535 个社区和村、4,846 个小区"
    )
    demo = Demo(now=as_of or clock.now())
    demo.found()
    if clock.now() - demo.as_of > STALE:
        console.print(
            f"    This city stands at {demo.as_of:%Y-%m-%d %H:%M} UTC; linli demo --again makes one of today.\n"
            f"    这座城市停在 {demo.as_of:%Y-%m-%d %H:%M}（UTC）；linli demo --again 换成今天的。"
        )
    return demo


def _bar(console: Console) -> Progress:
    columns = (
        TextColumn("    {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, disable=not sys.stdout.isatty())


def _fill(console: Console, demo: "Demo", *, cases: int, first: int) -> None:
    console.print("[bold]3/4[/] Cases of the last 60 days · 近 60 天的诉求")
    with _bar(console) as bar:
        task = bar.add_task("cases", total=min(first, cases))
        loaded = demo.fill(
            cases=cases,
            first=first,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    console.print(f"    {loaded}")


def _grow(console: Console, demo: "Demo", *, cases: int, stopped: threading.Event) -> None:
    """Play the rest while the pages are up; a run that is stopped goes on at the next start."""
    from django.db import connection

    def progress(task: Any, bar: Progress, done: int, total: int) -> None:
        if stopped.is_set():
            raise _Stopped
        bar.update(task, completed=done, total=total)

    try:
        with _bar(console) as bar:
            task = bar.add_task("the rest · 其余诉求", total=cases)
            loaded = demo.fill(
                cases=cases, progress=lambda done, total: progress(task, bar, done, total)
            )
        console.print(f"    {loaded}")
    except _Stopped:
        console.print("    Stopped; the next linli demo goes on from here · 已停，下次接着载入")
    finally:
        connection.close()


def _address(console: Console, *, port: int) -> None:
    from linli.accounts.models import RoleGrant

    console.print(
        f"\n[bold]邻里 Linli[/]  http://{HOST}:{port}/   (演示数据 · demo data, nobody in it is real)"
    )
    console.print(
        "Open the address and choose whom to be; no password is needed:\n打开网址，选一个人即可，不用密码："
    )
    shown: set[str] = set()
    grants = (
        RoleGrant.objects.filter(user__is_demo=True).select_related("user", "place").order_by("pk")
    )
    for grant in grants:
        if grant.role not in shown:
            shown.add(grant.role)
            console.print(
                f"  {grant.user.username:<24} {grant.role:<18} {grant.user.display_name} · {grant.place.name}"
            )
