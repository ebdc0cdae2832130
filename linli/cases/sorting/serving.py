"""Models at work inside the worker. The web process asks a process of its own instead (`aide.py`): numpy stays out of it."""

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from linli.cases.catalogue.starter import starter
from linli.cases.sorting.models import SortingModel
from linli.cases.sorting.queries import Tree
from linli.cases.sorting.rules import Guess, Ranking, in_tree

if TYPE_CHECKING:
    from linli.methods.language.categories import Classifier


@lru_cache(maxsize=2)
def classifier(model_id: int | None) -> "Classifier":
    """Return a model ready to be asked, None the starter model. It is read once: a model never changes."""
    if model_id is None:
        return starter()
    from linli.methods.language.categories_files import load

    content = SortingModel.objects.values_list("content", flat=True).get(pk=model_id)
    return load(io.BytesIO(bytes(content or b"")))


class Asked:
    """One model asked in terms of one tree."""

    def __init__(self, model: "Classifier", tree: Tree) -> None:
        self.model = model
        self.stands = tree.stands(model.labels)

    def ranking(self, title: str, words: str) -> Ranking:
        """Return what a text is about, in codes in force; nothing for a text without words."""
        if not words.strip() and not title.strip():
            return Ranking()
        said = self.model.suggest(title, words)
        return in_tree(said.ranked, self.stands, is_sure=said.is_sure)

    def guess(self, title: str, words: str) -> Guess:
        """Return the first of its ranking; a blank code where it has nothing to say."""
        found = self.ranking(title, words)
        code, probability = found.ranked[0] if found.ranked else ("", 0.0)
        return Guess(code, probability, found.is_sure)
