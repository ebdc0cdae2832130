"""What is proposed to a person of a text, with how sure and why; nothing where the aide does not answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from linli.cases.catalogue.models import Category
from linli.cases.catalogue.queries import categories_in_force
from linli.cases.models import Case
from linli.cases.sorting.models import Prediction, SortingModel
from linli.cases.sorting.preparing import files_for
from linli.cases.sorting.queries import Tree, term_at, tree_at
from linli.cases.sorting.rules import certainty, in_tree
from linli.kernel.actor import Actor
from linli.methods.language.aide import aide
from linli.territory.models import Place
from linli.territory.queries import with_paths, within_areas

READ = 6_000
"""Characters of a text that are looked at."""
SEEN = 0.02
"""A category less probable than this is not offered beside others: it would only be in the way."""
LEAST = 4
"""Characters below which nothing is proposed: nobody has said anything yet."""


@dataclass(frozen=True)
class Proposed:
    """A category proposed: how sure in words, and which words of the text speak for it.

    `is_measured`: the model's probabilities were held against cases.
    """

    category: Category
    probability: float
    because: tuple[str, ...] = ()
    is_measured: bool = True

    @property
    def certainty(self) -> Any:
        return certainty(self.probability, is_measured=self.is_measured)


@dataclass(frozen=True)
class Sorted:
    """The categories proposed of a text, best first. `is_sure`: the first may stand chosen."""

    proposed: tuple[Proposed, ...] = ()
    is_sure: bool = False


@dataclass(frozen=True)
class PlaceMeant:
    """A place that words may mean, in the reader's area, and why (in Chinese, the language of the words)."""

    place: Place
    confidence: float
    why: str

    @property
    def certainty(self) -> Any:
        return certainty(self.confidence)


def wake(actor: Actor) -> SortingModel | None:
    """Begin the aide if need be, with the model in force and the names of places; nothing is waited for.

    Returns the model in force, None for the starter model.
    """
    if not settings.LINLI.propose:
        return None
    term = term_at(actor.now)
    model = term.model if term else None
    aide().wake(files_for(model))
    return model


def sort_words(title: str, words: str, *, actor: Actor) -> Sorted:
    """Return what a text is about. Two queries."""
    if not settings.LINLI.propose or len(title.strip() + words.strip()) < LEAST:
        return Sorted()
    model = wake(actor)
    said = aide().ask(about=[title[:200], words[:READ]])
    if said is None:
        return Sorted()
    tree = tree_at(actor.now)
    found = in_tree(
        [(label, share) for label, share in said["ranked"]],
        tree.stands(label for label, _share in said["ranked"]),
        is_sure=said["is_sure"],
    )
    proposed = _proposed(found.ranked, said["reasons"], tree, is_measured=model is not None)
    return Sorted(proposed, is_sure=found.is_sure)


def proposed_for(case: Case, *, actor: Actor) -> Sorted:
    """Return what was said of a case when it came in, with the words that speak for it; said now if it waits yet.

    At most three queries.
    """
    row = Prediction.objects.filter(pk=case.pk, predicted_at__isnull=False).first()
    if row is None:
        return sort_words(case.title, case.words, actor=actor)
    known = {one.code: one for one in categories_in_force(actor.now)}
    ranked = [(code, share) for code, share in row.ranked if code in known]
    said = None
    if ranked and settings.LINLI.propose:
        wake(actor)
        said = aide().ask(about=[case.title, case.words[:READ]])
    reasons = {code: tuple(words) for code, words in (said or {"reasons": {}})["reasons"].items()}
    is_measured = row.model_id is not None
    proposed = (
        Proposed(known[code], share, reasons.get(code, ()), is_measured) for code, share in ranked
    )
    return Sorted(_shown(proposed), is_sure=row.is_sure)


def _proposed(
    ranked: Iterable[tuple[str, float]],
    reasons: dict[str, list[str]],
    tree: Tree,
    *,
    is_measured: bool,
) -> tuple[Proposed, ...]:
    stands = tree.stands(reasons)
    because: dict[str | None, tuple[str, ...]] = {}
    for label, words in reasons.items():
        because.setdefault(stands[label], tuple(words))
    return _shown(
        Proposed(tree.known[code], share, because.get(code, ()), is_measured)
        for code, share in ranked
    )


def _shown(proposed: Iterable[Proposed]) -> tuple[Proposed, ...]:
    return tuple(one for n, one in enumerate(proposed) if n == 0 or one.probability >= SEEN)


def places_in(text: str, *, actor: Actor, permission: str) -> list[PlaceMeant]:
    """Return the places of the actor's areas that a text may mean, likeliest first. Two queries."""
    if not settings.LINLI.propose or len(text.strip()) < 2:
        return []
    said = aide().ask(where=text[:READ])
    if said is None or not said["found"]:
        return []
    told = {code: (confidence, why) for code, confidence, why in said["found"]}
    found = within_areas(told, held=actor.scopes(permission))
    meant = [PlaceMeant(place, *told[place.code]) for place in with_paths(found)]
    return sorted(meant, key=lambda one: -one.confidence)
