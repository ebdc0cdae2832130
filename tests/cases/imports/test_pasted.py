"""An order as it is copied from a page: label and value, lines from a table, or free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.cases.imports.pasted import read_pasted

LABELLED = """工单编号：BJ20261118001    受理时间：2026-11-18 09:20
诉求人：许大妈   联系电话：19900001234
诉求内容：六号楼的电梯停了两天，
老人下不了楼。
所属社区：双合家园社区
办理时限：2026-11-19 09:20"""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            LABELLED,
            {
                "number": "BJ20261118001",
                "received": "2026-11-18 09:20",
                "name": "许大妈",
                "phone": "19900001234",
                "words": "六号楼的电梯停了两天，\n老人下不了楼。",
                "place": "双合家园社区",
                "due": "2026-11-19 09:20",
            },
        ),
        (
            "工单编号\tBJ1\n来电时间\t2026/11/18 9:20\n问题描述\t楼道堆物\n地址\t6号楼",
            {
                "number": "BJ1",
                "received": "2026/11/18 9:20",
                "words": "楼道堆物",
                "address": "6号楼",
            },
        ),
        (
            "工单编号\t受理时间\t诉求内容\t地址\nBJ1\t2026-11-18 09:20\t路灯不亮\t北门",
            {
                "number": "BJ1",
                "received": "2026-11-18 09:20",
                "words": "路灯不亮",
                "address": "北门",
            },
        ),
        ("工单编号\nBJ9\n诉求内容\n没水了\n第二行", {"number": "BJ9", "words": "没水了\n第二行"}),
        ("【工单编号】：BJ2；【标题】：停水", {"number": "BJ2", "title": "停水"}),
        ("请处理：楼上漏水，地址在6号楼", {}),
        ("", {}),
    ],
)
def test_parts_are_found_by_their_labels(text: str, parts: dict[str, str]) -> None:
    assert read_pasted(text).parts == parts


def test_what_no_label_stands_before_is_kept() -> None:
    read = read_pasted("转办单\n工单编号：BJ1\n请今天答复\n诉求内容：没水了")

    assert read.rest == "转办单\n请今天答复"
    assert read_pasted("楼上漏水").rest == "楼上漏水"


@given(st.text(max_size=200))
def test_nothing_pasted_makes_it_fail(text: str) -> None:
    read_pasted(text)
    read_pasted(f"{text}\n工单编号：{text}\t{text}")
