"""The Wilson interval against the table that textbooks quote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.intervals import wilson


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_agrees_with_published_values(
    numerator: int, denominator: int, low: float, high: float
) -> None:
    assert wilson(numerator, denominator) == pytest.approx((low, high), abs=5e-5)


def test_knows_nothing_when_nothing_was_counted() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_smaller_z_gives_a_narrower_interval() -> None:
    wide, narrow = wilson(8, 10), wilson(8, 10, z=1.0)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_holds_the_share_and_stays_within_zero_and_one(counts: tuple[int, int]) -> None:
    numerator, denominator = counts
    low, high = wilson(numerator, denominator)
    # At 0 and 1 the end equals the share up to the last bit of a float.
    assert -1e-12 <= low <= numerator / denominator + 1e-12
    assert numerator / denominator - 1e-12 <= high <= 1.0
    assert high - low > 0


@given(st.integers(1, 1000))
def test_is_mirrored(denominator: int) -> None:
    numerator = denominator // 3
    low, high = wilson(numerator, denominator)
    mirrored = wilson(denominator - numerator, denominator)
    assert mirrored == pytest.approx((1 - high, 1 - low))
