"""Linli and a peer on the same work in one run: ratios hold where absolute figures do not.

    linli seed --cases 100000 --database linli_bench
    python bench/peers.py --database linli_bench --work FOLDER

The peer is baisitong2 1.0.2 (PyPI, MIT; FastAPI on SQLite), the best of five on most work when they were measured. It
is installed into an environment of its own in FOLDER and never imported. It has no sign-in, no history and no audit;
Linli is measured complete: signed in, every middleware, permissions, events. Both get the same texts. Each piece
of work is measured on one, then at once on the other.
"""

import argparse
import datetime as dt
import json
import os
import random
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import driver
from bench.driver import Browser, Cost, measure
from linli.site import cluster
from linli.site.seeding.drawing import texts

PEER, PEER_PORT, PORT = "baisitong2==1.0.2", 8472, 8473
INBOX = f"/workorders?status=accepted&department={quote('住建局')}&page_size=25"
WORD, CATEGORY = "电梯", "0203"


class Peer:
    """The peer, installed, filled with copies of a row that it wrote itself."""

    def __init__(self, work: Path, *, cases: int) -> None:
        self.folder = work / "run"
        environment = work / "venv"
        program = environment / "bin" / "baisitong2"
        if not program.exists():
            subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
            pip = [str(environment / "bin" / "pip"), "install", "-qq", PEER]
            subprocess.run(pip, check=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.db*"):
            old.unlink()
        self.child = subprocess.Popen(
            [str(program), "--host", "127.0.0.1", "--port", str(PEER_PORT)],
            cwd=self.folder,
            env={**os.environ, "LOG_LEVEL": "WARNING"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        driver.wait_for(PEER_PORT, "/api/appeals", child=self.child)
        self.browsers = [Browser(PEER_PORT) for _ in range(8)]
        self.words = [text.words for text in texts(1)]
        self.rng = random.Random(2)
        self.first, self.ready = self._fill(cases)

    def call(self, client: int, method: str, path: str, body: Any = None) -> Any:
        """Return the answer's data, or None."""
        sent = None if body is None else json.dumps(body).encode()
        status, text, _to = self.browsers[client].request(method, f"/api{path}", json=sent)
        return json.loads(text).get("data") if status == 200 else None

    def create(self, client: int) -> bool:
        form = {
            "content": self.rng.choice(self.words),
            "source": "12345转办",
            "resident_name": "许女士",
            "contact": f"1990000{self.rng.randrange(10_000):04d}",
        }
        return self.call(client, "POST", "/appeals", form) is not None

    def _fill(self, cases: int) -> tuple[int, list[int]]:
        assert self.create(0)
        made = self.call(0, "GET", "/appeals?page_size=1")
        own = (made.get("items") or made.get("data") or made)[0]["id"]
        self.call(0, "POST", f"/appeals/{own}/dispatch", {})
        file = next(self.folder.glob("*.db"))
        with sqlite3.connect(file, timeout=60) as db:
            db.row_factory = sqlite3.Row
            appeal = dict(db.execute("SELECT * FROM appeals WHERE id = ?", [own]).fetchone())
            order = dict(db.execute("SELECT * FROM work_orders LIMIT 1").fetchone())
            first = own + 1
            states = ("pending", "dispatched", "accepted", "completed", "resolved")
            units = ("综合执法局", "公安分局", "住建局", "民政局", "街道办事处", "交警大队")
            now = dt.datetime.now()  # noqa: DTZ005 - the peer's own way of writing a moment
            appeals, orders = [], []
            for n in range(cases + 2_000):
                waits = n >= cases
                # Spread over a year: of what came today it reads every row at each new one.
                when = (now - dt.timedelta(days=1, minutes=5 * max(cases - n, 0))).isoformat(" ")
                row = {
                    "id": first + n,
                    "content": self.rng.choice(self.words),
                    "contact": f"1990000{self.rng.randrange(10_000):04d}",
                    "created_at": when,
                }
                row["status"] = "analyzed" if waits else "dispatched"
                appeals.append({**appeal, **row})
                if not waits:
                    named = {
                        "id": 1_000 + n,
                        "appeal_id": first + n,
                        "order_no": f"WO-20250101-X{n}",
                        "department": self.rng.choice(units),
                        "created_at": when,
                    }
                    orders.append({**order, **named, "status": self.rng.choice(states)})
            for table, rows in (("appeals", appeals), ("work_orders", orders)):
                names = list(rows[0])
                marks = ",".join("?" * len(names))
                db.executemany(
                    f"INSERT INTO {table} ({','.join(names)}) VALUES ({marks})",
                    [[row[name] for name in names] for row in rows],
                )
        return first, list(range(first + cases, first + cases + 2_000))

    def inbox(self, client: int) -> bool:
        return self.call(client, "GET", INBOX) is not None

    def search(self, client: int) -> bool:
        return self.call(client, "GET", f"/appeals?q={quote(WORD)}") is not None

    def dashboard(self, client: int) -> bool:
        return self.call(client, "GET", "/stats") is not None

    def open_one(self, client: int) -> bool:
        return (
            self.call(client, "GET", f"/appeals/{self.first + self.rng.randrange(1_000)}")
            is not None
        )

    def change(self, client: int) -> bool:
        return self.call(client, "POST", f"/appeals/{self.ready.pop()}/dispatch", {}) is not None


class Linli:
    """Linli's demo people on a seeded database."""

    def __init__(self, database: str) -> None:
        import psycopg

        self.here = cluster.ensure(database)
        with psycopg.connect(self.here.app_url) as connection:
            drawn = connection.execute(
                "SELECT number FROM cases_case TABLESAMPLE SYSTEM (5) LIMIT 1000"
            ).fetchall()
        self.numbers = [number for (number,) in drawn]
        self.child = driver.serve(database, port=PORT)
        who = ("operator-1", "dispatcher", "worker-shuanghe", "leader-chaoyang")
        self.people = {name: [Browser(PORT).become(name) for _ in range(8)] for name in who}
        page = self.people["operator-1"][0].request("GET", "/calls/new/")[1]
        self.token = {
            name: [driver.token_in(b.request("GET", "/?again=1")[1]) for b in browsers]
            for name, browsers in self.people.items()
        }
        assert "intake_key" in page
        self.texts = texts(1)
        self.rng = random.Random(2)
        self.waiting: list[str] = []
        self.lead = ""

    def _created(self, client: int) -> str:
        text = self.rng.choice(self.texts)
        form = {
            "csrfmiddlewaretoken": self.token["operator-1"][client],
            "intake_key": str(uuid.uuid4()),
            "words": text.words,
            "title": text.title,
            "place": "110105019029",
            "place_code": "110105019029",
            "address": f"{self.rng.randrange(1, 30)}号楼",
            "kind": text.request.kind,
            "urgency": "N",
            "category": CATEGORY,
            "category_code": CATEGORY,
            "name": "许女士",
            "phone": f"1990000{self.rng.randrange(10_000):04d}",
            "confidentiality": "none",
            "wants_reply": "on",
        }
        status, page, to = self.people["operator-1"][client].request("POST", "/calls/new/", form)
        assert status == 302, page[-3000:]
        return to

    def create(self, client: int) -> bool:
        to = self._created(client)
        self.waiting.append(to.strip("/").split("/")[-1].split("=")[-1])
        return True

    def _page(self, who: str, client: int, path: str) -> bool:
        status, page, _to = self.people[who][client].request("GET", path)
        return status == 200 and "</html>" in page

    def inbox(self, client: int) -> bool:
        return self._page("worker-shuanghe", client, "/work/")

    def search(self, client: int) -> bool:
        return self._page("operator-1", client, f"/search/?q={quote(WORD)}")

    def dashboard(self, client: int) -> bool:
        return self._page("leader-chaoyang", client, "/overview/")

    def open_one(self, client: int) -> bool:
        return self._page("operator-1", client, f"/cases/{self.rng.choice(self.numbers)}/")

    def change(self, client: int) -> bool:
        number = self.waiting.pop()
        browser = self.people["dispatcher"][client]
        if not self.lead:
            import re

            page = browser.request("GET", f"/queue/?case={number}")[1]
            offered = re.findall(r'<input type="radio" name="lead" value="\d+"[^>]*>', page)
            chosen = [one for one in offered if "checked" in one] or offered
            found = re.search(r'value="(\d+)"', chosen[0]) if chosen else None
            assert found, "the case is offered a unit"
            self.lead = found[1]
        form = {
            "csrfmiddlewaretoken": self.token["dispatcher"][client],
            "lead": self.lead,
            "reason": "",
        }
        return browser.request("POST", f"/cases/{number}/dispatch/", form)[0] == 302


WORK = (
    ("create", "create", 1),
    ("create", "create", 8),
    ("inbox, first page", "inbox", 1),
    ("search a word", "search", 1),
    ("dashboard", "dashboard", 1),
    ("open one case", "open_one", 1),
    ("state change (dispatch)", "change", 1),
)


def main() -> None:
    """Measure both and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", default="linli_bench")
    parser.add_argument("--cases", type=int, default=100_000, help="cases the peer is filled with")
    parser.add_argument("--work", type=Path, required=True, help="folder for the peer")
    parser.add_argument("--seconds", type=float, default=4)
    given = parser.parse_args()
    peer = Peer(given.work, cases=given.cases)
    own = None
    rows: list[tuple[str, int, Cost, Cost]] = []
    try:
        own = Linli(given.database)
        for name, verb, clients in WORK:
            theirs = measure(
                getattr(peer, verb), web=peer.child.pid, database=None, clients=clients,
                seconds=given.seconds, most=1_500,
            )  # fmt: skip
            ours = measure(
                getattr(own, verb), web=own.child.pid, database=own.here.pid, clients=clients,
                seconds=given.seconds, most=min(1_500, len(own.waiting) - 10) if verb == "change" else 1_500,
            )  # fmt: skip
            rows.append((name, clients, theirs, ours))
            print(name, clients, theirs.as_json(), ours.as_json(), file=sys.stderr)
    finally:
        peer.child.terminate()
        peer.child.wait(timeout=30)
        if own is not None:
            own.child.terminate()
            own.child.wait(timeout=30)
    print(
        f"{PEER} with {given.cases} cases; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n"
    )
    print(
        "| work | clients | peer p50 ms | Linli p50 ms | ratio | peer CPU ms | Linli CPU ms (web + database) | peer, Linli a second | wrong |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name, clients, theirs, ours in rows:
        print(
            f"| {name} | {clients} | {theirs.p50:.1f} | {ours.p50:.1f} | {ours.p50 / theirs.p50:.2f} "
            f"| {theirs.web_cpu:.1f} | {ours.web_cpu:.1f} + {ours.db_cpu:.1f} "
            f"| {theirs.rate:.0f}, {ours.rate:.0f} | {theirs.failed}, {ours.failed} |"
        )


if __name__ == "__main__":
    main()
