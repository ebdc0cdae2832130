"""`linli locate`: columns, datums, rows handed back, the last line; compounds in their district by BD-09."""

import csv
import gzip
from importlib.resources import files
from pathlib import Path

import pytest

from linli.methods.geo import Datum
from linli.site import locate_command
from linli.territory.geography import district_at


def test_rows_are_located_and_bad_ones_handed_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = tmp_path / "in.csv.gz", tmp_path / "out.csv"
    rows = (
        "id,text,lng,lat\n1,双合家园4号楼漏水,,\n2,,,\n3,路灯坏了,39.86,116.5\n4,路灯坏了,116.51,39.87\n"
        "5,楼道没人打扫,,\n6,路灯坏了,东边,\n"
    )
    source.write_bytes(gzip.compress(rows.encode()))
    assert locate_command.run(source, output, datum="gcj02") == 0
    with output.open(encoding="utf-8") as file:
        found = {row["id"]: row for row in csv.DictReader(file)}
    assert set(found) == {"1", "4", "5"}
    assert found["1"]["district"] == "朝阳区"
    assert found["1"]["community_code"] == "110105019029"
    assert found["4"]["district"] == "朝阳区"
    assert found["5"] == {
        "id": "5", "district": "", "street_code": "", "community_code": "", "compound": "", "confidence": "0.00",
        "why": "没有说到地名",
    }  # fmt: skip
    with (tmp_path / "out.set-aside.csv").open(encoding="utf-8-sig") as file:
        assert [row["record"] for row in csv.DictReader(file)] == ["2", "3", "6"]
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("6 rows read: 1 in a community")
    assert "3 handed back" in last


def test_a_file_without_the_column_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,words\n1,双合家园\n", encoding="utf-8")
    assert locate_command.run(source, tmp_path / "out.csv", datum="gcj02") == 2


def test_points_in_bd09_lie_in_the_named_district() -> None:
    data = files("linli.territory").joinpath("data/compounds.csv.gz").read_bytes()
    rows = list(csv.DictReader(gzip.decompress(data).decode("utf-8-sig").splitlines()))
    names = files("linli.territory").joinpath("data/districts.csv").read_text("utf-8-sig")
    codes = {row["name"]: row["code"] for row in csv.DictReader(names.splitlines())}
    right = 0
    for row in rows:
        point = float(row["bd09_lng"]), float(row["bd09_lat"])
        right += district_at(point, datum=Datum.BD09) == codes[row["district"]]
    assert right >= 0.985 * len(rows)
