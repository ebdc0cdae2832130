"""What a message is about: words, runs, a model trained here on the phrases shipped, its probabilities and reasons."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.cases.catalogue.shipped import shipped
from linli.cases.catalogue.starter import phrases, phrases_hash, starter
from linli.methods.language.categories import (
    Classifier,
    Suggestion,
    branches,
    label_of,
    mapped,
)
from linli.methods.language.categories_files import load, save
from linli.methods.language.categories_tables import scores_of
from linli.methods.language.categories_training import TooFewRows, drawn, train
from linli.methods.language.categories_words import Family, words_of
from linli.methods.language.models import NotAModel

WORDS = Family("words", "word", 1, 2)
LETTERS = Family("characters", "character", 1, 3)


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("尊敬的領導您好，電梯壞了", "电梯坏了"),
        ("电梯 坏 停运 小区 老人", "电梯坏停运小区老人"),
        ("电梯坏了_x000D_停运", "电梯坏了，停运"),
        ("ＷＩＦＩ断网3次", "wifi断网"),
    ],
)
def test_what_carries_no_matter_is_left_out(typed: str, same: str) -> None:
    assert "".join(words_of(typed)) == "".join(words_of(same))


def test_a_text_that_comes_cut_keeps_its_words() -> None:
    assert words_of("安置 房 项目 施工 围墙 每天") == ["安置", "房", "项目", "施工", "围墙", "每天"]


@given(st.lists(st.text(alphabet="电梯停运漏水abz", min_size=1, max_size=4), max_size=30))
def test_every_run_has_a_number_and_a_place(words: list[str]) -> None:
    for family in (WORDS, LETTERS, Family("lead", "character", 1, 3, lead=True)):
        keys = family.keys(words)
        runs = [family.run_at(words, place) for place in range(len(keys))]
        if family.unit == "character":
            assert len(set(keys.tolist())) == len(set(runs))
        with pytest.raises(IndexError):
            family.run_at(words, len(keys))


def branch_rows() -> tuple[list[list[str]], list[str]]:
    """Return (words, first level) of the phrases shipped: a small set of our own to learn from."""
    told = [(words_of(phrase), code[:2]) for code, phrase in phrases()]
    return [words for words, _code in told if words], [code for words, code in told if words]


@pytest.fixture(scope="module")
def trained() -> Classifier:
    rows, labels = branch_rows()
    model, measured = train(rows, labels, seed=1)
    assert measured.rows == pytest.approx(len(rows) / 10, abs=2)
    assert measured.macro_f1 > 0.5
    assert 0 <= measured.gap < 0.2
    return model


def test_training_twice_gives_the_same(trained: Classifier) -> None:
    rows, labels = branch_rows()
    again, _measured = train(rows, labels, seed=1)
    assert (again.bias == trained.bias).all()
    for one, other in zip(trained.blocks, again.blocks, strict=True):
        assert (one.keys == other.keys).all()
        assert (one.weights == other.weights).all()


def test_one_message_and_a_whole_table_get_the_same_scores(trained: Classifier) -> None:
    rows, _labels = branch_rows()
    together = scores_of(trained, rows)
    alone = np.array([trained.scores(words) for words in rows])
    assert np.allclose(together, alone, atol=1e-4)


def test_labels_with_few_rows_are_left_out() -> None:
    rows, labels = branch_rows()
    model, _measured = train([*rows, ["罕见"]], [*labels, "99"], seed=1)
    assert "99" not in model.labels
    with pytest.raises(TooFewRows):
        train([["一"], ["二"]], ["a", "b"], seed=1)


def test_parts_are_drawn_evenly_and_by_seed() -> None:
    wanted = np.array([0] * 50 + [1] * 30 + [2] * 20)
    part = drawn(wanted, parts=10, seed=3)
    assert [int(((part == 0) & (wanted == label)).sum()) for label in (0, 1, 2)] == [5, 3, 2]
    assert (part == drawn(wanted, parts=10, seed=3)).all()
    assert (part != drawn(wanted, parts=10, seed=4)).any()


def test_a_suggestion_says_how_sure_it_is(trained: Classifier) -> None:
    said = trained.suggest("电梯停运三天", "老人下不了楼，物业不修")
    assert said.label == "02"
    assert [p for _label, p in said.ranked] == sorted((p for _l, p in said.ranked), reverse=True)
    assert sum(p for _label, p in said.ranked) == pytest.approx(1, abs=1e-5)
    assert not trained.suggest("", "……").is_sure


def test_the_threshold_is_the_label_s_own() -> None:
    model = Classifier(("a", "b"), (), np.zeros(2), np.array([0.6, 0.9]))
    assert model.judge(np.array([0.7, 0.3])).is_sure
    assert not model.judge(np.array([0.2, 0.8])).is_sure
    assert not model.judge(np.array([0.7, 0.3]), is_blank=True).is_sure


def test_a_message_of_two_subjects_names_both() -> None:
    model = Classifier(("a", "b", "c"), (), np.zeros(3), np.ones(3))
    assert model.judge(np.array([0.5, 0.4, 0.1])).also == ("b",)
    assert model.judge(np.array([0.9, 0.05, 0.05])).also == ()


def test_a_reason_is_in_the_message(trained: Classifier) -> None:
    typed = "楼上养狗半夜一直叫，狗粪没有人清理"
    reasons = trained.reasons("", typed, "01")
    assert reasons
    assert all(reason in "".join(words_of(typed)) for reason in reasons)


def test_a_model_in_a_file_says_the_same(trained: Classifier, tmp_path) -> None:  # type: ignore[no-untyped-def]
    save(trained, tmp_path / "m.model", card={"seed": 1})
    again = load(tmp_path / "m.model")
    words = words_of("小区停水两天了")
    assert again.labels == trained.labels
    assert np.allclose(again.probabilities(words), trained.probabilities(words), atol=1e-6)
    assert again.lead == trained.lead is not None
    (tmp_path / "x.model").write_bytes(b"no")
    with pytest.raises(NotAModel):
        load(tmp_path / "x.model")


def test_of_two_messages_the_larger_lead_is_the_more_confident() -> None:
    model = Classifier(
        labels=("a", "b", "c"),
        blocks=(),
        bias=np.zeros(3),
        thresholds=np.full(3, 2.0),
        lead=(1.5, -0.5),
    )
    ahead, rival = (model.judge(np.array(p)) for p in ([0.45, 0.3, 0.25], [0.5, 0.49, 0.01]))
    assert ahead.confidence > rival.confidence
    assert ahead.probability < rival.probability
    plain = replace(model, lead=None).judge(np.array([0.5, 0.49, 0.01]))
    assert plain.confidence == plain.probability == 0.5


def test_a_code_goes_by_the_nearest_above_it() -> None:
    labels = {"02": "物业", "0203": "电梯", "15": ""}
    assert label_of("020301", labels) == "电梯"
    assert label_of("0209", labels) == "物业"
    assert label_of("1501", labels) == ""
    assert label_of("09", labels) == ""


def test_what_several_codes_say_for_one_label_adds_up() -> None:
    ranked = [("0203", 0.4), ("0401", 0.35), ("0402", 0.25)]
    assert mapped(ranked, {"02": "x", "04": "y"})[0] == ("y", pytest.approx(0.6))
    assert mapped(ranked, {"02": "x", "04": ""}) == [("x", 1.0)]
    assert branches(ranked)[0] == ("04", pytest.approx(0.6))


class TestStarter:
    def test_it_is_made_of_the_phrases_that_stand_here(self) -> None:
        """If this fails, run `python tools/starter.py`."""
        made_of = starter().card["made_of"]
        assert isinstance(made_of, dict)
        assert made_of["sha256"] == phrases_hash()

    def test_it_knows_every_category_and_no_other(self) -> None:
        codes = {row.code for row in shipped()}
        assert set(starter().labels) == codes
        written = [code for code, _phrase in phrases()]
        assert all(written.count(code) >= 5 for code in codes)

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("我家住十一楼，电梯停了快一星期，我妈坐轮椅出不了门", "020301"),
            ("隔壁工地夜里两点还在打桩，孩子明天要考试", "010901"),
            ("屋子里只有十四度，老人冻得发抖，暖气片摸着是凉的", "040401"),
            ("老闆欠了我們三個月工錢，一直拖著不給", "1101"),
            ("孩子九月上小学，户口不在本区，怎么报名", "1001"),
            ("有人拉了根电线从六楼下来给电瓶车充电", "060202"),
        ],
    )
    def test_it_sorts_what_it_never_saw(self, typed: str, code: str) -> None:
        said: Suggestion = starter().suggest("", typed)
        assert code in [label for label, _probability in said.ranked[:3]]
        assert not said.is_sure, "before a city has trained its own, a person chooses"
