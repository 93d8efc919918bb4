"""Units beside each other: what is said of one must not be what chance gives."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.dashboards.rules import FAR, NEAR, Verdict, funnel

COUNTS = st.dictionaries(
    st.integers(1, 50),
    st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=3,
)


def verdicts(counts: dict[int, tuple[int, int]]) -> dict[int, Verdict]:
    found = funnel(counts, smaller_is_better=True)
    assert found is not None
    return {peer.key: peer.verdict for peer in found.peers}


def test_the_same_share_says_more_of_a_large_unit() -> None:
    said = verdicts({1: (2, 4), 2: (40, 80), 3: (200, 400), 4: (900, 3000), 5: (0, 1)})
    assert said[1] == Verdict.WITHIN
    assert said[2] == Verdict.WORSE
    assert said[3] == Verdict.MUCH_WORSE
    assert said[4] == Verdict.MUCH_BETTER
    assert said[5] == Verdict.FEW


def test_two_units_have_no_peers_and_none_without_anything_is_compared() -> None:
    assert funnel({1: (1, 2), 2: (1, 2), 3: (0, 0)}, smaller_is_better=True) is None


@given(COUNTS)
def test_limits_hold_the_centre_and_the_wide_hold_the_narrow(
    counts: dict[int, tuple[int, int]],
) -> None:
    found = funnel(counts, smaller_is_better=False)
    if found is None:
        assert sum(size > 0 for _, size in counts.values()) < 3
        return
    assert sum(peer.part for peer in found.peers) == pytest.approx(
        found.centre * sum(peer.size for peer in found.peers)
    )
    for (_, low, high), (_, lower, higher) in zip(
        found.limits[NEAR], found.limits[FAR], strict=True
    ):
        assert 0 <= lower <= low <= high <= higher <= 1


@given(COUNTS)
def test_better_and_worse_change_places_with_the_sense(counts: dict[int, tuple[int, int]]) -> None:
    one, other = (funnel(counts, smaller_is_better=way) for way in (True, False))
    if one is None or other is None:
        assert one is other
        return
    swapped = {
        Verdict.BETTER: Verdict.WORSE,
        Verdict.MUCH_BETTER: Verdict.MUCH_WORSE,
    }
    swapped |= {b: a for a, b in swapped.items()}
    told = {peer.key: peer.verdict for peer in one.peers}
    assert {p.key: swapped.get(p.verdict, p.verdict) for p in other.peers} == told


def test_of_units_that_differ_by_chance_alone_few_are_singled_out() -> None:
    chance = random.Random(7)
    sizes = [chance.randrange(1, 200) for _ in range(2000)]
    counts = {n: (sum(chance.random() < 0.3 for _ in range(m)), m) for n, m in enumerate(sizes)}
    said = list(verdicts(counts).values())
    out = sum(one not in {Verdict.WITHIN, Verdict.FEW} for one in said)
    far = sum(one in {Verdict.MUCH_BETTER, Verdict.MUCH_WORSE} for one in said)
    assert out / len(said) < 0.05
    assert far / len(said) < 0.005
