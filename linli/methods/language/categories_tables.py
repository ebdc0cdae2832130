"""Many messages at once as sparse tables of figures, for training. Needs scipy (extra: analysis)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from linli.methods.language.categories import Block, Classifier, shares
from linli.methods.language.categories_words import Family


class RunTable:
    """The runs of all rows, counted once, from which any part of the rows gets a model of its own.

    `seldom`: a run that fewer messages hold is not learnt.
    """

    def __init__(
        self,
        rows: Sequence[Sequence[str]],
        families: Sequence[tuple[Family, float]],
        *,
        seldom: int,
    ) -> None:
        self.families = families
        self.seldom = seldom
        self.counted = [_counted(rows, family, seldom) for family, _share in families]

    def fitted(
        self, at: np.ndarray, wanted: np.ndarray, names: tuple[str, ...], machine: Any
    ) -> Classifier:
        """Return what a linear machine of scikit-learn learns of the rows at these places, as scores."""
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
        machine.fit(sparse.hstack(parts, format="csr"), wanted[at])
        weights, bias = columns_of(machine)
        pieces = np.split(weights, np.cumsum([len(block.keys) for block in blocks])[:-1])
        return Classifier(
            labels=names,
            blocks=tuple(
                replace(block, weights=piece.astype(np.float32))
                for block, piece in zip(blocks, pieces, strict=True)
            ),
            bias=bias.astype(np.float32),
            thresholds=np.full(len(names), 2.0),
        )

    def scores(self, model: Classifier, at: np.ndarray) -> np.ndarray:
        """Return the scores of rows of the table; every run that the model knows stands in the table."""
        total = np.tile(model.bias, (len(at), 1))
        for (keys, counts), block in zip(self.counted, model.blocks, strict=True):
            here = counts[at][:, np.searchsorted(keys, block.keys)]
            total += _figures(here, block) @ block.weights
        return total


def columns_of(machine: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return (weights, one column a label; bias). For two labels scikit-learn keeps one column."""
    weights, bias = machine.coef_.T, machine.intercept_
    if weights.shape[1] == 1:
        weights, bias = np.hstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
    return weights, bias


def scores_of(model: Classifier, rows: Sequence[Sequence[str]]) -> np.ndarray:
    """Return the model's scores of many messages at once, one row a message, one column a label."""
    from scipy import sparse

    total = np.tile(model.bias, (len(rows), 1))
    for block in model.blocks:
        told = [block.figures(words) for words in rows]
        starts = np.concatenate(([0], np.cumsum([len(known) for known, _figures in told])))
        known = np.concatenate([known for known, _figures in told])
        figures = np.concatenate([figures for _known, figures in told])
        table = sparse.csr_matrix((figures, known, starts), shape=(len(rows), len(block.keys)))
        total += table @ block.weights.astype(np.float32)
    return total


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
