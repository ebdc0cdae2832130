"""Training a model of categories, and what it can do on messages it has not seen. Needs scikit-learn (extra: analysis).

A tenth of the rows, drawn by seed and alike in labels, is held back: the figures of the card are of that tenth. On the
rest, each message is scored by a model that was made without it; from these scores come the slope that turns
scores into probabilities and each label's threshold. The model that is kept is then made of all rows.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from linli.methods.language.categories import Block, Classifier, shares, softmax
from linli.methods.language.categories_words import LEAD, Family

FAMILIES = (
    (Family("words", "word", 1, 2), 1.0),
    (Family("characters", "character", 1, 3), 1.0),
    (Family("lead-words", "word", 1, 1, lead=True), 0.7),
    (Family("lead-characters", "character", 1, 3, lead=True), 0.7),
)
"""What a model looks at, and how much each counts."""
SELDOM = 2
"""A run that fewer messages hold is not learnt."""
STRENGTH = 1.0
"""How closely the rows are followed: the C of the linear support-vector machine."""
PRIOR = 1.0
"""How much the scores of a prior model count in all, beside a family of runs."""
FOLDS = 3
FEW = 8
"""A label with fewer rows cannot be learnt and checked."""
SURE = 0.95
"""Share of right answers that a label's threshold has to keep, on messages not seen."""
SUREST = 0.8
"""Share of messages, surest first, whose share of right answers the card states beside that of all."""
SLOPES = np.exp(np.linspace(np.log(0.5), np.log(20), 75))


PHRASE_FAMILIES = ((Family("characters", "character", 1, 2), 1.0),)
PHRASE_STRENGTH = 20.0
PHRASE_SLOPE = 3.0


class TooFewRows(Exception):
    """There are not two labels with enough rows to learn from."""


@dataclass(frozen=True)
class Measured:
    """How good a model was on rows it had not seen. Shares are of 1.

    `surest`: right among the surest 80 %. `gap`: mean distance between probability and share of right answers.
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
    families: Sequence[tuple[Family, float]] = FAMILIES,
    progress: Progress = lambda _what, _done, _total: None,
) -> tuple[Classifier, Measured]:
    """Return a model and how good it was on the tenth held back. `rows`: words of a message (`words_of`).

    `prior`: a model whose scores, in labels of its own, are looked at beside the runs: what somebody knew before
    there were rows. It becomes part of the model made.
    Labels with fewer than FEW rows are left out. Raises TooFewRows if fewer than two are left. The same rows, seed
    and version give the same model.
    """
    counts = Counter(labels)
    names = tuple(sorted(label for label, count in counts.items() if count >= FEW))
    if len(names) < 2:
        raise TooFewRows
    taken = [n for n, label in enumerate(labels) if counts[label] >= FEW]
    wanted = np.array([names.index(labels[n]) for n in taken])
    steps = FOLDS + 3
    progress("reading words", 0, steps)
    table = _Table([rows[n] for n in taken], families, prior=prior)
    lot = drawn(wanted, parts=10, seed=seed)
    held, rest = np.flatnonzero(lot == 0), np.flatnonzero(lot != 0)
    scores = np.zeros((len(rest), len(names)), dtype=np.float32)
    folds = drawn(wanted[rest], parts=FOLDS, seed=seed + 1)
    for fold in range(FOLDS):
        progress("checking", fold + 1, steps)
        part = table.fitted(rest[folds != fold], wanted, names, machine=_machine(seed))
        scores[folds == fold] = table.scores(part, rest[folds == fold])
    slope = _slope(scores, wanted[rest])
    limits = _thresholds(softmax(scores * slope), wanted[rest])
    progress("measuring", FOLDS + 1, steps)
    part = replace(
        table.fitted(rest, wanted, names, machine=_machine(seed)), slope=slope, thresholds=limits
    )
    measured = measure(softmax(table.scores(part, held) * slope), wanted[held], part)
    progress("making the model", FOLDS + 2, steps)
    whole = table.fitted(np.arange(len(taken)), wanted, names, machine=_machine(seed))
    progress("done", steps, steps)
    return replace(whole, slope=slope, thresholds=limits), measured


def from_phrases(phrases: Sequence[Sequence[str]], codes: Sequence[str]) -> Classifier:
    """Return a model of phrases that were written for each code, where no rows are yet: nothing is held back.

    How sure it is has been set by hand (`PHRASE_SLOPE`); its suggestions never stand chosen by themselves.
    """
    from sklearn.linear_model import LogisticRegression

    names = tuple(sorted(set(codes)))
    wanted = np.array([names.index(code) for code in codes])
    table = _Table(phrases, PHRASE_FAMILIES, seldom=1)
    every = np.arange(len(phrases))
    machine = LogisticRegression(C=PHRASE_STRENGTH, max_iter=200)
    model = table.fitted(every, wanted, names, machine=machine)
    return replace(model, slope=PHRASE_SLOPE, thresholds=np.full(len(names), 2.0))


def _machine(seed: int) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(C=STRENGTH, random_state=seed)


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


class _Table:
    """The runs of all rows, counted once, from which every part of the rows gets a model of its own."""

    def __init__(
        self,
        rows: Sequence[Sequence[str]],
        families: Sequence[tuple[Family, float]],
        *,
        seldom: int = SELDOM,
        prior: Classifier | None = None,
    ) -> None:
        self.families = families
        self.seldom = seldom
        self.rows = rows
        self.prior = _Prior(prior, rows) if prior else None
        self.counted = [_counted(rows, family, seldom) for family, _share in families]

    def fitted(
        self,
        at: np.ndarray,
        wanted: np.ndarray,
        names: tuple[str, ...],
        *,
        machine: Any,
    ) -> Classifier:
        """Return a model of the rows at these places, its slope and thresholds not yet set."""
        from scipy import sparse

        blocks, parts = [], []
        for (keys, counts), (family, share) in zip(self.counted, self.families, strict=True):
            here = counts[at]
            holding = np.bincount(here.indices, minlength=len(keys))
            kept = np.flatnonzero(holding >= self.seldom)
            rarity = np.log((1 + len(at)) / (1 + holding[kept])) + 1
            block = Block(family, keys[kept], rarity.astype(np.float32), np.zeros(0), share)
            blocks.append(block)
            parts.append(_figures(here[:, kept], block))
        if self.prior:
            parts.append(sparse.csr_matrix(self.prior.figures[at]))
        machine.fit(sparse.hstack(parts, format="csr"), wanted[at])
        weights, bias = machine.coef_, machine.intercept_
        if len(names) == 2:  # for two labels scikit-learn keeps one column
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        pieces = np.split(weights.T, np.cumsum([len(block.keys) for block in blocks]))
        learnt = [
            replace(block, weights=piece.astype(np.float16))
            for block, piece in zip(blocks, pieces[:-1], strict=True)
        ]
        if self.prior:
            known, beside = self.prior.folded(pieces[-1])
            learnt += known
            bias = bias + beside
        return Classifier(
            labels=names,
            blocks=tuple(learnt),
            bias=bias.astype(np.float32),
            slope=1.0,
            thresholds=np.ones(len(names)),
        )

    def scores(self, model: Classifier, at: np.ndarray) -> np.ndarray:
        """Return the model's scores of rows of the table; every run that the model knows stands in the table."""
        total = np.tile(model.bias, (len(at), 1))
        for (keys, counts), block in zip(self.counted, model.blocks, strict=False):
            here = counts[at][:, np.searchsorted(keys, block.keys)]
            total += _figures(here, block) @ block.weights.astype(np.float32)
        for block in model.blocks[len(self.counted) :]:
            total += _spread([block.figures(self.rows[n]) for n in at], block)
        return total


class _Prior:
    """What a model that stood before says of all rows: of the whole message, and of its lead alone.

    Its scores are brought to mean 0 and the same spread, so that none outweighs the runs. As they are sums over
    runs, the weights that are learnt for them fold into weights of the runs: the model made needs no other.
    """

    def __init__(self, model: Classifier, rows: Sequence[Sequence[str]]) -> None:
        self.model = model
        scores = np.hstack([scores_of(model, rows), scores_of(model, [w[:LEAD] for w in rows])])
        self.mean = scores.mean(axis=0)
        self.scale = PRIOR / (np.sqrt(scores.shape[1]) * (scores.std(axis=0) + 1e-6))
        self.figures = (scores - self.mean) * self.scale

    def folded(self, weights: np.ndarray) -> tuple[list[Block], np.ndarray]:
        """Return (blocks, what they add to the bias) for the weights learnt: a row a score, a column a label."""
        scaled = weights * self.scale[:, None]
        beside = -self.mean @ scaled
        blocks = []
        for is_lead, half in zip((False, True), np.split(scaled, 2), strict=True):
            beside = beside + self.model.bias @ half
            for block in self.model.blocks:
                family = replace(
                    block.family, code=f"prior-{block.family.code}-{is_lead:d}", lead=is_lead
                )
                said = (block.weights.astype(np.float32) @ half).astype(np.float16)
                blocks.append(replace(block, family=family, weights=said))
        return blocks, beside


def scores_of(model: Classifier, rows: Sequence[Sequence[str]]) -> np.ndarray:
    """Return the model's scores of many messages at once, one row a message, one column a label."""
    total = np.tile(model.bias, (len(rows), 1))
    for block in model.blocks:
        total += _spread([block.figures(words) for words in rows], block)
    return total


def _spread(told: Sequence[tuple[np.ndarray, np.ndarray]], block: Block) -> np.ndarray:
    """Return what a block says of messages whose (rows of known runs, figures) are told."""
    from scipy import sparse

    starts = np.concatenate(([0], np.cumsum([len(known) for known, _figures in told])))
    known = np.concatenate([known for known, _figures in told])
    figures = np.concatenate([figures for _known, figures in told])
    table = sparse.csr_matrix((figures, known, starts), shape=(len(told), len(block.keys)))
    said: np.ndarray = table @ block.weights.astype(np.float32)
    return said


def _counted(rows: Sequence[Sequence[str]], family: Family, seldom: int) -> tuple[np.ndarray, Any]:
    """Return (all keys, ascending; a sparse table of counts, one row a message)."""
    from scipy import sparse

    found = [family.keys(words) for words in rows]
    keys, places = np.unique(np.concatenate(found), return_inverse=True)
    starts = np.concatenate(([0], np.cumsum([len(one) for one in found])))
    counts = sparse.csr_matrix(
        (np.ones(len(places), dtype=np.float32), places.astype(np.int32), starts),
        shape=(len(rows), len(keys)),
    )
    counts.sum_duplicates()
    often = np.flatnonzero(np.bincount(counts.indices, minlength=len(keys)) >= seldom)
    return keys[often], counts[:, often]


def _figures(counts: Any, block: Block) -> Any:
    """Return the figures of many messages, as `Block.figures` gives them for one."""
    table = counts.copy()
    for row in range(table.shape[0]):
        here = slice(table.indptr[row], table.indptr[row + 1])
        table.data[here] = shares(
            table.data[here], block.rarity[table.indices[here]], whole=block.share
        )
    return table


def _slope(scores: np.ndarray, wanted: np.ndarray) -> float:
    """Return the slope under which the right labels are least surprising."""
    rows = np.arange(len(wanted))
    told = [np.log(softmax(scores * slope)[rows, wanted] + 1e-12).mean() for slope in SLOPES]
    return float(SLOPES[int(np.argmax(told))])


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


def measure(chances: np.ndarray, wanted: np.ndarray, model: Classifier) -> Measured:
    """Return how good probabilities were against the labels wanted (columns of the model)."""
    first, best = chances.argmax(axis=1), chances.max(axis=1)
    right = first == wanted
    surest = np.argsort(-best, kind="stable")[: int(len(wanted) * SUREST)]
    passed = best >= np.asarray(model.thresholds)[first]
    each = {
        name: _f1(first, wanted, n) for n, name in enumerate(model.labels) if (wanted == n).any()
    }
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
            (model.labels[a], model.labels[b], n)
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
