"""What of a person's words tells who she is: found by form, by check digit, or because she says so."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.language.identity import (
    is_bank_card,
    is_identity_number,
    is_old_identity_number,
)
from linli.methods.language.personal import (
    MARK,
    Kind,
    find_personal,
    find_words,
    shareable,
    take_out,
    without_door,
)


def without(text: str) -> str:
    return take_out(text, find_personal(text))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我叫王丽，家住六号楼。", "我叫[姓名]，家住六号楼。"),
        ("我是李建国住在六号楼", "我是[姓名]住在六号楼"),
        ("联系人: 张三", "联系人: [姓名]"),
        ("联系人王女士13800001234", "联系人[姓名][电话]"),
        ("我叫欧阳修远的邻居", "我叫[姓名]的邻居"),
        ("本人王小明，", "本人[姓名]，"),
        ("业主王丽反映电梯坏了", "业主[姓名]反映电梯坏了"),
        ("我姓欧阳，", "我姓[姓名]，"),
        ("免贵姓王。", "免贵姓[姓名]。"),
        ("姓名：买买提·艾山", "姓名：[姓名]"),
        ("My name is John Smith and", "My name is [姓名] and"),
        ("举报人：唐明新被拦下", "举报人：[姓名]被拦下"),
        ("打我电话 138 0000 1234", "打我电话 [电话]"),
        ("１３８－００００－１２３４", "[电话]"),
        ("+86 13800001234", "[电话]"),
        ("一三八零零零零一二三四", "[电话]"),
        ("1 3 8 0 0 0 0 1 2 3 4", "[电话]"),
        ("座机010-65432100。", "座机[电话]。"),
        ("(0731)8123 4567", "[电话]"),
        ("电话：65432100", "电话：[电话]"),
        ("身份证11010519491231002X", "身份证[证件号]"),
        ("110105 19491231 002X", "[证件号]"),
        ("身份证号：110105194912310021", "身份证号：[证件号]"),
        ("身份证110105491231002", "身份证[证件号]"),
        ("卡号6222 0212 3456 7894 应退款", "卡号[卡号] 应退款"),
        ("写信到 xu.mei@example.com。", "写信到 [邮箱]。"),
        ("微信号：xu_mei88", "微信号：[账号]"),
        ("加QQ 12345678", "加QQ [账号]"),
        ("VX:xumei-2026", "VX:[账号]"),
    ],
)
def test_what_tells_who_it_is_is_taken_out(said: str, kept: str) -> None:
    assert without(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "我是双合家园的居民",
        "我是江西人",
        "我是高中生，放学没车",
        "我是安贞里的住户",
        "我是周边居民",
        "我是马王堆陶瓷建材市场的",
        "我叫物业来修，没人来",
        "未经业主许可擅自出售",
        "户主的姓名和家人的分款",
        "业主：高中生",
        "他本人扬言谁告他谁倒霉",
        "被举报人：赵建华",
        "拨打12345热线，4008001234也没人接",
        "2019年1月30日12点28分，6号楼2单元301室",
        "单号 2600047213",
        "停了11010519491231002次",
        "欠费 1234567890123456 元",
        "群里 @所有人",
        "每月1500元，3个月4500元",
        "京A12345堵在门口",
    ],
)
def test_what_tells_nothing_of_the_kind_stays(said: str) -> None:
    assert without(said) == said


@pytest.mark.parametrize(
    ("said", "is_own"),
    [
        ("我的电话13800001234", True),
        ("物业电话13800001234没人接", False),
        ("物业不管，打我13800001234", True),
    ],
)
def test_a_number_is_the_callers_unless_the_clause_names_somebody_else(
    said: str, is_own: bool
) -> None:
    assert [find.own for find in find_personal(said)] == [is_own]


def test_finds_carry_their_one_form() -> None:
    found = find_personal("联系人：张三，１３８ ００００ １２３４，身份证11010519491231002x")
    assert [(find.kind, find.value) for find in found] == [
        (Kind.NAME, "张三"),
        (Kind.PHONE, "+8613800001234"),
        (Kind.IDENTITY, "11010519491231002X"),
    ]
    assert found[1].text == "１３８ ００００ １２３４"


def test_a_name_known_already_is_found_wherever_it_stands() -> None:
    text = "许大妈说电梯坏了，请回许大妈"
    assert take_out(text, find_personal(text, known=["许大妈"])) == "[姓名]说电梯坏了，请回[姓名]"
    assert find_personal("大家好", known=["大", ""]) == []


def test_words_chosen_by_hand_are_found_longest_first() -> None:
    found = find_words("老许头和老许", ["老许", "老许头", ""])
    assert [find.text for find in found] == ["老许头", "老许"]


@given(st.text(max_size=200))
def test_any_text_is_read_and_what_is_kept_is_as_it_was(text: str) -> None:
    found = find_personal(text)
    assert all(text[find.start : find.end] == find.text for find in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    kept = take_out(text, found)
    size = sum(len(MARK[find.kind]) - len(find.text) for find in found)
    assert len(kept) == len(text) + size


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.sampled_from("，。 ：电话打我"))
def test_no_mobile_number_is_left(number: str, beside: str) -> None:
    assert number not in without(f"停水了{beside}{number}{beside}")


def test_long_words_are_read_in_one_go() -> None:
    assert without("a" * 10_000) == "a" * 10_000
    assert without("1 " * 5_000).count("[电话]") == 0


@pytest.mark.parametrize(
    ("said", "shared"),
    [
        ("我家住6号楼2单元301室，没水", "我家住6号楼2单元[门牌]，没水"),
        ("我住六号楼三〇一室。", "我住六号楼[门牌]。"),
        ("我家6-2-301停电", "我家6-[门牌]停电"),
        ("我是双合家园6号楼1203的住户", "我是双合家园6号楼[门牌]的住户"),
        ("我家住6号楼，楼上1303装修", "我家住6号楼，楼上1303装修"),
        ("6号楼2单元402漏水", "6号楼2单元402漏水"),
        ("我家楼道灯坏了。6号楼301也黑", "我家楼道灯坏了。6号楼301也黑"),
        ("我家交了2019年物业费", "我家交了2019年物业费"),
    ],
)
def test_a_partner_does_not_read_the_callers_own_door(said: str, shared: str) -> None:
    assert shareable(said) == shared


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("6 号楼 2 单元 301", "6 号楼 2 单元 [门牌]"),
        ("6-2-301", "6-[门牌]"),
        ("东门", "东门"),
        ("6 号楼 2 单元", "6 号楼 2 单元"),
        ("301室", "[门牌]"),
    ],
)
def test_an_address_without_its_door(address: str, shown: str) -> None:
    assert without_door(address) == shown


def test_check_digits() -> None:
    assert is_identity_number("11010519491231002X")
    assert not is_identity_number("11010519491331002X")
    assert not is_identity_number("110105194912310021")
    assert not is_identity_number("abc")
    assert is_old_identity_number("110105491231002")
    assert not is_old_identity_number("110105491331002")
    assert is_bank_card("6222021234567894")
    assert not is_bank_card("6222021234567895")
    assert not is_bank_card("622202")
