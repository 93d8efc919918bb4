"""Spreads, quantiles and comparisons: plain rules, and the queries that stand on them."""

from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.figures import queries
from xiaohao.figures.actions import add
from xiaohao.figures.rules import as_days, as_key, binned, compare, quantile
from xiaohao.figures.tests.make import FLOW, HALF, PART, RATE, TOOK, declared, delta, unit

DAYS = st.lists(st.integers(0, 400), min_size=1, max_size=60)


def spread(days: list[int]) -> dict[int, int]:
    return {day: days.count(day) for day in days}


@given(DAYS)
def test_the_median_is_one_of_the_days_and_halves_them(days: list[int]) -> None:
    assert quantile(spread(days), 0.5) == median_low(days)
    assert quantile(spread(days), 1) == max(days)
    assert [as_days(as_key(day)) for day in days] == days


@given(DAYS, DAYS)
def test_spreads_of_two_units_add_up(one: list[int], other: list[int]) -> None:
    both = {day: (one + other).count(day) for day in [*one, *other]}
    assert quantile(both, 0.5) == median_low(one + other)
    assert sum(binned(both, (7, 30))) == len(one) + len(other)


def test_nothing_done_has_no_median() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({3: 0}, 0.5) is None


PAIRS = st.lists(
    st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=20
)


@given(PAIRS)
def test_a_shrunken_rate_lies_between_its_own_and_the_common_one(
    pairs: list[tuple[int, int]],
) -> None:
    whole = sum(n for _, n in pairs)
    common = sum(part for part, _ in pairs) / whole if whole else 0
    for one in compare(pairs, 5):
        own = common if one.rate is None else one.rate
        assert min(own, common) - 1e-9 <= one.shrunken <= max(own, common) + 1e-9
        assert 0 <= one.low <= one.high <= 1


def test_few_cases_are_not_ranked_and_many_are() -> None:
    few, low, high = compare([(0, 2), (400, 1000), (7000, 10000)], 5)
    assert (few.verdict, low.verdict, high.verdict) == ("few", "below", "above")
    assert few.rate == 0
    assert few.shrunken > 0.5


@pytest.mark.django_db
def test_dashboards_get_classes_percentiles_and_peers() -> None:
    declared()
    root = unit()
    a, b = unit(root), unit(root)
    add([delta(TOOK, a, n, days=days) for n, days in enumerate([1, 5, 5, 20, 200])])
    add([delta(FLOW, a, n) for n in range(40)] + [delta(PART, a, n) for n in range(10)])
    add([delta(FLOW, b, 99)])
    counts = [one.things for one in queries.distribution(HALF, root)]
    assert counts == [1, 2, 0, 1, 0, 0, 1]
    assert queries.percentiles(TOOK, [root, b], [0.5, 0.9]) == {
        root.pk: [5, 200],
        b.pk: [None, None],
    }
    found = {one.unit.pk: one for one in queries.peers(RATE, root)}
    assert (found[a.pk].part, found[a.pk].whole) == (10, 40)
    assert found[b.pk].compared.verdict == "few"
    with pytest.raises(ValueError, match="not kept by days"):
        queries.distribution(FLOW, root)
