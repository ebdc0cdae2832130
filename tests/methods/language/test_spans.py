"""Which part of an address is what: tags, spans, a chain trained here on addresses of our own."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.language.models import NotAModel
from linli.methods.language.spans import SpanModel, spans_of, surroundings, tags_of
from linli.methods.language.spans_files import load, save
from linli.methods.language.spans_training import Row, measure, train

ROADS = ("清河路", "望京街", "滨盛路", "文化巷", "建国大街")
DISTRICTS = ("海淀区", "朝阳区", "滨江区", "通州区")


def own_rows() -> list[Row]:
    rows: list[Row] = []
    for n in range(60):
        district, road = DISTRICTS[n % 4], ROADS[n % 5]
        parts = [
            (district, "district"), (road, "road"), (f"{n * 7 + 1}号", "roadno"), (f"{n % 9 + 1}号楼", "houseno"),
        ]  # fmt: skip
        text, spans = "", []
        for part, tag in parts[int(n % 3 == 0) :]:
            spans.append((len(text), len(text) + len(part), tag))
            text += part
        rows.append((text, spans))
    return rows


@pytest.fixture(scope="module")
def trained() -> SpanModel:
    model, measured = train(own_rows(), seed=1)
    assert measured.rows >= 5
    assert measured.f1 > 0.8
    return model


def test_an_address_never_seen_is_read(trained: SpanModel) -> None:
    text = "通州区建国大街905号2号楼"
    spans = [(text[start:end], tag) for start, end, tag in trained.read(text)]
    assert spans == [
        ("通州区", "district"),
        ("建国大街", "road"),
        ("905号", "roadno"),
        ("2号楼", "houseno"),
    ]


def test_nothing_and_much_are_read_too(trained: SpanModel) -> None:
    assert trained.read("") == []
    assert all(end <= 10_000 for _start, end, _tag in trained.read("海淀区" + "路" * 9_997))


@given(st.text(max_size=40))
def test_whatever_is_typed_the_spans_lie_in_it_in_order(text: str) -> None:
    assert len(surroundings(text)) == len(text)
    model = SpanModel(
        ("B-a", "I-a", "O"),
        np.array([1], dtype=np.uint64),
        np.array([0, 1]),
        np.array([0], dtype=np.int16),
        np.ones(1, dtype=np.float32),
        np.zeros((3, 3), dtype=np.float32),
    )
    last = 0
    for start, end, _tag in model.read(text):
        assert last <= start < end <= len(text)
        last = end


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.sampled_from("ab"))))
def test_tags_mean_the_spans_they_were_made_of(parts: list[tuple[int, int, str]]) -> None:
    place, spans = 0, []
    for gap, length, tag in parts:
        spans.append((place + gap, place + gap + length, tag))
        place += gap + length
    assert spans_of(tags_of("字" * place, spans)) == spans


@pytest.mark.parametrize("spans", [[(0, 2, "a"), (1, 3, "b")], [(0, 9, "a")], [(2, 2, "a")]])
def test_spans_that_cannot_be_are_refused(spans: list[tuple[int, int, str]]) -> None:
    with pytest.raises(ValueError):
        tags_of("四个字。", spans)


def test_training_twice_gives_the_same_and_a_file_keeps_it(
    trained: SpanModel, tmp_path: Path
) -> None:
    again, _measured = train(own_rows(), seed=1)
    assert (again.keys == trained.keys).all()
    assert (again.weights == trained.weights).all()
    save(trained, tmp_path / "a.model", card={"seed": 1})
    kept = load(tmp_path / "a.model")
    assert measure(kept, own_rows()) == measure(trained, own_rows())
    (tmp_path / "x.model").write_bytes(b"no")
    with pytest.raises(NotAModel):
        load(tmp_path / "x.model")
