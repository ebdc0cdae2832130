"""Urgency of what people say: sentences written before the rules, each frame both ways, the real stream."""

import csv
import gzip
from pathlib import Path

import pytest

from linli.methods.language import ear
from linli.methods.language.urgency import Judgement, Urgent, judge
from linli.methods.language.urgency_rules import FILES, rules_of, shipped
from tools.urgency_ear import taught

HERE = Path(__file__).parent / "data"
STREAM = Path(__file__).parents[3] / "shared" / "data" / "citizen-messages" / "stream_4326.csv.gz"
EVERY = 8
"""Of the real messages one in so many is judged here; all of them by bench/urgency.py."""
E1 = Urgent.EMERGENCY


def told(name: str) -> list[tuple[dict[str, str], Judgement]]:
    with (HERE / name).open(encoding="utf-8") as file:
        return [(row, judge(row["text"])) for row in csv.DictReader(file)]


@pytest.mark.parametrize("name", ["urgency_sentences.csv", "urgency_second.csv"])
def test_no_emergency_is_missed_and_few_traps_are_raised(name: str) -> None:
    rows = told(name)
    missed = [row["text"] for row, found in rows if row["class"] == "E1" and found.urgent != E1]
    traps = [row for row, _found in rows if row["class"] != "E1"]
    raised = [row["text"] for row, found in rows if row["class"] != "E1" and found.urgent == E1]
    assert missed == []
    assert len(raised) <= 0.15 * len(traps), raised


def test_the_special_line_is_named() -> None:
    wrong = []
    for row, found in told("urgency_sentences.csv"):
        number = {"gas": "96777"}.get(row["line"], row["line"])
        if number and number not in [line.number for line in found.lines]:
            wrong.append((row["text"], number, found.why))
    assert wrong == []


def test_supplies_and_inquiries_have_their_classes() -> None:
    rows = [(row, found) for row, found in told("urgency_sentences.csv") if row["class"] != "E1"]
    right = [row for row, found in rows if found.urgent == row["class"]]
    assert len(right) >= 0.88 * len(rows)


@pytest.mark.skipif(not STREAM.exists(), reason="the real messages may not be shipped")
def test_real_messages_are_seldom_raised() -> None:
    with gzip.open(STREAM, "rt", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4326
    found = [judge(f"{row['title']}\n{row['body']}").urgent for row in rows[::EVERY]]
    assert found.count(E1) <= 0.02 * len(found)


@pytest.mark.parametrize(
    ("frame", "happens", "does_not"),
    [
        ("deny", "楼道里有煤气味", "楼道里没有煤气味"),
        ("over", "仓库起火了", "仓库起火了，火已经被扑灭"),
        ("past", "电梯里困住两个人", "上个月电梯里困住两个人"),
        ("once", "楼上失火了", "楼上失火过"),
        ("suppose", "电梯把人困住了", "万一电梯把人困住了呢"),
        ("ask", "孩子触电了", "孩子触电了的赔偿标准"),
        ("story", "有人跳楼了", "电影里有人跳楼了"),
        ("drill", "楼里冒出浓烟", "消防演练，楼里冒出浓烟"),
        ("wish", "小孩掉河里了", "建议装护栏，省得小孩掉河里了"),
        ("after", "我爸被车撞了躺在地上", "我爸被车撞了，责任认定书还没下来"),
        ("habit", "电梯困人了", "电梯经常困人"),
        ("like", "楼里冒出浓烟", "楼里冒出浓烟似的"),
    ],
)
def test_a_frame_puts_a_danger_aside_and_nothing_else_does(
    frame: str, happens: str, does_not: str
) -> None:
    assert judge(happens).urgent == E1
    framed = judge(does_not)
    assert framed.urgent != E1
    assert framed.put_aside[0].frame in {code.code for code in shipped().frames}
    assert "但" in framed.why or framed.urgent == Urgent.LIVELIHOOD


@pytest.mark.parametrize(
    "said",
    [
        "上个月电梯就困过人，现在又困住一个孩子，出不来",
        "请问我家现在正往外冒煤气味，该打什么电话",
        "建议你们快派人来，三楼正在着火",
        "从昨天晚上开始一直有煤气味",
        "天天打我，现在又在打，孩子在哭",
    ],
)
def test_what_goes_on_now_breaks_through(said: str) -> None:
    assert judge(said).urgent == E1


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("八十多岁的老人下不了楼", {"elder"}),
        ("我怀孕七个月", {"pregnant"}),
        ("我坐轮椅出不去", {"disabled"}),
        ("我妈在做透析", {"ill", "elder"}),
        ("三岁的宝宝发烧", {"child"}),
        ("路灯不亮", set()),
    ],
)
def test_who_is_vulnerable_is_marked(said: str, codes: set[str]) -> None:
    assert {sign.code for sign in judge(said).vulnerable} == codes


def test_threats_and_self_harm_bring_guidance() -> None:
    assert judge("我不想活了，就站在楼顶").guidance == ("self_harm",)
    assert judge("有人拿刀在砍人").guidance == ("threat",)
    assert judge("楼道里有煤气味").guidance == ()
    for words in shipped().guidance.values():
        assert words["zh"]
        assert len(words["zh"]) == len(words["en"])


def test_other_scripts_widths_and_no_words_are_read() -> None:
    assert judge("電梯突然停了，我被困在裡面").urgent == E1
    assert judge("").urgent == Urgent.NORMAL
    assert judge("\x00 \n").urgent == Urgent.NORMAL


def test_the_ear_hears_what_no_rule_knows() -> None:
    found = judge("他掐得她脸都白了，叫也叫不出来")
    assert found.urgent == E1
    assert found.lines
    plain = ear.shipped().chance(ear.grams_of("楼道灯坏了一个星期没人换"))
    assert plain < 0.3


@pytest.mark.slow
def test_the_shipped_ear_is_the_one_its_sentences_teach() -> None:
    learned, kept = taught(), ear.shipped()
    assert learned.known.keys() == kept.known.keys()
    assert learned.balance == pytest.approx(kept.balance, abs=0.02)
    assert all(learned.known[g] == pytest.approx(kept.known[g], abs=0.02) for g in kept.known)


def test_no_sentence_teaches_and_tests() -> None:
    known = {one.text for one in ear.sentences()}
    for name in ("urgency_sentences.csv", "urgency_second.csv"):
        assert not known & {row["text"] for row, _found in told(name)}


def test_a_rule_with_an_unknown_line_is_no_rule() -> None:
    data = Path(ear.__file__).with_name("data")
    first, second = (data.joinpath(name).read_text(encoding="utf-8") for name in FILES)
    with pytest.raises(ValueError, match="no such line"):
        rules_of(first.replace('lines = ["119"]', 'lines = ["911"]', 1), second)
