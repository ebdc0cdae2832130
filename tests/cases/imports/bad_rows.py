"""A file as offices send it: GB18030, ten thousand rows, one in a hundred broken, each in its own way."""

import random
from collections.abc import Callable

from tests.cases.imports.files import message, written

SUBJECTS = (
    "路灯不亮",
    "垃圾没有清运",
    "楼道堆物",
    "井盖松动",
    "噪声扰民",
    "停车占道",
    "水压不足",
    "暖气不热",
)
DETAILS = (
    "已经一个月了。",
    "希望尽快处理！",
    "反映过两次，\n没有答复。",
    '物业说"等通知"。',
    "老人出行不便；",
    "𠮷祥里小区。",
)


def good_row(number: int, chance: random.Random) -> str:
    """Return a row that obeys every rule, as the file has it."""
    words = f"A市A{chance.randint(1, 9)}区{chance.choice(SUBJECTS)}，{chance.choice(DETAILS)}第{number}号。"
    given = {"title": chance.choice(SUBJECTS), "body": words, "user": f"A{chance.randint(1, 3000)}"}
    return written([message(number, **given)]).split("\n", 1)[1]


def plain(number: int, **given: str) -> str:
    return written([message(number, **given)]).split("\n", 1)[1]


KINDS: dict[str, Callable[[int], str]] = {
    "import.bad_time": lambda n: plain(n, time="2019-02-30 10:00:00"),
    "import.no_time": lambda n: plain(n, time=""),
    "case.in_the_future": lambda n: plain(n, time="2099-01-01 00:00:00"),
    "case.too_long_ago": lambda n: plain(n, time="0207-07-19 08:00:00"),
    "import.has_nul": lambda n: plain(n, body="空\x00字符在里面"),
    "case.words_too_long": lambda n: plain(n, body="长" * 20_000),
    "import.broken_quote": lambda n: f'{n},A1,"标题没收住,2019-07-19 18:19:54,坏了,0,0\r\n',
    "import.formula": lambda n: plain(n, body='=HYPERLINK("http://例","点")'),
    "import.no_number": lambda n: plain(n, msg_id=""),
    "import.number_too_long": lambda n: plain(n, msg_id="9" * 65),
    "import.broken_row": lambda n: f"{n},A1,少了几列\r\n",
    "case.empty_words": lambda n: plain(n, title="", body=" \t "),
    "import.twice": lambda n: plain(1, body="一号又来，文字不同"),
    "import.bad_bytes": lambda n: plain(n, body="坏字节@@在此"),
}
"""Each kind of bad row, by the code of its refusal."""


def a_bad_file(rows: int, *, seed: int, share: float = 0.01) -> tuple[bytes, dict[int, str]]:
    """Return a file in GB18030 and the bad rows in it: their records and the code of each refusal."""
    chance = random.Random(seed)
    places = chance.sample(range(2, rows + 1), int(rows * share))
    codes = list(KINDS)
    bad = {place: codes[count % len(codes)] for count, place in enumerate(sorted(places))}
    text = [written([])]
    for record in range(1, rows + 1):
        code = bad.get(record)
        text.append(KINDS[code](record) if code else good_row(record, chance))
    return "".join(text).encode("gb18030").replace(b"@@", b"\xff\xfe"), bad
