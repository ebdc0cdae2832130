"""Training a model of categories, and what it can do on messages it has not seen. Needs scikit-learn (extra: analysis).

Two steps. A linear support-vector machine learns from runs of words and characters. A judge, a logistic regression, then
turns its scores into probabilities, and hears beside them what a prior model says that stood before there were rows. The
judge learns from scores of messages that the machine had not seen: on messages it has seen a machine needs no advice, and
the prior, which knows what is rare in the rows, would go unheard. (Stacking; Wolpert, Neural Networks 5, 1992.) All of it is
linear in the runs and folds into one table of weights.

A tenth of the rows, drawn by seed and alike in labels, is held back: the figures of the card are of that tenth. The
model that is kept is made of all rows.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from linli.methods.language.categories import Block, Classifier, leads
from linli.methods.language.categories_tables import RunTable, columns_of, scores_of
from linli.methods.language.categories_words import LEAD, Family

FAMILIES = (
    (Family("words", "word", 1, 2), 1.0),
    (Family("characters", "character", 1, 3), 1.0),
    (Family("lead-words", "word", 1, 1, lead=True), 0.7),
    (Family("lead-characters", "character", 1, 3, lead=True), 0.7),
)
"""What a model looks at, and how much each counts."""
SELDOM = 2
STRENGTH = 1.0
"""How closely the rows are followed: the C of the support-vector machine."""
SCORED, ADVISED = 3.0, 0.3
"""How much scores and the prior's advice count for the judge."""
JUDGED = 0.03
"""How closely the judge follows what it learns from: the C of the logistic regression."""
FOLDS = 3
FEW = 8
"""A label with fewer rows cannot be learnt and checked."""
SURE = 0.95
"""Share of right answers that a label's threshold has to keep, on messages not seen."""
SUREST = 0.8
"""Share of messages, surest first, whose share of right answers the card states beside that of all."""
PHRASE_FAMILIES = ((Family("characters", "character", 1, 2), 1.0),)
PHRASE_STRENGTH, PHRASE_SLOPE = 20.0, 3.0
"""For a model of phrases: how closely they are followed, and how sure of itself the model is."""


class TooFewRows(Exception):
    """There are not two labels with enough rows to learn from."""


@dataclass(frozen=True)
class Measured:
    """How good a model was on rows it had not seen. Shares are of 1.

    `surest`: right among the surest 80 %, by the lead of the first over the second. `gap`: mean distance between probability and share of right answers.
    `passed`, `passed_right`: share of rows above their label's threshold, and right ones among those.
    """

    rows: int
    macro_f1: float
    accuracy: float
    surest: float
    gap: float
    passed: float
    passed_right: float
    by_label: dict[str, float]
    confused: list[tuple[str, str, int]]


Progress = Callable[[str, int, int], None]
"""Called with what is being done, and how many of how many steps are behind."""


def train(
    rows: Sequence[Sequence[str]],
    labels: Sequence[str],
    *,
    seed: int,
    prior: Classifier | None = None,
    progress: Progress = lambda _what, _done, _total: None,
) -> tuple[Classifier, Measured]:
    """Return a model and how good it was on the tenth held back. `rows`: words of a message (`words_of`).

    `prior`: a model of labels of its own that the judge hears too; it becomes part of the model made. Labels with
    fewer than FEW rows are left out. Raises TooFewRows if fewer than two are left. The same rows, seed, prior and version
    give the same model.
    """
    counts = Counter(labels)
    names = tuple(sorted(label for label, count in counts.items() if count >= FEW))
    if len(names) < 2:
        raise TooFewRows
    taken = [n for n, label in enumerate(labels) if counts[label] >= FEW]
    wanted = np.array([names.index(labels[n]) for n in taken])
    words = [rows[n] for n in taken]
    steps = FOLDS + 4
    progress("reading words", 0, steps)
    table = RunTable(words, FAMILIES, seldom=SELDOM)
    advice = _Advice(prior, words)

    def learnt(at: np.ndarray) -> Classifier:
        return table.fitted(at, wanted, names, _machine(seed))

    lot = drawn(wanted, parts=10, seed=seed)
    held, rest = np.flatnonzero(lot == 0), np.flatnonzero(lot != 0)
    folds = drawn(wanted[rest], parts=FOLDS, seed=seed + 1)
    scores = np.zeros((len(rest), len(names)), dtype=np.float32)
    for fold in range(FOLDS):
        progress("checking", fold + 1, steps)
        scores[folds == fold] = table.scores(learnt(rest[folds != fold]), rest[folds == fold])
    progress("judging", FOLDS + 1, steps)
    heard = np.hstack([scores * SCORED, advice.figures[rest]])
    apart = _judged_apart(heard, wanted[rest], folds)
    limits = _thresholds(apart, wanted[rest])
    judge = _judge(heard, wanted[rest])
    progress("measuring", FOLDS + 2, steps)
    part = learnt(rest)
    told = np.hstack([table.scores(part, held) * SCORED, advice.figures[held]])
    measured = measure(judge.predict_proba(told), wanted[held], names, limits)
    progress("making the model", FOLDS + 3, steps)
    model = _folded(learnt(np.arange(len(taken))), judge, advice)
    progress("done", steps, steps)
    return replace(model, thresholds=limits, lead=_lead(apart, wanted[rest])), measured


def from_phrases(phrases: Sequence[Sequence[str]], codes: Sequence[str]) -> Classifier:
    """Return a model of phrases that were written for each code, where no rows are yet: nothing is held back.

    How sure it is has been set by hand (PHRASE_SLOPE); its suggestions never stand chosen by themselves.
    """
    from sklearn.linear_model import LogisticRegression

    names = tuple(sorted(set(codes)))
    wanted = np.array([names.index(code) for code in codes])
    table = RunTable(phrases, PHRASE_FAMILIES, seldom=1)
    machine = LogisticRegression(C=PHRASE_STRENGTH, max_iter=200)
    model = table.fitted(np.arange(len(phrases)), wanted, names, machine)
    return _scaled(model, np.eye(len(names)) * PHRASE_SLOPE, np.zeros(len(names)))


def drawn(wanted: np.ndarray, *, parts: int, seed: int) -> np.ndarray:
    """Return a part (0 to `parts` - 1) for each row, drawn by seed, labels spread evenly over the parts."""
    chance = np.random.default_rng(seed)
    part = np.zeros(len(wanted), dtype=np.int64)
    start = 0
    for label in np.unique(wanted):
        rows = chance.permutation(np.flatnonzero(wanted == label))
        part[rows] = (np.arange(len(rows)) + start) % parts
        start += len(rows)
    return part


def _machine(seed: int) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(C=STRENGTH, random_state=seed)


def _judge(heard: np.ndarray, wanted: np.ndarray) -> Any:
    """Return a judge of these rows. Seldom labels count more, by the square root: each matters, none is guessed at."""
    from sklearn.linear_model import LogisticRegression

    names, counts = np.unique(wanted, return_counts=True)
    weights = np.sqrt(counts.mean() / counts)
    judge = LogisticRegression(
        C=JUDGED,
        max_iter=500,
        class_weight=dict(zip(names.tolist(), weights.tolist(), strict=True)),
    )
    return judge.fit(heard, wanted)


def _judged_apart(heard: np.ndarray, wanted: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return probabilities of each row by a judge that had not seen it."""
    chances = np.zeros((len(wanted), int(wanted.max()) + 1))
    for fold in range(FOLDS):
        judge = _judge(heard[folds != fold], wanted[folds != fold])
        chances[folds == fold] = judge.predict_proba(heard[folds == fold])
    return chances


class _Advice:
    """What a prior model says of all rows: of the whole message, and of its lead alone. Mean 0, the same spread."""

    def __init__(self, prior: Classifier | None, rows: Sequence[Sequence[str]]) -> None:
        self.prior = prior
        self.figures = np.zeros((len(rows), 0))
        if prior:
            leads = [words[:LEAD] for words in rows]
            said = np.hstack([scores_of(prior, rows), scores_of(prior, leads)])
            self.mean = said.mean(axis=0)
            self.scale = ADVISED / (said.std(axis=0) + 1e-6)
            self.figures = (said - self.mean) * self.scale

    def folded(self, weights: np.ndarray) -> tuple[tuple[Block, ...], np.ndarray]:
        """Return (blocks, what they add to the bias) for the judge's weights: a row an advice, a column a label."""
        if not self.prior:
            return (), np.zeros(weights.shape[1])
        scaled = weights * self.scale[:, None]
        whole, lead = np.split(scaled, 2)
        beside = self.prior.bias @ (whole + lead) - self.mean @ scaled
        return (
            *_renamed(_scaled(self.prior, whole, beside).blocks, lead=False),
            *_renamed(_scaled(self.prior, lead, beside).blocks, lead=True),
        ), beside


def _renamed(blocks: Sequence[Block], *, lead: bool) -> list[Block]:
    code = "advice-lead" if lead else "advice"
    families = [replace(one.family, code=f"{code}-{one.family.code}", lead=lead) for one in blocks]
    return [replace(block, family=family) for block, family in zip(blocks, families, strict=True)]


def _scaled(model: Classifier, weights: np.ndarray, bias: np.ndarray) -> Classifier:
    """Return the model whose scores are the old ones times `weights` plus `bias`."""
    return replace(
        model,
        blocks=tuple(
            replace(block, weights=(block.weights.astype(np.float32) @ weights).astype(np.float16))
            for block in model.blocks
        ),
        bias=(model.bias @ weights + bias).astype(np.float32),
    )


def _folded(model: Classifier, judge: Any, advice: _Advice) -> Classifier:
    """Return the model that says in one step what machine, prior and judge say in two."""
    weights, bias = columns_of(judge)
    own, beside = np.split(weights, [len(model.labels)])
    known, added = advice.folded(beside)
    whole = _scaled(model, own * SCORED, bias + added)
    return replace(whole, blocks=(*whole.blocks, *known))


def _thresholds(chances: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return, for each label, the least probability from which on it was right in SURE of the cases.

    A label that never was, or was proposed fewer than FEW times, never stands chosen (2: above any probability).
    """
    first, best = chances.argmax(axis=1), chances.max(axis=1)
    limits = np.full(chances.shape[1], 2.0)
    for label in range(chances.shape[1]):
        rows = np.flatnonzero(first == label)
        rows = rows[np.argsort(-best[rows], kind="stable")]
        right = np.cumsum(wanted[rows] == label) / np.arange(1, len(rows) + 1)
        enough = np.flatnonzero(right >= SURE)
        if len(enough) and enough[-1] + 1 >= FEW:
            limits[label] = best[rows[enough[-1]]]
    return limits


def _ahead(chances: np.ndarray) -> np.ndarray:
    """Return by how much the first of each row is ahead of its second."""
    both = np.sort(chances, axis=1)
    ahead: np.ndarray = leads(both[:, -1], both[:, -2])
    return ahead


def _lead(chances: np.ndarray, wanted: np.ndarray) -> tuple[float, float] | None:
    """Return slope and intercept that make a lead a probability of being right, on messages not seen.

    None where every answer was right, or wrong: there is nothing to tell them apart by.
    """
    from sklearn.linear_model import LogisticRegression

    right = chances.argmax(axis=1) == wanted
    if right.all() or not right.any():
        return None
    fitted = LogisticRegression().fit(_ahead(chances)[:, None], right)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def measure(
    chances: np.ndarray, wanted: np.ndarray, names: Sequence[str], limits: np.ndarray
) -> Measured:
    """Return how good probabilities were. `wanted`: columns of `names`; `limits`: thresholds of the labels."""
    first, best = chances.argmax(axis=1), chances.max(axis=1)
    right = first == wanted
    surest = np.argsort(-_ahead(chances), kind="stable")[: int(len(wanted) * SUREST)]
    passed = best >= limits[first]
    each = {name: _f1(first, wanted, n) for n, name in enumerate(names) if (wanted == n).any()}
    pairs = Counter(zip(wanted[~right].tolist(), first[~right].tolist(), strict=True))
    return Measured(
        rows=len(wanted),
        macro_f1=float(np.mean(list(each.values()))),
        accuracy=float(right.mean()),
        surest=float(right[surest].mean()),
        gap=_gap(best, right),
        passed=float(passed.mean()),
        passed_right=float(right[passed].mean()) if passed.any() else 0.0,
        by_label=each,
        confused=[
            (names[a], names[b], n)
            for (a, b), n in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:10]
        ],
    )


def _f1(first: np.ndarray, wanted: np.ndarray, label: int) -> float:
    both = int(((first == label) & (wanted == label)).sum())
    return 2 * both / int((first == label).sum() + (wanted == label).sum())


def _gap(best: np.ndarray, right: np.ndarray) -> float:
    """Return the expected calibration error over ten bands of probability."""
    band = np.minimum((best * 10).astype(int), 9)
    return float(
        sum(
            abs(best[band == n].mean() - right[band == n].mean()) * (band == n).mean()
            for n in np.unique(band)
        )
    )
