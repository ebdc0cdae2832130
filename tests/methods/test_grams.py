"""Words found without a dictionary: nothing that stands in a text is missed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.language.grams import (
    excerpt,
    grams_of,
    holds,
    query_of,
    searched_form,
    terms_of,
)

LETTERS = st.text(alphabet="电梯停运物业管理ab3 ，\n", max_size=40)


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("", []),
        ("，。!", []),
        ("电", ["电"]),
        ("电梯", ["梯", "电梯"]),
        ("物业管理", ["业管", "物业", "理", "管理"]),
        ("3号楼wifi坏了", ["3", "wifi", "了", "号楼", "坏了", "楼"]),
        ("電梯ＷＩＦＩ", ["wifi", "梯", "电梯"]),
        ("电，梯", ["梯", "电"]),
    ],
)
def test_a_text_is_its_pairs_words_and_numbers(text: str, grams: list[str]) -> None:
    assert grams_of(text) == grams


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ("", ""),
        ("，%'\\", ""),
        ("电梯", "'电梯'"),
        ("物业管理", "'物业' & '业管' & '管理'"),
        ("楼", "'楼':*"),
        ("電梯 ＷｉＦｉ", "'电梯' & 'wifi'"),
        ("6号", "'6' & '号':*"),
        ("电梯 电梯", "'电梯'"),
        ("o'brien", "'o' & 'brien'"),
    ],
)
def test_what_is_asked_becomes_a_query(asked: str, query: str) -> None:
    assert query_of(asked) == query


def met(query: str, grams: list[str]) -> bool:
    """Say what PostgreSQL says of such a query."""
    for part in query.split(" & "):
        word = part.split("'")[1]
        if part.endswith(":*"):
            if not any(gram.startswith(word) for gram in grams):
                return False
        elif word not in grams:
            return False
    return True


@given(text=LETTERS, start=st.integers(0, 40), length=st.integers(1, 8))
def test_every_piece_of_a_text_is_found(text: str, start: int, length: int) -> None:
    form = searched_form(text)
    piece = form[start : start + length]
    whole = all(
        not c.isascii() or c in " \n" for c in piece
    )  # Latin and digits are found whole only
    if whole and query_of(piece):
        assert met(query_of(piece), grams_of(text))
        assert holds(piece.strip(), text)


@given(asked=LETTERS, text=LETTERS)
def test_what_stands_there_is_never_missed_by_the_index(asked: str, text: str) -> None:
    chinese = "".join(c for c in asked if not c.isascii())
    if query_of(chinese) and holds(chinese, text):
        assert met(query_of(chinese), grams_of(text))


def test_neighbours_that_do_not_stand_together_are_told_apart() -> None:
    assert met(query_of("物业管理"), grams_of("物业 业管 管理"))
    assert not holds("物业管理", "物业 业管 管理")
    assert holds("物業 停电", "昨天停電了", "物业不管")


def test_words_are_marked_where_they_stand() -> None:
    pieces = excerpt("电梯", "六号楼" * 30 + "电梯坏了，电梯")
    assert ("电梯", True) in pieces
    assert pieces[0] == ("…", False)
    assert "".join(piece for piece, _hit in pieces).endswith("电梯坏了，电梯")
    assert excerpt("", "只有开头") == [("只有开头", False)]
    assert excerpt("(", "一个(括号") == [("一个", False), ("(", True), ("括号", False)]
    assert terms_of("電梯  坏") == ["电梯", "坏"]
