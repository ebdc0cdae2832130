import pytest

from linli.methods.language.clusters import joined


def test_near_ones_are_joined_and_far_ones_not():
    pairs = [(0, 1, 0.9), (1, 2, 0.8), (0, 2, 0.7), (3, 4, 0.2)]
    assert joined(5, pairs, bound=0.5) == [[0, 1, 2], [3], [4]]


def test_a_chain_does_not_grow_together():
    """Each is like the next and not like the one after it: the mean of all pairs counts."""
    chain = [(n, n + 1, 0.6) for n in range(5)]
    assert max(map(len, joined(6, chain, bound=0.5))) == 2


def test_the_mean_is_of_all_pairs_whatever_was_joined_first():
    pairs = [(0, 1, 1.0), (2, 3, 1.0), (0, 2, 0.8), (0, 3, 0.8), (1, 2, 0.8)]
    assert joined(4, pairs, bound=0.6) == [[0, 1, 2, 3]]
    assert joined(4, pairs, bound=0.61) == [[0, 1], [2, 3]]


@pytest.mark.parametrize("size", [0, 1])
def test_nothing_to_join(size):
    assert joined(size, [], bound=0.5) == [[n] for n in range(size)]
