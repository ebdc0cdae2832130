"""Reads of sorting: the model in force, the tree a model's labels mean, cases to learn from and to judge by."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from linli.cases.catalogue.models import Category
from linli.cases.choices import Confidentiality
from linli.cases.models import Case
from linli.cases.sorting.models import SortingModel, SortingTerm
from linli.cases.sorting.rules import standing

MOST_LEARNT = 60_000
"""Closed cases that a model is made of at most, the newest: what five minutes of two cores can learn from."""
LEAST_LEARNT = 200
"""Closed cases with a category below which nothing is to be learnt."""
HELD_BACK = 10
"""One closed case of so many, the newest, is not learnt from: there the new model is tried beside the old."""
MOST_JUDGED = 3_000


def terms() -> QuerySet[SortingTerm]:
    """Return who put which model in force from when to when, the newest first; no file is read."""
    rows: QuerySet[SortingTerm] = SortingTerm.objects.select_related("model").defer(
        "model__content"
    )
    return rows.order_by("-valid_from")


def term_at(moment: dt.datetime) -> SortingTerm | None:
    """Return the term that holds at a moment; None: the starter model serves and nobody has said so."""
    found: SortingTerm | None = terms().filter(pk__in=SortingTerm.objects.on(moment)).first()
    return found


def sorting_models() -> QuerySet[SortingModel]:
    """Return all models, the newest first; no file is read."""
    return SortingModel.objects.defer("content").order_by("-asked_at", "-pk")


@dataclass(frozen=True)
class Tree:
    """The tree of categories at a moment, as codes: those in force, and what follows those that have ended."""

    known: dict[str, Category]
    ended: dict[str, str | None]

    def stands(self, labels: Iterable[str]) -> dict[str, str | None]:
        """Return, for each label of a model, the code in force that it means."""
        known = dict.fromkeys(self.known)
        return {label: standing(label, known=known, ended=self.ended) for label in labels}


def tree_at(moment: dt.datetime) -> Tree:
    """Return the tree of categories at a moment. One query."""
    rows = list(Category.objects.all())
    begun = [one for one in rows if one.valid_from is None or one.valid_from <= moment]
    return Tree(
        known={one.code: one for one in begun if not one.is_over(moment)},
        ended={one.code: one.successor_id for one in rows if one.is_over(moment)},
    )


def _closed_with_category() -> QuerySet[Case]:
    cases: QuerySet[Case] = (
        Case.objects.everywhere("sorting: closed cases, of which a model learns numbers")
        .filter(state="closed", category__isnull=False, words_deleted_at__isnull=True)
        .exclude(Q(confidentiality=Confidentiality.HIDE_CASE))
        .order_by("-closed_at", "-pk")
    )
    return cases


def learnable_count() -> int:
    """Return how many closed cases with a category there are, at most LEAST_LEARNT of them counted."""
    return _closed_with_category()[:LEAST_LEARNT].count()


@dataclass(frozen=True)
class Example:
    """A closed case as a model sees it: title, words, and the code that people decided."""

    title: str
    words: str
    code: str


def examples(tree: Tree) -> tuple[list[Example], list[Example]]:
    """Return (to learn from, held back) of the closed cases: the newest are held back. Codes are those in force."""
    rows = _closed_with_category().values_list("title", "words", "category__code")
    found = list(_standing(rows[:MOST_LEARNT].iterator(chunk_size=2000), tree))
    back = min(-(-len(found) // HELD_BACK), MOST_JUDGED)
    return found[back:], found[:back]


def newest_examples(tree: Tree) -> list[Example]:
    """Return the closed cases held back: the newest, none that `examples` gives to learn from."""
    _learnt, back = examples(tree)
    return back


def _standing(rows: Iterable[tuple[str, str, str]], tree: Tree) -> Iterator[Example]:
    stands: dict[str, str | None] = {}
    for title, words, code in rows:
        if code not in stands:
            stands |= tree.stands([code])
        if (meant := stands[code]) is not None:
            yield Example(title, words, meant)
