"""Places in people's words: sentences written before the code, and each rule on a small city."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from linli.methods.geo import metres_between
from linli.methods.language.gazetteer import Entry, Gazetteer, gazetteer, written_form
from linli.methods.language.locating import Located, locate
from linli.territory.gazetteer import beijing
from tests.methods.locate_sentences import NOWHERE, Row, sentences

NAMED = Path(__file__).parents[3] / "shared/data/beijing-compounds/compound_community_by_name.csv"
EAST, WEST = "110105", "110102"
HERE = (116.50, 39.86)


@cache
def city() -> Gazetteer:
    """Return two districts; 八里桥 lies in both, 和平里 in the western one alone."""
    return gazetteer(
        [
            Entry(EAST, "朝阳区", "朝阳", "district", EAST),
            Entry(WEST, "西城区", "西城", "district", WEST),
            Entry("110105019", "垡头街道", "垡头", "street", EAST, "110105019"),
            Entry("110102001", "德胜街道", "德胜", "street", WEST, "110102001"),
            Entry("110105019029", "双合家园社区居民委员会", "双合家园", "community", EAST, "110105019", "110105019029"),
            Entry("110105019030", "八里桥社区居委会", "八里桥", "community", EAST, "110105019", "110105019030"),
            Entry("110102001001", "八里桥社区", "八里桥", "community", WEST, "110102001", "110102001001"),
            Entry("110102001002", "和平里社区居委会", "和平里", "community", WEST, "110102001", "110102001002"),
            Entry("110102001003", "观音寺北里社区", "观音寺北里", "community", WEST, "110102001", "110102001003"),
            Entry("110102001004", "观音寺社区", "观音寺", "community", WEST, "110102001", "110102001004"),
            Entry("x1", "双合家园", "双合家园", "compound", EAST, point=HERE),
            Entry("x2", "翠成馨园三区", "翠成馨园三区", "compound", EAST, point=(116.52, 39.85)),
            Entry("110105019031", "翠城馨园社区", "翠城馨园", "community", EAST, "110105019", "110105019031"),
        ]
    )  # fmt: skip


def found(text: str, **given: object) -> Located:
    return locate(text, city(), **given)  # type: ignore[arg-type]


SHUANGHE = "110105019029"


@pytest.mark.parametrize(
    "said",
    [
        "双合家园3号楼漏水",
        "朝阳区垡头街道双合家园社区居民委员会",
        "雙合家園三號樓",
        "双和家园3号楼电梯停了",
        "双合家圆五号楼",
        "垡头的双合，3号楼",
        "双合家园北门对面的早点摊",
        "【朝阳区 双合家园】３号楼",
        "不是和平里，是双合家园",
        "我家住西城区和平里，但是问题出在朝阳区双合家园",
        "我去年从和平里搬到双合家园，灯坏了",
        "原来叫和平里，现在叫双合家园",
        "双合家园社区这边没人管",
    ],
)
def test_a_name_is_found_however_it_is_said(said: str) -> None:
    read = found(said)
    assert read.community == SHUANGHE
    assert read.district == EAST
    assert read.street == "110105019"
    assert read.why


@pytest.mark.parametrize(
    ("said", "district", "street"),
    [
        ("路灯坏了", "", ""),
        ("八里桥3号楼漏水", "", ""),
        ("朝阳区的路灯坏了", EAST, ""),
        ("垡头街道有人摆摊", EAST, "110105019"),
        ("朝阳区和平里停水", EAST, ""),
        ("不是双合家园", "", ""),
    ],
)
def test_what_is_not_known_is_not_guessed(said: str, district: str, street: str) -> None:
    read = found(said)
    assert (read.community, read.district, read.street) == ("", district, street)


def test_what_is_around_chooses_among_places_of_one_name() -> None:
    assert found("西城区八里桥3号楼").community == "110102001001"
    assert found("垡头街道八里桥社区").community == "110105019030"
    several = found("八里桥3号楼漏水").candidates
    assert {one.entry.code for one in several} == {"110105019030", "110102001001"}


def test_a_point_chooses_among_places_of_one_name_and_alone_says_little() -> None:
    in_east = {"point": HERE, "district_at": lambda _point: EAST}
    assert found("八里桥3号楼漏水", **in_east).community == "110105019030"
    beside = found("", **in_east)
    assert (beside.district, beside.compound) == (EAST, "双合家园")
    far = found("", point=(116.60, 39.90), district_at=lambda _point: EAST)
    assert (far.district, far.community, far.compound) == (EAST, "", "")
    assert metres_between(HERE, (116.60, 39.90)) > 1_000


def test_words_that_name_a_place_in_full_are_not_moved_by_a_point() -> None:
    read = found("西城区和平里社区", point=HERE, district_at=lambda _point: EAST)
    assert read.community == "110102001002"


def test_a_longer_name_misheard_goes_before_a_shorter_one_in_it() -> None:
    assert found("西城区观音寺被里9号楼").community == "110102001003"
    assert found("西城区观音寺9号楼").community == "110102001004"


def test_a_compound_lies_in_the_community_of_its_name_its_part_or_its_sound() -> None:
    placed = {one.code: one.community for one in city().entries if one.level == "compound"}
    assert placed["x1"] == SHUANGHE
    assert placed["x2"] == ""  # 成 is not 城, and 三区 is a part: two guesses in one are none
    read = found("翠成馨园三区5号楼")
    assert (read.compound, read.community) == ("翠成馨园三区", "")


def test_single_digits_and_marks_are_written_one_way() -> None:
    assert written_form("首城国际Ａ区（2 号）12楼") == "首城国际a区 二号 12楼"


needs_names = pytest.mark.skipif(not NAMED.exists(), reason="reference data is not shipped")


@needs_names
@pytest.mark.slow
def test_sentences_in_sixteen_manners_lead_to_their_community() -> None:
    places = beijing()
    communities = [one for one in places.entries if one.level in ("community", "village")]
    codes = {(one.name, one.street): one.code for one in communities}
    streets = {one.code: one.name for one in places.entries if one.level == "street"}
    by_name = {(name, streets[street]): code for (name, street), code in codes.items()}
    with NAMED.open(encoding="utf-8-sig") as file:
        rows: list[Row] = list(csv.DictReader(file))
    right: dict[str, list[bool]] = defaultdict(list)
    for told in sentences(rows, count=512, seed=7):
        assert told.meant is not None
        meant = by_name[told.meant["community"], told.meant["street"]]
        right[told.manner].append(locate(told.text, places).community == meant)
    every = [one for manner in right.values() for one in manner]
    assert len(right) >= 10
    assert sum(every) >= 0.95 * len(every)
    assert all(sum(manner) >= 0.8 * len(manner) for manner in right.values())


@pytest.mark.slow
def test_sentences_that_name_no_place_lead_to_none() -> None:
    places = beijing()
    guessed = [said for said in NOWHERE if locate(said, places).community]
    assert len(guessed) <= 0.1 * len(NOWHERE), guessed
