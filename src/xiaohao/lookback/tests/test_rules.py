"""Weights, the draw, its proof, who may check, the estimate: without a database."""

import hashlib
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from xiaohao.lookback import rules
from xiaohao.lookback.rules.drawing import _below, _shuffled
from xiaohao.lookback.rules.estimating import wilson
from xiaohao.lookback.rules.weights import weights_of

SEED = hashlib.sha256(b"a seed").digest()
FACTS = st.builds(
    rules.Facts,
    closing=st.sampled_from(["solved", "no_answer", "no_reporter"]),
    near_deadline=st.booleans(),
    reopened=st.booleans(),
    urgent=st.booleans(),
    earlier=st.integers(0, 3),
)
WEIGHTS = st.lists(st.integers(1, 40), min_size=1, max_size=120)


def philox(key: int, count: int) -> list[int]:
    """Philox4x64-10 written down from its paper, to hold numpy's stream to."""
    low = 2**64 - 1
    found: list[int] = []
    block = 0
    while len(found) < count:
        block += 1
        a, b, c, d = block, 0, 0, 0
        k0, k1 = key & low, key >> 64
        for _ in range(10):
            x, y = 0xD2E7470EE14C6C93 * a, 0xCA5A826395121157 * c
            a, b, c, d = (y >> 64) ^ b ^ k0, y & low, (x >> 64) ^ d ^ k1, x & low
            k0, k1 = (k0 + 0x9E3779B97F4A7C15) & low, (k1 + 0xBB67AE8584CAA73B) & low
        found += [a, b, c, d]
    return found[:count]


@given(FACTS)
def test_facts_and_code_are_one(facts: rules.Facts) -> None:
    assert rules.Facts.of(facts.code) == facts
    assert rules.weights()[facts.code] == rules.weight(facts) >= rules.BASE
    assert rules.weight(facts) == rules.BASE + sum(points for _, points in rules.reasons(facts))


def test_what_is_no_code_has_no_weight() -> None:
    assert weights_of(np.array([3, -1, 128, 10**9])).tolist() == [0, 0, 0, 0]
    with pytest.raises(ValueError, match="no facts"):
        rules.Facts.of(3)


def test_each_fact_makes_it_likelier() -> None:
    plain = rules.weight(rules.Facts())
    assert rules.weight(rules.Facts(closing="no_answer")) > plain
    assert rules.weight(rules.Facts(near_deadline=True)) > plain
    assert rules.weight(rules.Facts(earlier=2)) > rules.weight(rules.Facts(earlier=1)) > plain


@given(WEIGHTS, st.integers(1, 140), st.binary(min_size=16, max_size=32))
def test_a_draw_takes_each_at_most_once_and_again_the_same(
    weights: list[int], size: int, seed: bytes
) -> None:
    array = np.array(weights, dtype=np.int64)
    drawn = rules.draw(array, size, seed)
    assert len(drawn.places) == min(size, len(weights))
    assert (np.diff(drawn.places) > 0).all(), "nothing twice"
    assert ((drawn.chances > 0) & (drawn.chances <= 1)).all()
    again = rules.draw(array, size, seed)
    assert (again.places.tolist(), again.chances.tolist()) == (
        drawn.places.tolist(), drawn.chances.tolist(),
    )  # fmt: skip


def test_each_is_drawn_as_often_as_its_chance_says() -> None:
    weights = np.array([4, 4, 6, 8, 8, 12, 16, 24, 4, 40], dtype=np.int64)
    size, runs = 4, 20_000
    counts = np.zeros(len(weights))
    for run in range(runs):
        counts[rules.draw(weights, size, hashlib.sha256(str(run).encode()).digest()).places] += 1
    # 40/126·4 > 1: the last is sure; the others share three places by their weights.
    expected = np.append(3 * weights[:-1] / weights[:-1].sum(), 1.0)
    spread = np.sqrt(expected * (1 - expected) / runs)
    assert counts[-1] == runs
    assert (np.abs(counts / runs - expected) <= 4.5 * spread + 1e-12).all()


def test_pairs_are_drawn_together_nearly_as_often_as_they_can_be() -> None:
    """The order is random: no pair is barred, as it would be on a fixed list."""
    weights = np.full(12, 4, dtype=np.int64)
    together = np.zeros((12, 12))
    for run in range(6000):
        places = rules.draw(weights, 4, hashlib.sha256(f"p{run}".encode()).digest()).places
        together[np.ix_(places, places)] += 1
    pairs = together[np.triu_indices(12, 1)] / 6000
    assert abs(pairs.mean() - 4 * 3 / (12 * 11)) < 0.005
    assert pairs.min() > 0.06


def test_the_stream_is_philox_as_it_was_published() -> None:
    key = int.from_bytes(SEED[:16], "little")
    ours = np.random.Philox(key=key, counter=0).random_raw(11)
    assert [int(one) for one in ours] == philox(key, 11)


def test_a_known_draw_stays_what_it_was() -> None:
    """Pins the whole way from seed to sample: a changed stream or order shows here."""
    weights = weights_of(np.arange(1000) % 3)
    drawn = rules.draw(weights, 5, SEED)
    key = int.from_bytes(SEED[:16], "little")
    low = (1 << 10) - 1
    raw = philox(key, 1001)
    order = [one & low for one in sorted((r & ~low) | i for i, r in enumerate(raw[:1000]))]
    total = int(weights.sum())
    ends = np.cumsum([int(weights[i]) * 5 for i in order]).tolist()
    points = [raw[1000] % total + total * j for j in range(5)]
    by_hand = sorted(
        order[next(k for k, end in enumerate(ends) if end > point)] for point in points
    )
    assert drawn.places.tolist() == by_hand


@given(st.integers(1, 5000))
def test_an_order_holds_every_place_once(count: int) -> None:
    stream = np.random.Philox(key=count, counter=0)
    assert sorted(_shuffled(stream, count).tolist()) == list(range(count))
    assert 0 <= _below(stream, count) < count


def test_a_draw_refuses_what_cannot_be_drawn() -> None:
    for weights, size, seed in (([1], 0, SEED), ([0], 1, SEED), ([1], 1, b"short")):
        with pytest.raises(ValueError, match="needs"):
            rules.draw(np.array(weights, dtype=np.int64), size, seed)


def test_a_frame_is_read_back_and_checked() -> None:
    text = b"3 4 0\n7 8 1\n"
    frame = rules.read_frame(text)
    assert (frame.ids.tolist(), frame.weights.tolist(), frame.codes.tolist()) == (
        [3, 7], [4, 8], [0, 1],
    )  # fmt: skip
    assert rules.broken_frame(frame) == ""
    assert "rise" in rules.broken_frame(rules.read_frame(b"7 8 1\n7 8 1\n"))
    assert "weight" in rules.broken_frame(rules.read_frame(b"7 9 1\n"))
    assert "empty" in rules.broken_frame(rules.read_frame(b""))
    for text in (b"1 2\n", b"1,4,0\n", b"-1 4 0\n", b"\xff"):
        with pytest.raises(ValueError, match="frame"):
            rules.read_frame(text)


def test_the_proof_can_be_repeated_with_sha256sum() -> None:
    assert rules.commitment("abc") == hashlib.sha256(b"abc").hexdigest()
    assert rules.seed("abc", "def") == hashlib.sha256(b"abc\ndef\n").hexdigest()


def test_nobody_checks_what_he_had_a_part_in() -> None:
    case = rules.Case(1, "0000100002", frozenset({7}), frozenset({70}))
    assert rules.had_part(case, 8, "0000100002") == "own_unit"
    assert rules.had_part(case, 8, "000010000200003") == "own_unit"
    assert rules.had_part(case, 7, "00001") == "same_post"
    assert rules.had_part(case, 8, "00001", 70) == "same_person"
    assert rules.had_part(case, 8, "00001", 71) == ""


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(0, 20))
def test_dealing_spreads_evenly_and_keeps_apart(parts: list[int], start: int) -> None:
    posts = [rules.Candidate(n, f"P{n}", "00001") for n in range(4)]
    cases = [
        rules.Case(key, "0000100002", frozenset({part}), frozenset())
        for key, part in enumerate(parts)
    ]
    dealt = rules.deal(cases, posts, {0: start})
    assert set(dealt) == set(range(len(parts)))
    assert all(dealt[key] != part for key, part in enumerate(parts))
    alone = rules.Case(1, "0000100002", frozenset(), frozenset(), frozenset({"00001"}))
    assert rules.deal([alone], posts, {}) == {}, "whoever answers for it is no choice"


CITY, EAST, WEST, STREET = "00001", "0000100002", "0000100003", "000010000200004"
BESIDE, VILLAGE = "000010000200005", "00001000020000400006"


@pytest.mark.parametrize(
    ("units", "barred", "free"),
    [
        # The city closed what the district verified: nobody of either; another district goes.
        ({EAST, CITY}, {CITY, EAST, STREET, BESIDE, VILLAGE}, [WEST]),
        # The district verified and closed: the city first, then another district, then a street.
        ({EAST}, {EAST, STREET, VILLAGE}, [CITY, WEST, BESIDE]),
        # Nobody is on record: only the unit itself is known to have had a part.
        (set(), {STREET, VILLAGE}, [CITY, EAST, BESIDE, WEST]),
    ],
)
def test_whose_unit_had_a_part(units: set[str], barred: set[str], free: list[str]) -> None:
    case = rules.Case(1, STREET, frozenset(), frozenset(), frozenset(units))
    every = {CITY, EAST, WEST, STREET, BESIDE, VILLAGE}
    assert {path for path in every if rules.had_part(case, 0, path)} == barred
    assert sorted(every - barred, key=lambda path: (rules.farness(case, path), path)) == free
    posts = [rules.Candidate(n, path, path) for n, path in enumerate(reversed(free))]
    asked = {path: n for n, path in enumerate(reversed(free))}
    load = {asked[free[0]]: 1000}
    if rules.farness(case, free[0]) < min(
        (rules.farness(case, one) for one in free[1:]), default=9
    ):
        assert rules.deal([case], posts, load) == {1: asked[free[0]]}, "the nearest, busy or not"


def test_who_helped_does_not_check() -> None:
    case = rules.Case(1, STREET, frozenset(), frozenset(), frozenset({EAST}), frozenset({WEST}))
    assert rules.had_part(case, 0, WEST) == "helped"
    assert rules.had_part(case, 0, CITY) == ""


PATHS = st.lists(st.sampled_from(["00002", "00003"]), max_size=3).map(
    lambda ids: "".join(["00001", *ids])
)


@given(PATHS, st.frozensets(PATHS, min_size=1, max_size=4), PATHS)
def test_nobody_free_stands_in_a_branch_with_a_part(
    path: str, units: frozenset[str], other: str
) -> None:
    case = rules.Case(1, path, frozenset(), frozenset(), units)
    involved = {path, *units}
    if other in involved:
        assert rules.had_part(case, 0, other)
    if not rules.had_part(case, 0, other):
        above = all(one.startswith(other) and one != other for one in involved)
        apart = not any(
            one.startswith(other) or other.startswith(one) for one in involved - {case.level}
        )
        assert above or apart
        assert other != case.level


@given(st.integers(1, 300), st.data())
def test_wilson_is_that_of_scipy(size: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, size))
    theirs = binomtest(hits, size).proportion_ci(0.95, "wilson")
    low, high = wilson(hits / size, size)
    assert math.isclose(low, theirs.low, abs_tol=1e-9)
    assert math.isclose(high, theirs.high, abs_tol=1e-9)


def test_no_failure_still_has_an_interval() -> None:
    told = rules.estimate(rules.Checked(1, 0.1, fixed=True) for _ in range(30))
    assert told.share == told.high == 1
    assert told.low is not None
    assert 0.85 < told.low < 0.95


@given(st.floats(1, 1000))
def test_all_and_none_lie_within_their_intervals(size: float) -> None:
    """Also after sums of fractions: 14 of 14 are not “77.4 to 99.9 %”."""
    assert wilson(1.0, size)[1] == 1
    assert wilson(0.0, size)[0] == 0


def test_the_variance_is_that_of_simple_samples_where_chances_are_equal() -> None:
    """Of n drawn with equal chance π, p(1−p)/V is (n−1)/(1−π): below n while π < 1/n."""
    chance, size = 0.001, 20
    told = rules.estimate(rules.Checked(1, chance, fixed=n % 4 > 0) for n in range(size))
    assert told.share == pytest.approx(0.75)
    assert told.effective == pytest.approx((size - 1) / (1 - chance))


def test_what_parts_one_round_from_another_is_no_chance() -> None:
    """All fixed in one round and half in the next: only within the rounds does anything vary."""
    rows = [rules.Checked(1, 0.01, fixed=True) for _ in range(12)]
    rows += [rules.Checked(2, 0.01, fixed=n % 2 == 0) for n in range(12)]
    told = rules.estimate(rows)
    assert told.share == pytest.approx(0.75)
    assert told.effective == pytest.approx(24), "as many as were checked, not the 22 of one pool"


def test_what_is_taken_for_sure_says_so() -> None:
    weights = np.array([1, 1000, 1, 1], dtype=np.int64)
    seed = hashlib.sha256(b"sure").digest()
    some, whole = rules.draw(weights, 2, seed), rules.draw(weights, 9, seed)
    assert dict(zip(some.places.tolist(), some.chances.tolist(), strict=True))[1] == 1
    assert whole.chances.tolist() == [1, 1, 1, 1]


def test_too_few_are_not_told() -> None:
    assert not rules.estimate(rules.Checked(1, 0.5, fixed=True) for _ in range(9)).is_told
    assert not rules.estimate([]).is_told
    mixed = [rules.Checked(1, 0.5, fixed=n % 2 == 0) for n in range(12)]
    assert not rules.estimate(mixed).is_told, "an interval from a quarter to three quarters"


@pytest.mark.slow
def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """A risk-weighted sample, in which what is likelier drawn is likelier false."""
    rng = random.Random(7)
    codes = np.array([rng.choice([0, 0, 1, 5, 9, 37]) for _ in range(3000)])
    weights = weights_of(codes)
    fixed = np.array([rng.random() > 0.01 * w for w in weights])
    truth, runs, hits, told = fixed.mean(), 400, 0, []
    for run in range(runs):
        drawn = rules.draw(weights, 120, hashlib.sha256(f"e{run}".encode()).digest())
        found = rules.estimate(
            rules.Checked(1, float(chance), bool(fixed[place]))
            for place, chance in zip(drawn.places, drawn.chances, strict=True)
        )
        assert found.share is not None
        assert found.low is not None
        assert found.high is not None
        told.append(found.share)
        hits += found.low <= truth <= found.high
    assert abs(float(np.mean(told)) - truth) < 0.006, "without bias"
    assert hits / runs > 0.92
    assert float(fixed[weights > 8].mean()) < truth, "the plain share of a sample would be too low"


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(0.01, 1), st.booleans(), st.booleans()), max_size=60))
def test_an_estimate_lies_within_its_interval(rows: list[tuple[float, bool, bool]]) -> None:
    found = rules.estimate(
        rules.Checked(n % 2, chance, fixed, inside)
        for n, (chance, fixed, inside) in enumerate(rows)
    )
    assert found.checked == sum(inside for _, _, inside in rows)
    if found.share is not None:
        assert found.low is not None
        assert found.high is not None
        assert 0 <= found.low <= found.share <= found.high <= 1
        assert found.effective <= found.checked + 1e-6
