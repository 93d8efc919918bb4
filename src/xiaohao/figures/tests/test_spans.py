"""How long things took: plain rules, and the queries that stand on them."""

from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.figures import queries
from xiaohao.figures.actions import add
from xiaohao.figures.rules import as_days, as_key, binned, quantile
from xiaohao.figures.tests.make import FLOW, HALF, TOOK, declared, delta, unit

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


@pytest.mark.django_db
def test_dashboards_get_classes_and_percentiles() -> None:
    declared()
    root = unit()
    a, b = unit(root), unit(root)
    add([delta(TOOK, a, n, days=days) for n, days in enumerate([1, 5, 5, 20, 200])])
    counts = [one.things for one in queries.distribution(HALF, root)]
    assert counts == [1, 2, 0, 1, 0, 0, 1]
    assert queries.percentiles(TOOK, [root, b], [0.5, 0.9]) == {
        root.pk: [5, 200],
        b.pk: [None, None],
    }
    with pytest.raises(ValueError, match="not kept by days"):
        queries.distribution(FLOW, root)
