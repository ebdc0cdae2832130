"""Category, place and urgency of one new message, and what a web process costs: python -m bench.triage [--messages N]

Measured as the operator's page asks: through the pipe to the process that proposes, with the starter model and every
compound and community of Beijing loaded, one message after the other; urgency in the asking process itself. Says p50, p95
and processor time a message, and the memory of both processes. Run it beside something that fills one core.
"""

import argparse
import csv
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from linli.cases.catalogue.starter import MODEL
from linli.methods.language import urgency
from linli.methods.language.aide import Aide
from linli.territory.gazetteer import beijing

MATTERS = (
    "{place}六号楼电梯停运两天了，家里老人下不了楼，物业一直说在等配件。",
    "我是{place}的居民，楼下饭店油烟很大，晚上十一点还在营业，窗户不敢开，多次反映没有结果，请尽快处理。",
    "{place}北门对面的路灯坏了三盏，晚上黑漆漆的，老人孩子走路很危险。",
    "反映{place}暖气不热，室温只有十四度，家里有婴儿，已经给供热公司打过四次电话。",
    "想问一下老年卡在哪里补办，我住{place}附近。",
)
LONG = (
    "另外，小区门口的垃圾站每天早上五点开始装车，声音很大，影响休息，希望相关部门协调调整作业时间。"
)


def messages(count: int) -> list[str]:
    """Return invented messages with real names of compounds, some of them long."""
    drawn = random.Random(7)
    names = [one.name for one in beijing().entries if one.is_small]
    return [
        drawn.choice(MATTERS).format(place=drawn.choice(names)) + LONG * drawn.choice((0, 0, 1, 4))
        for _ in range(count)
    ]


def _memory(pid: int) -> float:
    """Return the memory that a process alone holds, in MB."""
    kept = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(("Private_Clean", "Private_Dirty")):
            kept += int(line.split()[1])
    return kept / 1024


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--messages", type=int, default=1000)
    arguments.add_argument(
        "--model", type=Path, help="a trained model in place of the starter model"
    )
    arguments.add_argument(
        "--input", type=Path, help="a table with a column body in place of invented messages"
    )
    given = arguments.parse_args()
    if given.input:
        with given.input.open(encoding="utf-8-sig") as file:
            texts = [row["body"] for row in csv.DictReader(file)][: given.messages]
    else:
        texts = messages(given.messages)
    rows = [
        [e.code, e.name, e.short, e.level, e.district, e.street, e.community, e.point]
        for e in beijing().entries
    ]
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder) / "names"
        names.write_text(json.dumps(rows, ensure_ascii=False))
        model = str(given.model or files("linli.cases").joinpath(MODEL))
        aide = Aide()
        began = time.perf_counter()
        aide.wake({"model": model, "places": str(names)})
        assert aide.ask(120.0, where="双合家园")
        assert aide.ask(120.0, about=["", "电梯"])
        ready = time.perf_counter() - began
        assert aide.pid
        pid, before, own = aide.pid, _cpu(aide.pid), time.process_time()
        spans = []
        for text in texts:
            started = time.perf_counter()
            about = aide.ask(120.0, about=["", text])
            where = aide.ask(120.0, where=text)
            urgency.judge(text)
            spans.append((time.perf_counter() - started) * 1000)
            assert about
            assert where
        spent = _cpu(pid) - before + time.process_time() - own
        memory = _memory(pid)
        aide.close()
    spans.sort()
    print(
        f"{len(spans)} messages: p50 {statistics.median(spans):.1f} ms, p95 {spans[int(len(spans) * 0.95)]:.1f} ms, most {spans[-1]:.1f} ms"
    )
    print(
        f"processor time a message {spent / len(spans) * 1000:.1f} ms; ready {ready:.1f} s after its start"
    )
    print(
        f"memory of the process that proposes {memory:.0f} MB; of this one {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most",
        file=sys.stdout,
    )


if __name__ == "__main__":
    main()
