"""Training a reader of addresses, and how well it reads addresses it has not seen. Needs python-crfsuite (extra: analysis).

A tenth of the rows, drawn by seed, is held back and measured; the model that is kept is made of all rows. Equal
addresses fall on the same side.
"""

import contextlib
import ctypes
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from linli.methods.language.spans import Span, SpanModel, key_of, surroundings, tags_of

ROUNDS = 10
"""Times that each chain goes over all rows."""
ORDERS = 2
"""Chains that learn from the rows in orders of their own; the model is their sum."""
PARTS = 10
Row = tuple[str, Sequence[Span]]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class MeasuredSpans:
    """How well spans were found on rows not seen: right means start, end and tag all equal."""

    rows: int
    precision: float
    recall: float
    f1: float
    by_tag: dict[str, float]


def train(
    rows: Sequence[Row],
    *,
    seed: int,
    progress: Progress = lambda _what, _done, _total: None,
) -> tuple[SpanModel, MeasuredSpans]:
    """Return a model and how good it was on the tenth held back. Rows: (text, spans), spans not overlapping.

    Raises ValueError for no rows. The same rows, seed and version give the same model.
    """
    if len(rows) < PARTS:
        raise ValueError(len(rows))
    texts = sorted({text for text, _spans in rows})
    lot = np.random.default_rng(seed).permutation(len(texts))
    held = {texts[n] for n in lot[: len(texts) // PARTS]}
    progress("learning", 0, 3)
    part = _fitted([row for row in rows if row[0] not in held], seed=seed)
    progress("measuring", 1, 3)
    measured = measure(part, [row for row in rows if row[0] in held])
    progress("making the model", 2, 3)
    model = _fitted(rows, seed=seed)
    progress("done", 3, 3)
    return model, measured


def _fitted(rows: Sequence[Row], *, seed: int) -> SpanModel:
    """Return the sum of ORDERS averaged perceptrons: as good as a conditional random field, in a third of the time."""
    seen = [(surroundings(text), tags_of(text, spans)) for text, spans in rows]
    says: Counter[tuple[str, str]] = Counter()
    follow: Counter[tuple[str, str]] = Counter()
    for order in range(ORDERS):
        _seed_c(seed + order)
        lot = np.random.default_rng(seed + order).permutation(len(seen))
        told = _chain([seen[n] for n in lot])
        says.update(told.state_features)
        follow.update(told.transitions)
    return _as_arrays(says, follow)


def _chain(seen: Sequence[tuple[list[list[str]], list[str]]]) -> Any:
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="ap", verbose=False)
    trainer.set_params({"max_iterations": ROUNDS})
    for places, tags in seen:
        trainer.append(places, tags)
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "chain")
        trainer.train(file)
        tagger = pycrfsuite.Tagger()
        tagger.open(file)
        try:
            return tagger.info()
        finally:
            tagger.close()


def _seed_c(seed: int) -> None:
    """Seed the C library's numbers, by which CRFsuite shuffles. Without it (Windows) models differ a little."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).srand(seed)


def _as_arrays(
    says: Mapping[tuple[str, str], float], follow: Mapping[tuple[str, str], float]
) -> SpanModel:
    tags = tuple(sorted({tag for _seen, tag in says} | {tag for pair in follow for tag in pair}))
    number = {tag: n for n, tag in enumerate(tags)}
    entries = sorted(
        (key_of(seen), number[tag], weight) for (seen, tag), weight in says.items() if weight
    )
    keys, starts = np.unique(
        np.array([key for key, _tag, _weight in entries], dtype=np.uint64), return_index=True
    )
    follows = np.zeros((len(tags), len(tags)), dtype=np.float32)
    for (before, behind), weight in follow.items():
        follows[number[before], number[behind]] = weight
    return SpanModel(
        tags=tags,
        keys=keys,
        starts=np.append(starts, len(entries)).astype(np.int64),
        said=np.array([tag for _key, tag, _weight in entries], dtype=np.int16),
        weights=np.array([weight for _key, _tag, weight in entries], dtype=np.float32),
        follows=follows,
    )


def measure(model: SpanModel, rows: Sequence[Row]) -> MeasuredSpans:
    """Return how well the model finds the spans of these rows."""
    wanted = {(n, *span) for n, (_text, spans) in enumerate(rows) for span in spans}
    found = {(n, *span) for n, (text, _spans) in enumerate(rows) for span in model.read(text)}
    kinds = sorted({tag for _n, _start, _end, tag in wanted})
    return MeasuredSpans(
        rows=len(rows),
        precision=len(wanted & found) / max(len(found), 1),
        recall=len(wanted & found) / max(len(wanted), 1),
        f1=_f1(wanted, found),
        by_tag={
            kind: _f1({s for s in wanted if s[3] == kind}, {s for s in found if s[3] == kind})
            for kind in kinds
        },
    )


def _f1(wanted: set[tuple[int, int, int, str]], found: set[tuple[int, int, int, str]]) -> float:
    return 2 * len(wanted & found) / max(len(wanted) + len(found), 1)
