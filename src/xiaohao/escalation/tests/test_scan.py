"""The test behind a proposal: exact, and right about chance."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from xiaohao.escalation.rules import ALPHA, Sibling, by_chance, fewest_hits, likeness_rate, scan


def siblings(problems: list[int], hit: int) -> list[Sibling]:
    return [Sibling(n, count, 1 if n < hit else 0) for n, count in enumerate(problems)]


def test_equal_siblings_follow_the_binomial() -> None:
    rate = 0.02
    found = scan(siblings([10] * 16, 6), 0, rate, 100)
    chance = 1 - (1 - rate) ** 10
    assert found.p == pytest.approx(stats.binom.sf(4, 15, chance))
    assert found.expected == pytest.approx(1 + 15 * chance)
    assert (found.observed, found.siblings) == (6, 16)


@given(
    st.lists(st.integers(1, 200), min_size=3, max_size=30),
    st.floats(1e-6, 0.5),
    st.integers(1, 30),
)
def test_more_hits_are_less_likely_and_a_higher_rate_makes_them_likelier(
    problems: list[int], rate: float, hit: int
) -> None:
    hit = min(hit, len(problems))
    one = scan(siblings(problems, hit), 0, rate, 10)
    assert 0 <= one.p <= 1
    if hit > 1:
        fewer = scan(siblings(problems, hit - 1), 0, rate, 10)
        assert one.p <= fewer.p + 1e-12
    likelier = scan(siblings(problems, hit), 0, min(2 * rate, 0.9), 10)
    assert likelier.p >= one.p - 1e-12


def test_chance_alone_is_seldom_taken_for_a_root() -> None:
    """Drawn from the null hypothesis itself, p stays under any level no more often than it says."""
    rng = random.Random(7)
    problems = [3, 8, 20, 5, 5, 40, 11, 2, 9, 14]
    rate, runs = 0.03, 3000
    chances = by_chance(problems[1:], rate)
    low = 0
    for _ in range(runs):
        hits = [Sibling(0, problems[0], 1)]
        hits += [
            Sibling(n, problems[n], int(rng.random() < chance))
            for n, chance in enumerate(chances, 1)
        ]
        low += scan(hits, 0, rate, 1).p <= 0.05
    assert low / runs <= 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5


def test_who_asks_often_needs_more_to_be_sure() -> None:
    """The same find is beyond chance when it was asked about once, and not among a million."""
    once, often = (scan(siblings([10] * 16, 9), 0, 0.02, asked) for asked in (1, 1_000_000))
    assert once.p == often.p
    assert (once.threshold, often.threshold) == (ALPHA, ALPHA / 1_000_000)
    assert once.is_beyond_chance
    assert not often.is_beyond_chance


@given(
    st.lists(st.integers(1, 60), min_size=2, max_size=14),
    st.floats(1e-5, 0.3),
    st.floats(1e-6, 0.2),
)
def test_the_fewest_hits_are_those_that_the_test_takes(
    problems: list[int], rate: float, most: float
) -> None:
    """What the search asks for beforehand is exactly what the test lets through afterwards."""
    least = fewest_hits(problems[1:], rate, most)
    for hits in range(1, len(problems)):
        p = scan(siblings(problems, hits + 1), 0, rate, 1).p
        if abs(p - most) > most * 1e-5:  # beside rounding
            assert (p <= most) == (hits >= least), hits


def test_fewer_than_three_siblings_are_no_pattern() -> None:
    assert not scan(siblings([1, 1, 1], 2), 0, 1e-9, 1).is_beyond_chance


def test_of_few_pairs_nothing_small_is_claimed() -> None:
    assert likeness_rate(0, 0) == 1
    assert likeness_rate(0, 99) == 0.01
