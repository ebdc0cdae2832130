"""`linli urgency`: columns, packed files, rows handed back, the last line."""

import csv
import gzip
from pathlib import Path

import pytest

from linli.site import urgency_command


def test_rows_are_judged_and_bad_ones_handed_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = tmp_path / "in.csv.gz", tmp_path / "out.csv"
    rows = "id,text\n1,楼道里有煤气味\n2,\n,路灯不亮\n4,停水了\n5,怎么交电费\n"
    source.write_bytes(gzip.compress(rows.encode()))
    assert urgency_command.run(source, output) == 0
    with output.open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert [(row["id"], row["class"], row["special_line"]) for row in found] == [
        ("1", "E1", "96777/119"),
        ("4", "E2", ""),
        ("5", "Q", ""),
    ]
    assert "煤气味" in found[0]["why"]
    with (tmp_path / "out.set-aside.csv").open(encoding="utf-8-sig") as file:
        assert [row["record"] for row in csv.DictReader(file)] == ["2", "3"]
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("5 rows read: 1 E1, 1 E2, 0 N, 1 Q; 2 handed back")


def test_a_file_without_the_column_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("id,words\n1,着火了\n", encoding="utf-8")
    assert urgency_command.run(source, output) == 2
    assert "text" in capsys.readouterr().err
    assert not output.exists()
