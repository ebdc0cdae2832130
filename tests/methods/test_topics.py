"""Hot topics. Figures on development data where it stands beside the checkout."""

import csv
import datetime as dt
import gzip
import itertools
import random
import sys
from pathlib import Path

import pytest

from linli.methods.language.topics import Message, Topics, heat

HERE = Path(__file__).parent
STREAM = HERE.parents[2] / "shared/data/citizen-messages/stream_4326.csv.gz"
START = dt.datetime(2026, 3, 1, 9)  # noqa: DTZ001


def message(number, title, body="", *, day=0, user="", likes=0):
    at = START + dt.timedelta(days=day)
    return Message(str(number), title, body, at, user or f"u{number}", likes)


LIFT = [
    message(n, f"望江苑电梯{what}", f"望江苑二号楼的电梯又{what}，老人上不了楼", day=n)
    for n, what in enumerate(("停运", "坏了", "故障", "停了三天"))
]
OTHERS = [
    message(n, title, title)
    for n, title in enumerate(
        ["湖滨路没有路灯", "公积金怎么提取", "夜里工地打桩", "幼儿园报名在哪天", "河水发臭", "护照换新"], 20
    )
]  # fmt: skip


def numbers(topics):
    return [sorted(m.id for m in topic.messages) for topic in topics.topics]


def test_messages_about_one_matter_are_one_topic():
    assert numbers(Topics([*LIFT, *OTHERS])) == [["0", "1", "2", "3"]]


def test_any_order_gives_the_same():
    """Of equal words under two titles, the first one's title is compared, however the file is sorted."""
    under_another = [
        message(60, "望江苑二号楼电梯停运", "请尽快处理"),
        message(61, "图书馆借书证", "请尽快处理", day=9),
    ]
    whole = [*LIFT, *OTHERS, *under_another]
    assert Topics(whole).topics == Topics(whole[::-1]).topics


def test_equal_words_are_together_whoever_wrote_them():
    twice = [
        message(50, "甲", "这里说的是同一件事情"),
        message(51, "乙", "这里说的是 同一件事情。"),
    ]
    assert ["50", "51"] in numbers(Topics([*LIFT, *OTHERS, *twice]))


def test_a_new_message_finds_its_topic_at_once():
    topics = Topics([*LIFT, *OTHERS])
    assert topics.of("望江苑的电梯", "二号楼电梯停运好几天") == topics.topics[0]
    assert topics.of("图书馆几点开门", "想借书") is None


def test_a_topic_is_named_in_its_own_words():
    topic = Topics([*LIFT, *OTHERS]).topics[0]
    assert topic.name in {m.title for m in LIFT}


def test_heat_counts_people_not_messages():
    one_person = [message(n, "甲", user="same") for n in range(6)]
    many = [message(n, "甲") for n in range(6)]
    assert heat(many) > 5 * heat(one_person)


def test_heat_grows_with_speed_danger_and_agreement():
    slow = [message(n, "甲", "路不平", day=60 * n) for n in range(4)]
    fast = [message(n, "甲", "路不平", day=n) for n in range(4)]
    severe = [message(n, "甲", "路不平，有人受伤", day=n) for n in range(4)]
    liked = [message(n, "甲", "路不平", day=n, likes=50) for n in range(4)]
    assert heat(slow) < heat(fast) < heat(severe)
    assert heat(fast) < heat(liked)


def test_no_messages_no_topics():
    assert Topics([]).topics == []


@pytest.mark.slow
def test_labelled_topics_of_the_stream():
    """Ten topics of 8 messages or more, labelled by reading before the code."""
    if not STREAM.exists():
        pytest.skip("development data stream_4326.csv.gz is not beside this checkout")
    csv.field_size_limit(sys.maxsize)
    with gzip.open(STREAM, "rt", encoding="utf-8-sig") as file:
        messages = [
            Message(r["msg_id"], r["title"], r["body"], dt.datetime.fromisoformat(r["time"]), r["user"])
            for r in csv.DictReader(file)
        ]  # fmt: skip
    with (HERE / "data/stream_topics.csv").open(encoding="utf-8") as file:
        label = {row["msg_id"]: row["topic"] for row in csv.DictReader(file)}
    found = Topics(random.Random(3).sample(messages, len(messages)))
    group = {m.id: t.number for t in found.topics for m in t.messages}
    both = either = true = 0
    for one, other in itertools.combinations(label, 2):
        said = one in group and group[one] == group.get(other)
        same = label[one] == label[other]
        both, either, true = both + (said and same), either + said, true + same
    assert 2 * both / (either + true) >= 0.65
    for topic in found.topics:
        assert len({label[m.id] for m in topic.messages if m.id in label}) <= 1
    bodies = {}
    for one in messages:
        bodies.setdefault("".join(one.body.split()), set()).add(group.get(one.id))
    assert all(len(numbers) == 1 for numbers in bodies.values())
    assert numbers(Topics(messages)) == numbers(found)
