"""Texts compared by their runs of one to three characters, each weighed by how rare it is (TF-IDF, cosine).

Chinese is compared without cutting it into words: a pair of characters is a word often enough. A run is one
number (21 bits a character), so that a table of texts is built and asked by sorting alone; there is no matrix
with a column a run.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from linli.methods.language.meaning import meant_form

_BITS = 21
"""Bits of a character: Unicode ends at 0x10FFFF."""
_END = 0
"""Stands behind each text; no run goes over it."""
_FEW = 20
"""Texts in which a run may stand however small the table."""
Floats = np.ndarray
Ints = np.ndarray


def runs_of(texts: Sequence[str], sizes: Sequence[int]) -> tuple[Ints, Ints, Ints]:
    """Return (run, text, times), one entry for each run in each text, sorted by run, then text.

    `texts` in the form of `meaning.meant_form`.
    """
    joined = "".join(f"{text}\0" for text in texts)
    letters = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    runs, owners = [], []
    for size in sizes:
        last = len(letters) - size + 1
        if last <= 0:
            continue
        run, whole = np.zeros(last, dtype=np.int64), np.ones(last, dtype=bool)
        for place in range(size):
            part = letters[place : place + last]
            run = (run << _BITS) | part
            whole &= part != _END
        runs.append(run[whole])
        owners.append(owner[:last][whole])
    if not runs:
        return (np.zeros(0, dtype=np.int64),) * 3
    run, text = np.concatenate(runs), np.concatenate(owners)
    order = np.lexsort((text, run))
    run, text = run[order], text[order]
    new = np.ones(len(run), dtype=bool)
    new[1:] = (run[1:] != run[:-1]) | (text[1:] != text[:-1])
    begins = np.flatnonzero(new)
    return run[begins], text[begins], np.diff(np.append(begins, len(run)))


class Ngrams:
    """Texts that stand ready to be compared with others.

    `sizes`: lengths of the runs. `most`: runs that stand in a greater share of the texts, and in
    more than a few, are left out.
    """

    def __init__(
        self, texts: Sequence[str], *, sizes: Sequence[int] = (1, 2, 3), most: float = 1.0
    ) -> None:
        self.forms = [meant_form(text) for text in texts]
        self.sizes = tuple(sizes)
        run, text, times = runs_of(self.forms, self.sizes)
        self.runs, first, spread = np.unique(run, return_index=True, return_counts=True)
        self.rarity = np.log((1 + len(texts)) / (1 + spread)) + 1
        if most < 1:
            self.rarity[spread > max(_FEW, most * len(texts))] = 0
        self.begins, self.spread = first, spread
        weight = (1 + np.log(times)) * np.repeat(self.rarity, spread)
        norm = np.sqrt(np.bincount(text, weights=weight**2, minlength=len(texts)))
        self.norms = norm
        self.texts = text
        self.weights = weight / np.maximum(norm, 1e-12)[text]

    def __len__(self) -> int:
        return len(self.forms)

    @cached_property
    def unknown(self) -> float:
        """Rarity of a run that stands in no text."""
        return float(np.log(1 + len(self)) + 1)

    def asked(self, text: str) -> tuple[Ints, Floats, float]:
        """Return (places of its runs in `runs`, their weights, share of its weight that is known here).

        The weights are those of a vector of length one over the runs that are known.
        """
        run, _text, times = runs_of([meant_form(text)], self.sizes)
        place = np.minimum(np.searchsorted(self.runs, run), max(len(self.runs) - 1, 0))
        known = self.runs[place] == run if len(self.runs) else np.zeros(len(run), dtype=bool)
        place = place[known]
        weight = (1 + np.log(times[known])) * self.rarity[place]
        norm = float(np.sqrt((weight**2).sum()))
        strange = float((((1 + np.log(times[~known])) * self.unknown) ** 2).sum())
        share = norm**2 / (norm**2 + strange) if norm else 0.0
        return place, weight / max(norm, 1e-12), share

    def likeness(self, text: str) -> Floats:
        """Return the cosine of a text with each of the texts here, 0 to 1."""
        place, weight, _share = self.asked(text)
        return self.gathered(place, weight)

    def gathered(self, place: Ints, weight: Floats) -> Floats:
        """Return for each text here the sum of its weights times `weight`, over the runs at `place`."""
        entries, times = self.entries(place)
        return np.bincount(
            self.texts[entries],
            weights=self.weights[entries] * np.repeat(weight, times),
            minlength=len(self),
        )

    def entries(self, place: Ints) -> tuple[Ints, Ints]:
        """Return (entries of the runs at `place`, how many each of these runs has)."""
        times = self.spread[place]
        ends = np.cumsum(times)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - times, times)
        return np.repeat(self.begins[place], times) + within, times
