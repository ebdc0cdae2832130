import numpy as np
import pytest

from linli.methods.language.ngrams import Ngrams, runs_of


def test_runs_do_not_go_over_the_end_of_a_text():
    runs, texts, times = runs_of(["甲乙甲乙", "乙甲"], (2,))
    found = {(int(r), int(t)): int(n) for r, t, n in zip(runs, texts, times, strict=True)}
    first, second = (ord("甲") << 21) | ord("乙"), (ord("乙") << 21) | ord("甲")
    assert found == {(first, 0): 2, (second, 0): 1, (second, 1): 1}


def test_a_text_is_wholly_like_itself_and_not_at_all_like_a_strange_one():
    texts = ["小区电梯坏了三天", "工地夜里施工", "养犬证"]
    table = Ngrams(texts)
    for n, text in enumerate(texts):
        assert table.likeness(text)[n] == pytest.approx(1)
    assert np.all(table.likeness("xyz") == 0)
    assert table.asked("xyz")[2] == 0


def test_an_empty_table_and_an_empty_text_are_no_fault():
    assert Ngrams([]).likeness("电梯").shape == (0,)
    assert Ngrams(["", "电梯"]).likeness("")[0] == 0


def test_rare_runs_weigh_more_than_common_ones():
    table = Ngrams([f"小区{word}" for word in ("甲", "乙", "丙", "丁")], sizes=(1,))
    like = table.likeness("小甲")
    assert like[0] > like[1] > 0
