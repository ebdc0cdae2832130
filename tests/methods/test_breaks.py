"""A title breaks between words, and nothing of it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.language.breaks import breaks


@pytest.mark.parametrize(
    ("title", "pieces"),
    [
        ("卧床老人不能开窗", ["卧床", "老人", "不能", "开窗"]),
        ("夜间噪声，老人不能开窗", ["夜间", "噪声，", "老人", "不能", "开窗"]),
        ("说明“冷”。", ["说明", "“冷”。"]),
        ("电梯（3楼）停运", ["电梯", "（3楼）", "停运"]),
    ],
)
def test_words_stay_whole_and_keep_their_punctuation(title: str, pieces: list[str]) -> None:
    assert breaks(title) == pieces


def test_a_number_stays_with_what_it_counts() -> None:
    assert breaks("4号楼2单元暖气不热") == ["4号楼", "2单元", "暖气", "不热"]


def test_a_title_does_not_end_in_a_line_of_one_character() -> None:
    assert breaks("老人下不了楼")[-1] == "下不了楼"


def test_latin_script_keeps_its_own_spaces() -> None:
    assert breaks("No heating in block 4") == ["No heating in block 4"]


@given(st.text())
def test_joined_the_pieces_are_the_text_again(text: str) -> None:
    pieces = breaks(text)
    assert "".join(pieces) == text
    assert all(pieces) or not text


@given(st.text(alphabet="老人电梯停运了的4 ，。、“”（）！ab", max_size=30))
def test_no_piece_begins_with_closing_punctuation(text: str) -> None:
    assert not any(piece[0] in "，。、”）！" for piece in breaks(text)[1:])
