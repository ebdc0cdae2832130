"""The rules of a case, as tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.cases.rules import (
    EMPTY_WORDS,
    TITLE_FROM_WORDS,
    TITLE_LIMIT,
    WORDS_LIMIT,
    WORDS_TOO_LONG,
    Rate,
    check_words,
    title_of,
)
from linli.kernel.errors import RuleBroken
from linli.methods.intervals import wilson
from linli.methods.language.normal import clean_words


@pytest.mark.parametrize("words", ["梯", "😡", "a", "字" * WORDS_LIMIT, "？"])
def test_words_that_make_a_case(words: str) -> None:
    check_words(words)


@pytest.mark.parametrize(
    "words",
    ["", " ", "\n\t　", "\u200b", "\u200d\ufeff \u2060"],
    ids=["empty", "space", "white", "zero width", "joiners"],
)
def test_words_that_nobody_can_see_are_none(words: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_words(words)
    assert refused.value.refusal is EMPTY_WORDS
    assert refused.value.field == "words"


def test_too_many_words_are_counted_for_the_person() -> None:
    with pytest.raises(RuleBroken) as refused:
        check_words("字" * (WORDS_LIMIT + 1))
    assert refused.value.refusal is WORDS_TOO_LONG
    assert refused.value.facts == {"length": 10_001, "limit": 10_000}
    assert "10001" in refused.value.message


@pytest.mark.parametrize(
    ("title", "words", "shown"),
    [
        ("电梯停运", "六号楼电梯停运两天了。", "电梯停运"),
        ("", "六号楼电梯停运两天了。老人下不了楼。", "六号楼电梯停运两天了"),
        ("", "第一行没有句号\n第二行", "第一行没有句号"),
        ("", "电梯又停了！谁管？", "电梯又停了"),
        ("", "The lift stopped; nobody came.", "The lift stopped"),
        ("", "！！！电梯又停了", "！！！电梯又停了"),
        ("", "？", "？"),
        ("", "😡😡😡", "😡😡😡"),
        ("", "\n\n  前面有空行", "前面有空行"),
        ("", "\u200b\n看得见的一行", "看得见的一行"),
        ("", "长" * 41, "长" * (TITLE_FROM_WORDS - 1) + "…"),
        ("", "长" * 40, "长" * 40),
        ("", "长" * 50 + "。短", "长" * (TITLE_FROM_WORDS - 1) + "…"),
        ("\u200b", "看不见的标题不算标题", "看不见的标题不算标题"),
        ("题" * 201, "词", "题" * (TITLE_LIMIT - 1) + "…"),
    ],
)
def test_title_of(title: str, words: str, shown: str) -> None:
    assert title_of(title, words) == shown


@given(st.text(min_size=1))
def test_whatever_the_words_there_is_a_title_of_one_line(typed: str) -> None:
    words = clean_words(typed)
    try:
        check_words(words)
    except RuleBroken:
        return
    title = title_of("", words)
    assert title.strip()
    assert "\n" not in title
    assert len(title) <= TITLE_FROM_WORDS


def test_a_rate_of_nothing_has_no_share() -> None:
    assert Rate(0, 0).share is None
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_a_rate_has_share_and_interval() -> None:
    assert Rate(27, 30).share == 0.9
    assert Rate(27, 30).interval == wilson(27, 30)
