"""What a publication is, and that adding up is what counting everything at once would give."""

import datetime as dt
import json
from collections import Counter
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.figures.queries import quantile
from xiaohao.kernel.hashing import canonical
from xiaohao.tenants import rules
from xiaohao.tenants.rules import Freshness, Malformed, Place, Sheet

AT = dt.datetime(2019, 9, 30, 10, 0, tzinfo=dt.UTC)
SHEET = Sheet(
    name="东省",
    url="https://east.example.org",
    at=AT,
    seal={"day": "2019-09-29", "hash": "00"},
    definitions={"test.flow": "a" * 64, "test.took": "b" * 64},
    units=[Place("E", "东省", "province"), Place("E1", "一市", "city")],
    figures={"test.flow": [12, "<5"], "test.took": [3, None]},
    spreads={"test.took": {2: 1, 9: 2}},
)


def body(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(canonical(rules.write(SHEET) | more))
    return told


def test_what_is_written_is_read() -> None:
    assert rules.read(body()) == SHEET


@pytest.mark.parametrize(
    "more",
    [
        {"format": 2},
        {"units": []},
        {"units": [{"code": "E"}] * 2},
        {"units": "E"},
        {"url": "javascript:alert(1)"},
        {"url": "https://east.example.org/path"},
        {"name": "x" * 201},
        {"at": "2019-09-30"},
        {"at": 7},
        {"definitions": {"test.flow": "short"}},
        {"definitions": {"Test Flow": "a" * 64}},
        {"figures": {"test.flow": [12]}},
        {"figures": {"test.flow": [12, 0.5]}},
        {"figures": {"test.flow": [12, True]}},
        {"figures": {"test.flow": [12, "three"]}},
        {"figures": {"test.flow": [2**63, 0]}},
        {"spreads": {"test.took": {"-1": 2}}},
        {"spreads": {"test.took": {"1": "2"}}},
        {"spreads": {"test.took": [1, 2]}},
        {"seal": {"a": 1, "b": 2, "c": 3}},
    ],
)
def test_what_is_no_publication_is_told_apart(more: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        rules.read(body(**more))


@pytest.mark.parametrize("whole", [None, 3, "publication", [], {}])
def test_what_is_no_body_at_all_is_told_apart(whole: object) -> None:
    with pytest.raises(Malformed):
        rules.read(whole)


def test_a_hidden_number_makes_no_sum() -> None:
    assert SHEET.sums(["test.flow", "test.took"]) == {
        "test.flow": {0: 12},
        "test.took": {2: 1, 9: 2},
    }
    assert SHEET.sums(["test.flow"], 1) is None
    assert SHEET.sums(["test.none"]) is None


@pytest.mark.parametrize(
    ("age", "called", "counts"),
    [
        (dt.timedelta(seconds=-60), Freshness.FRESH, True),
        (dt.timedelta(minutes=30), Freshness.FRESH, True),
        (dt.timedelta(minutes=31), Freshness.LATE, True),
        (dt.timedelta(hours=24), Freshness.LATE, True),
        (dt.timedelta(hours=24, seconds=1), Freshness.OLD, False),
    ],
)
def test_old_ones_are_called_so(age: dt.timedelta, called: Freshness, *, counts: bool) -> None:
    assert rules.freshness(AT - age, AT) is called
    assert called.counts is counts


cases = st.lists(st.lists(st.integers(0, 400), max_size=40), max_size=6)


@given(cases, st.sampled_from(["0.5", "0.9"]))
def test_quantiles_of_sums_are_those_of_all_cases_together(
    tenants: list[list[int]], share: str
) -> None:
    parts = [{"took": dict(Counter(days)), "done": {0: len(days)}} for days in tenants]
    everything = [one for days in tenants for one in days]
    total = rules.add(parts)
    assert total.get("took", {}) == dict(Counter(everything))
    assert sum(total.get("done", {}).values()) == len(everything)
    exact = Fraction(share)
    at_once = quantile(Counter(everything), exact)
    assert quantile(total.get("took", {}), exact) == at_once
    if everything:
        assert at_once == sorted(everything)[ceil(len(everything) * exact) - 1]
