"""`linli demo`: the city, its cases, the server, and a person to be for each role."""

import os
import sys

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

HOST = "127.0.0.1"


def run(*, once: bool, port: int, cases: int, load_only: bool) -> None:
    """Load what is missing and serve. Ends after a health check with `once`."""
    os.environ["LINLI_DEMO"] = "1"
    console = Console(soft_wrap=True)
    console.print("[bold]1/4[/] Database · 数据库 …")
    from linli.site.cli import ready

    ready(role="owner")
    from linli.site import install

    install.migrate(progress=lambda line: console.print(f"    {line}"))
    _load(console, cases=cases)
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
        while not stopped.wait(LOOK_EVERY):
            parts.look()
    finally:
        parts.stop()


def _load(console: Console, *, cases: int) -> None:
    from linli.kernel import clock
    from linli.site.demo.load import load_demo

    console.print(
        "[bold]2/4[/] City: 1 + 16 + 349 + 7,535 places, 4,846 compounds · "
        "城市：16 个区、349 个街道乡镇、7,535 个社区和村、4,846 个小区"
    )
    columns = (
        TextColumn("    {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console.print("[bold]3/4[/] Cases of the last 30 days · 近 30 天的诉求")
    with Progress(*columns, console=console, disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task("cases", total=cases)
        loaded = load_demo(
            now=clock.now(),
            cases=cases,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    console.print(f"    {loaded}")


def _address(console: Console, *, port: int) -> None:
    from linli.accounts.models import RoleGrant

    console.print(
        f"\n[bold]邻里 Linli[/]  http://{HOST}:{port}/   (演示数据 · demo data, nobody in it is real)"
    )
    console.print(
        "Open the address and choose whom to be; no password is needed:\n打开网址，选一个人即可，不用密码："
    )
    grants = (
        RoleGrant.objects.filter(user__is_demo=True).select_related("user", "place").order_by("pk")
    )
    for grant in grants:
        console.print(
            f"  {grant.user.username:<24} {grant.role:<18} {grant.user.display_name} · {grant.place.name}"
        )
