"""What is it? A message's category with a probability, the next two, and whether it is sure enough to stand chosen.

A linear model over runs of words and characters (`categories_words`). Serving needs numpy alone; how a model is
trained stands in `categories_training`, its file in `models`. A person decides, the model proposes with its reason
(Personal Information Protection Law of 2021-11-01, article 24).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from linli.methods.language.categories_words import Family, words_of

ALSO = 0.25
"""Share of the certainty that a second subject needs to be named beside the first."""
REASONS = 4


@dataclass(frozen=True)
class Suggestion:
    """What a message seems to be about. `ranked`: labels with probabilities that add up to 1, best first.

    `is_sure`: certain enough for this label to stand chosen; else a person picks from the first three.
    `also`: further subjects of a message that mixes several. `confidence`: how probably the first is right, by how far
    it is ahead of the next: of two messages the one with the larger lead is right more often, whatever the rest say.
    """

    ranked: tuple[tuple[str, float], ...]
    is_sure: bool
    also: tuple[str, ...] = ()
    confidence: float = 0.0

    @property
    def label(self) -> str:
        return self.ranked[0][0]

    @property
    def probability(self) -> float:
        return self.ranked[0][1]


@dataclass(frozen=True)
class Block:
    """The part of a model that looks at one family of runs.

    `keys`: known runs, ascending (uint64). `rarity`: weight of each by how few messages hold it. `weights`: one row
    a run, one column a label. The figures of a message have length `share` in all.
    """

    family: Family
    keys: np.ndarray
    rarity: np.ndarray
    weights: np.ndarray
    share: float

    def figures(self, words: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return (rows of known runs, ascending; their figures) of a message."""
        rows, counts = known_runs(self.family.keys(words), self.keys)
        return rows, shares(counts, self.rarity[rows], whole=self.share)

    def scores(self, words: Sequence[str]) -> np.ndarray:
        rows, figures = self.figures(words)
        return figures @ self.weights[rows].astype(np.float32)


def known_runs(found: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (rows of `keys` that stand among the runs found, ascending; how often each)."""
    if not len(keys):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    places = np.searchsorted(keys, found)
    places[places == len(keys)] = 0
    rows, counts = np.unique(places[keys[places] == found], return_counts=True)
    return rows, counts.astype(np.float32)


def shares(counts: np.ndarray, rarity: np.ndarray, *, whole: float) -> np.ndarray:
    """Return the figures of one message: counts damped, weighed by rarity, brought to the length `whole`."""
    raw = (1 + np.log(counts)) * rarity
    length = float(np.sqrt(raw @ raw))
    return raw * (whole / length) if length else raw


@dataclass(frozen=True)
class Classifier:
    """A trained model. Probability = softmax(scores), the scores being the blocks' sum and `bias`.

    `thresholds`: from which probability a label may stand chosen. `lead`: slope and intercept by which the logarithm of the
    first probability over the second becomes a confidence; without it the probability itself is. `card`: what the model
    was made of and how good it was, as plain values.
    """

    labels: tuple[str, ...]
    blocks: tuple[Block, ...]
    bias: np.ndarray
    thresholds: np.ndarray
    card: Mapping[str, object] = field(default_factory=dict)
    lead: tuple[float, float] | None = None

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """Return one score a label: the logarithm of its probability, but for a common part."""
        return sum((block.scores(words) for block in self.blocks), start=self.bias)

    def probabilities(self, words: Sequence[str]) -> np.ndarray:
        return softmax(self.scores(words))

    def suggest(self, title: str, body: str) -> Suggestion:
        """Return what a message is about. An empty message gets the most frequent labels, never surely."""
        words = words_of(f"{title}\n{body}")
        return self.judge(self.probabilities(words), is_blank=not words)

    def judge(self, probabilities: np.ndarray, *, is_blank: bool = False) -> Suggestion:
        order = np.argsort(-probabilities, kind="stable")
        first = int(order[0])
        best = float(probabilities[first])
        return Suggestion(
            ranked=tuple((self.labels[n], float(probabilities[n])) for n in order),
            is_sure=not is_blank and best >= float(self.thresholds[first]),
            also=tuple(self.labels[n] for n in order[1:3] if probabilities[n] >= ALSO),
            confidence=self._confidence(best, float(probabilities[order[min(1, len(order) - 1)]])),
        )

    def _confidence(self, first: float, second: float) -> float:
        if self.lead is None:
            return first
        slope, intercept = self.lead
        return float(1 / (1 + np.exp(-(slope * leads(first, second) + intercept))))

    def reasons(self, title: str, body: str, label: str) -> tuple[str, ...]:
        """Return the words of the message that speak most for a label, strongest first; none inside another."""
        words = words_of(f"{title}\n{body}")
        column = self.labels.index(label)
        said: dict[str, float] = {}
        for block in self.blocks:
            found = block.family.keys(words)
            rows, figures = block.figures(words)
            weights = block.weights[rows].astype(np.float32)
            speaks = figures * (weights[:, column] - weights.mean(axis=1))
            worth = dict(zip(block.keys[rows].tolist(), speaks.tolist(), strict=True))
            for place, key in enumerate(found.tolist()):
                if worth.get(key, 0) > 0:
                    run = block.family.run_at(words, place)
                    said[run] = max(said.get(run, 0), worth[key])
        whole = _of_whole_words(words)
        runs = [run for run in said if len(run) > 1]
        longer = [run for run in runs if run in whole] or runs
        return tuple(_apart(sorted(longer, key=lambda run: (-said[run], run))))


def _of_whole_words(words: Sequence[str]) -> set[str]:
    """Return what one to three neighbouring words make: a reason is no half of a word."""
    return {
        "".join(words[at : at + count])
        for count in (1, 2, 3)
        for at in range(len(words) - count + 1)
    }


def _apart(runs: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for run in runs:
        if len(kept) == REASONS:
            break
        if not any(run in other or other in run for other in kept):
            kept.append(run)
    return kept


def leads(first: Any, second: Any) -> Any:
    """Return by how much the first probability is ahead of the second: the logarithm of their quotient."""
    return np.log(np.maximum(first, 1e-9) / np.maximum(second, 1e-9))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return probabilities along the last axis."""
    grown = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return grown / grown.sum(axis=-1, keepdims=True)


def label_of(code: str, labels: Mapping[str, str]) -> str:
    """Return the label of the code or of the nearest code above it, else an empty text."""
    while code and code not in labels:
        code = code[:-2]
    return labels.get(code, "")


def mapped(
    ranked: Iterable[tuple[str, float]], labels: Mapping[str, str]
) -> list[tuple[str, float]]:
    """Return a ranking in somebody else's labels, best first. `labels`: code -> label.

    What several codes say for one label adds up; what no label stands for counts for nothing. The shares of the
    labels that are there add up to 1.
    """
    sums: dict[str, float] = dict.fromkeys((label for label in labels.values() if label), 0.0)
    for code, probability in ranked:
        if label := label_of(code, labels):
            sums[label] += probability
    whole = sum(sums.values()) or 1.0
    return sorted(((label, sums[label] / whole) for label in sums), key=lambda one: -one[1])


def branches(ranked: Iterable[tuple[str, float]], *, digits: int = 2) -> list[tuple[str, float]]:
    """Return a ranking of codes one or more levels up: how sure the branch is where the leaf is not."""
    codes = list(ranked)
    return mapped(codes, {code[:digits]: code[:digits] for code, _probability in codes})
