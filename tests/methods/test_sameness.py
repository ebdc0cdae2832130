import csv
from pathlib import Path

import pytest

from linli.methods.language.sameness import compare

PAIRS = Path(__file__).parent / "data/sameness_pairs.csv"


def pairs():
    with PAIRS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_own_pairs():
    """200 pairs, half the same matter in other words; the reverse: the same words, another matter."""
    rows = pairs()
    said = [compare(row["a"], row["b"]).same for row in rows]
    wanted = [row["same"] == "1" for row in rows]
    both = sum(s and w for s, w in zip(said, wanted, strict=True))
    assert 2 * both / (sum(said) + sum(wanted)) >= 0.80


def test_the_order_of_a_pair_changes_nothing():
    for row in pairs():
        assert compare(row["a"], row["b"]) == compare(row["b"], row["a"])


def test_the_same_words_are_the_same_matter():
    assert compare("路灯 不亮！", "路燈不亮").score == 1


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("阳光花园的电梯坏了", "丽景花园的电梯坏了", "another place"),
        ("3号楼电梯坏了", "5号楼的直梯停运", "another building"),
        ("出租车拒载", "快递丢了", "another thing"),
        ("朝阳公园的路灯不亮", "朝阳公园的路灯太贵", "another trouble"),
    ],
)
def test_what_differs_is_named(one, other, why):
    found = compare(one, other)
    assert not found.same
    assert why in found.why


def test_one_building_is_one_however_its_number_is_written():
    assert compare("三号楼电梯坏了", "3栋的直梯停运").same


def test_texts_without_a_known_word_have_little_in_common():
    assert compare("甲乙丙", "子丑寅").why == "little in common"
