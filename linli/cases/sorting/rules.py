"""Rules of sorting, pure: what a model's ranking means in the tree as it stands, how good guesses were."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.rules import Rate
from linli.kernel.errors import Refusal

CANDIDATES = 3
"""From how many a person picks where none is sure."""
SUREST = 0.8
"""Share of cases, surest first, whose share of right answers stands beside that of all."""

NOT_A_MODEL = Refusal(
    "sorting.file_is_no_model",
    _("The file is no model of categories (%(why)s). Choose one that `linli train` wrote."),
    "file",
)
OTHER_LABELS = Refusal(
    "sorting.other_labels",
    _(
        "None of the model's labels is a code of your tree of categories (its first is “%(label)s”). Train it on "
        "rows labelled with your codes."
    ),
    "file",
)
KNOWN_ALREADY = Refusal(
    "sorting.known_already",
    _("This very model is here already. Find it in the list below."),
    "file",
)
BEING_MADE = Refusal(
    "sorting.being_made",
    _("A model is being made already. Wait until it stands in the list; it takes some minutes."),
)
TOO_FEW_CASES = Refusal(
    "sorting.too_few_cases",
    _(
        "There are %(count)s closed cases with a category; a model needs %(least)s. The starter model serves until then."
    ),
)
NOT_MADE = Refusal("sorting.not_made", _("This model is not made yet. Wait until it stands."))
NOT_JUDGED = Refusal(
    "sorting.not_judged",
    _(
        "This model has not been tried beside the one in force yet. It takes a minute; then look at both and decide."
    ),
)
IN_FORCE_ALREADY = Refusal(
    "sorting.in_force_already", _("This model is in force already. Nothing was changed.")
)
WHOLE_ONLY = Refusal(
    "sorting.whole_only",
    _(
        "A model serves the whole installation. Ask an administrator of the city to put it in force."
    ),
)


@dataclass(frozen=True)
class Ranking:
    """What a case seems to be about: (code in force, probability), best first, at most CANDIDATES.

    `is_sure`: certain enough to stand chosen. Empty where there is nothing to go by.
    """

    ranked: tuple[tuple[str, float], ...] = ()
    is_sure: bool = False


def standing(
    code: str, *, known: Mapping[str, str | None], ended: Mapping[str, str | None]
) -> str | None:
    """Return the category in force that a code means: itself, what follows it, or the nearest above.

    `known`: codes in force; `ended`: code -> successor. None where the tree knows nothing of it.
    """
    seen: set[str] = set()
    while code and code not in seen:
        if code in known:
            return code
        seen.add(code)
        code = ended.get(code) or code[:-2]
    return None


def in_tree(
    ranked: Iterable[tuple[str, float]], stands: Mapping[str, str | None], *, is_sure: bool
) -> Ranking:
    """Return a model's ranking in the codes in force. `stands`: label -> code, None for what has no place.

    What several labels say for one code adds up; the probabilities of what has a place add up to 1. It is sure only
    if the label that was sure is itself in force.
    """
    given = list(ranked)
    sums: dict[str, float] = {}
    for label, probability in given:
        if (code := stands.get(label)) is not None:
            sums[code] = sums.get(code, 0.0) + probability
    whole = sum(sums.values())
    if not whole:
        return Ranking()
    best = sorted(((code, share / whole) for code, share in sums.items()), key=_order)
    first = given[0][0]
    return Ranking(
        tuple(best[:CANDIDATES]), is_sure=is_sure and stands.get(first) == first == best[0][0]
    )


def _order(one: tuple[str, float]) -> tuple[float, str]:
    return -one[1], one[0]


@dataclass(frozen=True)
class Guess:
    """What a model said first of one case: a code, how probable, whether it would have stood chosen."""

    code: str
    probability: float
    is_sure: bool


@dataclass(frozen=True)
class Figures:
    """How good guesses were. `surest`: right among the surest 80 %; `passed`: share that would have stood chosen.

    Shares are of 1; `passed_right` is the share of right ones among those that stood chosen.
    """

    cases: int
    right: float
    macro_f1: float
    surest: float
    passed: float
    passed_right: float


def figures_of(guesses: Sequence[Guess], wanted: Sequence[str]) -> Figures:
    """Return how good guesses were; `wanted` are the codes that people decided, in the same order."""
    count = len(wanted)
    if not count:
        return Figures(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    pairs = list(zip(guesses, wanted, strict=True))
    said = Counter(guess.code for guess in guesses)
    meant = Counter(wanted)
    hit = Counter(code for guess, code in pairs if guess.code == code)
    each = [2 * hit[code] / (said[code] + meant[code]) for code in meant]
    surest = sorted(pairs, key=lambda pair: -pair[0].probability)[: max(int(count * SUREST), 1)]
    passed = [guess.code == code for guess, code in pairs if guess.is_sure]
    return Figures(
        cases=count,
        right=sum(hit.values()) / count,
        macro_f1=sum(each) / len(each),
        surest=sum(guess.code == code for guess, code in surest) / len(surest),
        passed=len(passed) / count,
        passed_right=sum(passed) / len(passed) if passed else 0.0,
    )


def is_worse(now: Rate, before: Rate) -> bool:
    """Return whether a rate lies clearly below the one before: their 95 % intervals do not meet."""
    if not now.denominator or not before.denominator:
        return False
    return now.interval[1] < before.interval[0]


NEARLY_CERTAIN, LIKELY, POSSIBLE = 0.9, 0.6, 0.3


def certainty(probability: float, *, is_measured: bool = True) -> Any:
    """Return a probability in words, as the operator reads it.

    `is_measured`: whether probabilities were held against cases. Those of the starter model were not, and it is right
    less often than they say: its words are one step weaker.
    """
    words = (_("nearly certain"), _("likely"), _("possible"), _("perhaps"))
    step = sum(probability < least for least in (NEARLY_CERTAIN, LIKELY, POSSIBLE))
    return words[min(step + (not is_measured), len(words) - 1)]
