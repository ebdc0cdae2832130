"""The commands that find things again, run as a person runs them, without a database."""

import csv
import gzip
import os
import subprocess
import sys

import pytest


@pytest.fixture
def linli(tmp_path):
    def run(*arguments):
        env = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        env["LINLI_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
        return subprocess.run(
            [sys.executable, "-m", "linli.site.cli", *map(str, arguments)],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def write(path, text):
    opened = gzip.open if path.name.endswith(".gz") else open
    with opened(path, "wt", encoding="utf-8") as file:
        file.write(text)
    return path


def read(path):
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


KB = """id,question,answer,valid_from,valid_to
dog,养犬登记证怎么办理？,带免疫证明到派出所办理,,
bus-old,老年人乘公交有什么优待？,七十岁以上免费,,2026-03-31
bus-new,老年人乘公交有什么优待？,六十五岁以上免费,2026-04-01,
odd,供暖温度不达标怎么投诉？,先测温,31日,
"""


def test_answer(linli, tmp_path):
    kb = write(tmp_path / "kb.csv.gz", KB)
    asked = write(
        tmp_path / "q.csv",
        "id,query,asked_on,user\n1,老年人乘公交有什么优待,2026-03-01,x\n2,老年人乘公交有什么优待,,y\n"
        "3,护照过期了去哪换,,z\n4,,,z\n,没有编号,,z\n",
    )
    done = linli("answer", "--kb", kb, "--input", asked, "--output", tmp_path / "o.csv", "--as-of", "2026-06-01")  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = read(tmp_path / "o.csv")
    assert list(rows[0]) == ["query_id", "rank", "reply_id", "score"]
    first = {r["query_id"]: r["reply_id"] for r in rows if r["rank"] in "01"}
    assert first == {"1": "bus-old", "2": "bus-new", "3": ""}
    assert [r["rank"] for r in rows if r["query_id"] == "3"] == ["0"]
    assert done.stdout.splitlines()[-1].startswith(
        "5 questions read: 2 answered, 1 not known, 2 handed back"
    )
    assert [r["id"] for r in read(tmp_path / "o.set-aside.csv")] == ["4", ""]
    assert [r["id"] for r in read(tmp_path / "o.kb.set-aside.csv")] == ["odd"]


def test_answer_refuses_nothing_where_the_base_is_not_dated(linli, tmp_path):
    kb = write(tmp_path / "kb.csv", "msg_id,title,body,reply\n1,路灯,不亮,已修\n2,,,狗已带走\n")
    asked = write(tmp_path / "q.csv", "msg_id,title,body\n7,护照,在哪里换\n")
    done = linli("answer", "--kb", kb, "--input", asked, "--output", tmp_path / "o.csv")
    assert done.returncode == 0, done.stderr
    assert [r["rank"] for r in read(tmp_path / "o.csv")] == ["1", "2"]


def test_a_file_without_the_columns_is_refused_with_what_it_has(linli, tmp_path):
    kb = write(tmp_path / "kb.csv", "a,b\n1,2\n")
    done = linli("answer", "--kb", kb, "--input", kb, "--output", tmp_path / "o.csv")
    assert done.returncode == 2
    assert "a, b" in done.stderr
    assert not (tmp_path / "o.csv").exists()


STREAM = "msg_id,user,title,time,body,likes\n" + "".join(
    f"{n},u{n},望江苑电梯{what},2026-03-0{n} 09:00,望江苑二号楼的电梯又{what}，老人上不了楼,{n}\n"
    for n, what in enumerate(("停运", "坏了", "故障", "停了三天"), 1)
)


def test_hotspots(linli, tmp_path):
    source = write(
        tmp_path / "s.csv.gz",
        STREAM
        + "7,u7,湖滨路没有路灯,2026/3/2,夜里看不清,\n8,u8,护照换新,昨天,在哪里,\n7,u9,又一个,2026-03-01,,\n",
    )
    done = linli("hotspots", "--input", source, "--output", tmp_path / "o.csv")
    assert done.returncode == 0, done.stderr
    rows = read(tmp_path / "o.csv")
    assert list(rows[0]) == ["msg_id", "group", "heat", "name"]
    assert [(r["msg_id"], r["group"]) for r in rows] == [("1", "1"), ("2", "1"), ("3", "1"), ("4", "1"), ("7", "")]  # fmt: skip
    assert rows[0]["name"].startswith("望江苑电梯")
    assert float(rows[0]["heat"]) > 4
    assert done.stdout.splitlines()[-1].startswith(
        "7 messages read: 4 in 1 groups, 1 in none, 2 handed back"
    )
    assert [r["msg_id"] for r in read(tmp_path / "o.set-aside.csv")] == ["8", "7"]


def test_duplicates(linli, tmp_path):
    source = write(
        tmp_path / "p.csv",
        "id,a,b\n1,路灯不亮了,照明灯坏了\n2,路灯不亮了,河水发臭\n3,,河水发臭\n",
    )
    done = linli("duplicates", "--input", source, "--output", tmp_path / "o.csv.gz")
    assert done.returncode == 0, done.stderr
    with gzip.open(tmp_path / "o.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["id", "same", "score", "why"]
    assert [(r["id"], r["same"]) for r in rows] == [("1", "1"), ("2", "0")]
    assert all(0 <= float(r["score"]) <= 1 for r in rows)
    assert done.stdout.splitlines()[-1].startswith(
        "3 pairs read: 1 tell the same, 1 do not, 1 handed back"
    )
    assert [r["id"] for r in read(tmp_path / "o.set-aside.csv")] == ["3"]
