"""`linli train`, `linli classify`, `linli addresses` as an analyst types them: no database, bad rows handed back."""

import csv
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from linli.cases.catalogue.starter import phrases
from linli.site import sorting_command

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_messages = pytest.mark.skipif(
    not (SHARED / "citizen-messages").exists(),
    reason="the real messages may not be shipped; they lie beside the checkout where there are any",
)
needs_addresses = pytest.mark.skipif(
    not (SHARED / "address-parsing").exists(),
    reason="the real addresses may not be shipped; they lie beside the checkout where there are any",
)


def table(path: Path, columns: list[str], rows: list[list[str]]) -> Path:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as into:
        csv.writer(into).writerows([columns, *rows])
    return path


def read(path: Path) -> list[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def own_rows() -> list[list[str]]:
    return [[str(n), phrase, "", code[:2]] for n, (code, phrase) in enumerate(phrases())]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    source = table(folder / "in.csv.gz", ["msg_id", "title", "body", "level1"], own_rows())
    assert sorting_command.train_categories(source, folder / "m", label="level1", seed=1) == 0
    return folder / "m"


def test_training_says_how_good_it_is_in_the_last_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        *own_rows(),
        ["x", "没有标签", "", ""],
        ["", "没有编号", "", "01"],
        ["y", "……", "", "01"],
    ]
    source = table(tmp_path / "in.csv", ["msg_id", "title", "body", "level1"], rows)
    assert (
        sorting_command.train_categories(source, tmp_path / "m.model", label="level1", seed=2) == 0
    )
    said = capsys.readouterr()
    last = said.out.splitlines()[-1]
    assert last.startswith(f"{len(rows)} rows read: {len(rows) - 3} learnt")
    assert "3 set aside" in last
    assert "macro-F1 0." in last
    assert [row["msg_id"] for row in read(tmp_path / "m.set-aside.csv")] == ["x", "", "y"]
    assert all(row["reason"] for row in read(tmp_path / "m.set-aside.csv"))


def test_the_same_rows_and_seed_give_the_same_file(tmp_path: Path, model: Path) -> None:
    source = table(tmp_path / "in.csv.gz", ["msg_id", "title", "body", "level1"], own_rows())
    sorting_command.train_categories(source, tmp_path / "m", label="level1", seed=1)
    import zipfile

    with zipfile.ZipFile(model) as one, zipfile.ZipFile(tmp_path / "m") as other:
        arrays = [name for name in one.namelist() if name.endswith(".npy")]
        assert arrays
        assert all(one.read(name) == other.read(name) for name in arrays)


def test_messages_are_sorted_and_bad_rows_handed_back(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        ["7", "电梯停运", "老人下不了楼"],
        ["8", "", "？！"],
        ["9", "拖欠工资", "老板三个月没有发"],
    ]
    source = table(tmp_path / "in.csv.gz", ["msg_id", "title", "body"], rows)
    assert sorting_command.classify(source, tmp_path / "o.csv.gz", model=model, labels=None) == 0
    said = read(tmp_path / "o.csv.gz")
    assert list(said[0]) == ["msg_id", "pred", "confidence", "second", "third"]
    assert [(row["msg_id"], row["pred"]) for row in said] == [("7", "02"), ("9", "11")]
    assert all(0 < float(row["confidence"]) <= 1 for row in said)
    assert capsys.readouterr().out.splitlines()[-1].startswith("3 rows read: 2 classified")
    assert [row["msg_id"] for row in read(tmp_path / "o.set-aside.csv")] == ["8"]


def test_the_starter_model_speaks_in_the_labels_given(tmp_path: Path) -> None:
    source = table(tmp_path / "in.csv", ["msg_id", "title", "body"], [["1", "电梯停运三天", ""]])
    labels = table(tmp_path / "map.csv", ["code", "label"], [["02", "物业"], ["11", "劳动"]])
    assert sorting_command.classify(source, tmp_path / "o.csv", model=None, labels=labels) == 0
    assert [(row["pred"], row["second"]) for row in read(tmp_path / "o.csv")] == [("物业", "劳动")]


def test_a_file_that_cannot_be_used_is_refused_with_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = table(tmp_path / "in.csv", ["number", "words"], [["1", "电梯"]])
    out = tmp_path / "o.csv"
    assert sorting_command.classify(source, out, model=None, labels=None) == 2
    assert "words" in capsys.readouterr().err
    good = table(tmp_path / "good.csv", ["msg_id", "title", "body"], [["1", "电梯", ""]])
    assert sorting_command.classify(good, out, model=source, labels=None) == 2
    assert "linli train" in capsys.readouterr().err
    few = table(
        tmp_path / "few.csv", ["msg_id", "title", "body", "level1"], [["1", "电梯", "", "a"]]
    )
    assert sorting_command.train_categories(few, tmp_path / "m", label="level1", seed=1) == 2
    unmapped = table(tmp_path / "map.csv", ["code", "label"], [["zz", "x"]])
    assert sorting_command.classify(good, out, model=None, labels=unmapped) == 2
    assert not out.exists()
    assert not (tmp_path / "m").exists()


def test_serving_needs_no_training_packages_and_no_database(tmp_path: Path) -> None:
    """The web process must stay small: a model at work needs numpy alone."""
    source = table(tmp_path / "in.csv", ["msg_id", "title", "body"], [["1", "电梯停运", ""]])
    code = (
        "import sys\n"
        "from linli.site.cli import linli\n"
        f"try: linli(['classify', '--input', {str(source)!r}, '--output', {str(tmp_path / 'o.csv')!r}])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'sklearn', 'scipy', 'pycrfsuite'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    nowhere = os.environ | {"LINLI_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=nowhere
    )
    assert done.returncode == 0, done.stderr
    assert "1 rows read: 1 classified" in done.stdout


ADDRESSES = [
    ("浙江省杭州市滨江区滨盛路12号", [[0, 3, "prov"], [3, 6, "city"], [6, 9, "district"], [9, 12, "road"], [12, 15, "roadno"]]),
    ("北京市海淀区清河路8号院3号楼", [[0, 3, "city"], [3, 6, "district"], [6, 9, "road"], [9, 12, "roadno"], [12, 15, "houseno"]]),
    ("朝阳区望京街45号", [[0, 3, "district"], [3, 6, "road"], [6, 9, "roadno"]]),
]  # fmt: skip


def lines(path: Path, told: list[object]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in told), "utf-8")
    return path


def own_addresses() -> list[object]:
    told: list[object] = []
    for n in range(12):
        told += [
            {"text": text.replace("路", "街" if n % 2 else "路"), "spans": spans}
            for text, spans in ADDRESSES
        ]
    return told


def test_addresses_are_learnt_and_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = ["no", {"spans": []}, {"text": "朝阳区", "spans": [[0, 9, "district"]]}]
    source = lines(tmp_path / "spans.jsonl", [*own_addresses(), *bad])
    assert sorting_command.train_addresses(source, tmp_path / "a.model", seed=1) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("39 lines read: 36 learnt, 3 set aside")
    assert "F1 " in last
    asked = lines(tmp_path / "in.jsonl", [{"text": "海淀区清河街77号"}, {"text": ""}, {"words": 1}])
    out = tmp_path / "out.jsonl"
    assert sorting_command.addresses(asked, out, model=tmp_path / "a.model") == 0
    said = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert said[0]["spans"] == [[0, 3, "district"], [3, 6, "road"], [6, 9, "roadno"]]
    assert said[1]["spans"] == []
    assert len(said) == 2
    handed = (tmp_path / "out.set-aside.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["line"] for line in handed] == [3]


@pytest.mark.slow
@needs_messages
def test_the_starter_model_on_real_messages(tmp_path: Path) -> None:
    """Seven classes of a message board, our codes mapped to them: macro-F1 of 0.72 at least."""
    labels = Path(__file__).parent / "starter_labels.csv"
    source = SHARED / "citizen-messages" / "dev_raw.csv.gz"
    assert sorting_command.classify(source, tmp_path / "o.csv", model=None, labels=labels) == 0
    wanted = {row["msg_id"]: row["level1"] for row in read(source)}
    said = {row["msg_id"]: row["pred"] for row in read(tmp_path / "o.csv")}
    assert macro_f1(wanted, said) >= 0.72


def macro_f1(wanted: dict[str, str], said: dict[str, str]) -> float:
    scores = []
    for label in set(wanted.values()):
        both = sum(said.get(key) == label == name for key, name in wanted.items())
        told = list(wanted.values()).count(label) + list(said.values()).count(label)
        scores.append(2 * both / told)
    return sum(scores) / len(scores)
