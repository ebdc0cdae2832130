"""What is stored stays as written; what is compared has one form."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.language.normal import clean_words, half_width, lookup_form


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("雙合家園", "双合家园"),
        ("１１０１０５０１９０２９", "110105019029"),
        (" 双合 家园\n社区　", "双合家园社区"),
        ("XD-A3", "xd-a3"),
        ("ＸＤ－Ａ３", "xd-a3"),
        ("双\x00合", "双合"),  # PostgreSQL takes no NUL
        ("", ""),
        (" \t\n", ""),
    ],
)
def test_lookup_form(typed: str, form: str) -> None:
    assert lookup_form(typed) == form


@given(st.text(max_size=40))
def test_lookup_form_has_no_space(typed: str) -> None:
    assert not any(c.isspace() for c in lookup_form(typed))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("第一行\r\n第二行\r第三行", "第一行\n第二行\n第三行"),
        ("  前后空白　\n", "前后空白"),
        ("\x00电梯\x00坏了\x07", "电梯坏了"),
        ("表\t格", "表\t格"),
        ("\ud800孤", "孤"),
        ("雙合家園電梯壞了", "雙合家園電梯壞了"),
        ("６号楼", "６号楼"),
        ("👵🏽说：太吵了😡", "👵🏽说：太吵了😡"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),  # joined by U+200D, which is no control character
        ("", ""),
        (" \r\n　\n", ""),
    ],
)
def test_clean_words(typed: str, stored: str) -> None:
    assert clean_words(typed) == stored


@given(st.text())
def test_clean_words_can_be_stored_and_is_settled(typed: str) -> None:
    stored = clean_words(typed)
    assert "\x00" not in stored
    assert "\r" not in stored
    stored.encode()
    assert clean_words(stored) == stored


@given(st.text(st.one_of(st.characters(), st.sampled_from("，。！～＂ＡａＺ　ﾞ﹏が́①"))))
def test_half_width_is_unicodes_own_form(text: str) -> None:
    assert half_width(text) == unicodedata.normalize("NFKC", text)
