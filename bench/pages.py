"""What the pages cost on a seeded database: queries, latency, processor time.

    linli seed --cases 100000 --database linli_bench
    python bench/pages.py --database linli_bench

Signed in, with every middleware, over HTTP on loopback. Prints Markdown; --json FILE keeps the figures. With
--in-process no server is started: each page is asked for in this process, and only queries and processor time are
told, which other work on the machine hardly changes.
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import driver
from linli.site import cluster

PORT = 8471
VIEWERS = {
    "community worker": "worker-shuanghe",
    "street worker": "street-fatou",
    "district leader": "leader-chaoyang",
    "city dispatcher": "dispatcher",
    "city operator": "operator-1",
    "follow-up caller": "follow-up",
}
FREQUENT, RARE, ABSENT = "电梯", "透析 志愿者", "高速公路收费站"


def pages() -> dict[str, tuple[str, Callable[[Any], str]]]:
    """Return what is opened: name, by whom, the address (given a source of case numbers)."""
    search = "/search/?q={}".format
    return {
        "overview, district leader": ("district leader", lambda _n: "/overview/"),
        "inbox of a community": ("community worker", lambda _n: "/work/"),
        "inbox of a street": ("street worker", lambda _n: "/work/"),
        "dispatcher's queue, city": ("city dispatcher", lambda _n: "/queue/"),
        "call back, city": ("follow-up caller", lambda _n: "/follow-up/"),
        "open a case with its story": ("city operator", lambda n: f"/cases/{n()}/"),
        "search, frequent word, city": ("city operator", lambda _n: search(quoted(FREQUENT))),
        "search, two words, city": ("city operator", lambda _n: search(quoted(RARE))),
        "search, nothing found, city": ("city operator", lambda _n: search(quoted(ABSENT))),
        "search, frequent word, community": (
            "community worker",
            lambda _n: search(quoted(FREQUENT)),
        ),
        "search, telephone, city": ("city operator", lambda _n: search("19900001234")),
        "search, three characters, city": ("city operator", lambda _n: search(quoted("下不了"))),
        "search, four characters, city": ("city operator", lambda _n: search(quoted("物业公司"))),
        "search, word, place and state": (
            "city operator",
            lambda _n: search(quoted(FREQUENT)) + "&place=110105019029&state=case%3Aclosed",
        ),
        "search, word and category": (
            "city operator",
            lambda _n: search(quoted(FREQUENT)) + "&category=0203",
        ),
        "three rates, community": ("community worker", lambda _n: "/rates/"),
        "three rates, district": ("district leader", lambda _n: "/rates/"),
        "first page, operator": ("city operator", lambda _n: "/home/"),
        "first page, dispatcher": ("city dispatcher", lambda _n: "/home/"),
        "first page, follow-up caller": ("follow-up caller", lambda _n: "/home/"),
        "overview, district": ("district leader", lambda _n: "/overview/"),
        "units of a district": ("district leader", lambda _n: "/overview/110105/units/"),
        "wall, district": ("district leader", lambda _n: "/wall/"),
    }


def quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text)


def asked_here(
    found: dict[str, tuple[str, Callable[[Any], str]]], numbers: list[str], *, times: int
) -> dict[str, tuple[int, float, float]]:
    """Return queries, this process's CPU and the database's CPU (ms) of each page, asked for in one process."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.db.backends.signals import connection_created
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from linli.accounts.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    backends: dict[int, float] = {}
    connection_created.connect(
        lambda connection, **_more: backends.setdefault(
            connection.connection.info.backend_pid, 0.0
        ),
        weak=False,
    )
    counted = {}
    for name, (viewer, address) in found.items():
        client = Client()
        client.force_login(User.objects.get(username=VIEWERS[viewer]))
        with CaptureQueriesContext(connection) as asked:
            response = client.get(address(lambda: numbers[0]))
        assert response.status_code == 200, f"{name}: {response.status_code}"
        own, theirs = time.process_time(), _spent(backends)
        for nth in range(times):
            client.get(address(lambda nth=nth: numbers[nth % len(numbers)]))
        per = 1000 / max(times, 1)
        spent = (time.process_time() - own) * per, (_spent(backends) - theirs) * per
        counted[name] = (len(asked), *spent)
    return counted


def _spent(backends: dict[int, float]) -> float:
    """Return the processor seconds of the database's processes that serve this one."""
    for pid in backends:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            backends[pid] = (int(fields[11]) + int(fields[12])) / driver.TICKS
    return sum(backends.values())


def main() -> None:
    """Serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", default="linli_bench")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--in-process", action="store_true", help="queries and CPU only")
    parser.add_argument("--times", type=int, default=20, help="with --in-process: times each page")
    given = parser.parse_args()
    here = cluster.ensure(given.database)
    import psycopg

    with psycopg.connect(here.app_url, autocommit=True) as connection:
        cases = connection.execute("SELECT count(*) FROM cases_case").fetchone()
        drawn = connection.execute(
            "SELECT number FROM cases_case TABLESAMPLE SYSTEM (5) LIMIT 2000"
        ).fetchall()
    numbers = [number for (number,) in drawn]
    rng = random.Random(1)
    found = pages()
    os.environ |= {"LINLI_DATABASE_NAME": given.database, "LINLI_ROLE": "app"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.site.settings")
    assert cases is not None
    counted = asked_here(found, numbers, times=given.times if given.in_process else 0)
    if given.in_process:
        print(f"{cases[0]} cases, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
        print("| page | queries | Python CPU ms | database CPU ms |\n|---|---|---|---|")
        for name, (queries, own, theirs) in counted.items():
            print(f"| {name} | {queries} | {own:.1f} | {theirs:.1f} |")
        return
    server = driver.serve(given.database, port=PORT)
    results: dict[str, driver.Cost] = {}
    try:
        for name, (viewer, address) in found.items():
            browsers = [driver.Browser(PORT).become(VIEWERS[viewer])]

            def one(client: int, browsers: Any = browsers, address: Any = address) -> bool:
                status, page, _to = browsers[client].request(
                    "GET", address(lambda: rng.choice(numbers))
                )
                return status == 200 and "</html>" in page

            results[name] = driver.measure(
                one, web=server.pid, database=here.pid, seconds=given.seconds
            )
            print(name, results[name].as_json(), file=sys.stderr)
    finally:
        server.terminate()
        server.wait(timeout=30)
    print(f"{cases[0]} cases, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| page | queries | p50 ms | p95 ms | web CPU ms | database CPU ms | wrong |")
    print("|---|---|---|---|---|---|---|")
    for name, cost in results.items():
        print(
            f"| {name} | {counted[name][0]} | {cost.p50:.1f} | {cost.p95:.1f} | {cost.web_cpu:.1f} "
            f"| {cost.db_cpu:.1f} | {cost.failed} |"
        )
    if given.json:
        figures = {
            name: {"queries": counted[name][0], **cost.as_json()} for name, cost in results.items()
        }
        given.json.write_text(json.dumps({"cases": cases[0], "pages": figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
