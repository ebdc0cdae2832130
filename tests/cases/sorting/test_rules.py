"""What a ranking means in the tree, how good guesses were: by hand."""

import pytest

from linli.cases.rules import Rate
from linli.cases.sorting.rules import (
    Figures,
    Guess,
    Ranking,
    certainty,
    figures_of,
    in_tree,
    is_worse,
    standing,
)

KNOWN: dict[str, str | None] = dict.fromkeys(("02", "0201", "04"))
ENDED: dict[str, str | None] = {"0203": "0201", "0405": None, "11": "12", "12": "11"}


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("0201", "0201"),
        ("020301", "0201"),  # below one that has ended and is followed
        ("0203", "0201"),
        ("0405", "04"),  # ended, nothing follows: the nearest above
        ("040501", "04"),
        ("99", None),
        ("11", None),  # two that follow each other lead nowhere, and not round for ever
        ("", None),
    ],
)
def test_a_label_means_what_stands_now(code: str, means: str | None) -> None:
    assert standing(code, known=KNOWN, ended=ENDED) == means


def test_what_several_labels_say_for_one_code_adds_up() -> None:
    stands = {"020301": "0201", "0203": "0201", "04": "04", "99": None}
    ranked = [("04", 0.4), ("020301", 0.3), ("0203", 0.2), ("99", 0.1)]
    found = in_tree(ranked, stands, is_sure=False)
    assert [code for code, _share in found.ranked] == ["0201", "04"]
    assert found.ranked[0][1] == pytest.approx(0.5 / 0.9)


def test_only_a_label_in_force_stands_chosen() -> None:
    assert in_tree([("04", 0.9)], {"04": "04"}, is_sure=True).is_sure
    assert not in_tree([("0405", 0.9)], {"0405": "04"}, is_sure=True).is_sure
    assert in_tree([("99", 1.0)], {"99": None}, is_sure=True) == Ranking()


def test_figures_by_hand() -> None:
    guesses = [
        Guess("a", 0.9, True),
        Guess("a", 0.8, True),
        Guess("b", 0.7, False),
        Guess("b", 0.6, False),
        Guess("a", 0.1, False),
    ]
    found = figures_of(guesses, ["a", "b", "b", "b", "b"])
    # a: said 3, meant 1, both 1; b: said 2, meant 4, both 2.
    assert found == Figures(
        cases=5,
        right=3 / 5,
        macro_f1=(2 * 1 / 4 + 2 * 2 / 6) / 2,
        surest=3 / 4,
        passed=2 / 5,
        passed_right=1 / 2,
    )
    assert figures_of([], []).cases == 0


def test_worse_is_said_only_where_chance_does_not_reach() -> None:
    assert is_worse(Rate(40, 100), Rate(900, 1000))
    assert not is_worse(Rate(8, 10), Rate(900, 1000))
    assert not is_worse(Rate(0, 0), Rate(900, 1000))
    assert not is_worse(Rate(0, 10), Rate(0, 0))


def test_how_sure_is_said_in_words() -> None:
    said = [str(certainty(p)) for p in (0.95, 0.7, 0.4, 0.1)]
    assert len(set(said)) == 4
    weaker = [str(certainty(p, is_measured=False)) for p in (0.95, 0.7, 0.4, 0.1)]
    assert weaker == [*said[1:], said[3]]
