"""The plain rules: money, quantities, the table, lists of households."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.commitments.rules import (
    MOVES,
    Facts,
    Kind,
    State,
    as_money,
    as_quantity,
    edges,
    fen,
    household_rows,
    plain,
    unmet,
    visit_day_fault,
    yuan,
)
from xiaohao.kernel.acting import SYSTEM

TODAY = dt.date(2019, 9, 10)
SUMS = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False)


@given(SUMS)
def test_money_survives_fen_and_writing(sum_: Decimal) -> None:
    assert yuan(fen(sum_)) == sum_
    assert as_money(f"{sum_:,}") == sum_
    assert as_money(f"￥{plain(sum_)}元") == sum_


@pytest.mark.parametrize(
    ("typed", "found"),
    [("1700万", 17_000_000), ("1,700.50", Decimal("1700.50")), ("3.6万元", 36_000), ("0", 0)],
)
def test_money_is_read_as_people_write_it(typed: str, found: Decimal) -> None:
    assert as_money(typed) == found


@pytest.mark.parametrize(
    "typed", ["", "-1", "1.005", "NaN", "1e99", "三百", "inf", "12亿", "1万万"]
)
def test_what_is_no_sum_is_not_taken(typed: str) -> None:
    assert as_money(typed) is None
    assert as_quantity(typed) is None


@given(st.integers(0, 10**11))
def test_amounts_are_whole_fen(amount: int) -> None:
    assert fen(yuan(amount)) == amount


def test_every_way_to_done_passes_a_check_or_the_ledger() -> None:
    ways = {name for name, move in MOVES.items() if move.to is State.DONE}
    assert ways == {"pass", "settle"}
    assert MOVES["settle"].permission is None
    for state in State:
        facts = Facts(kind=Kind.HAZARD, state=state, today=TODAY, problem="in_progress")
        assert unmet("settle", facts, SYSTEM, {})
        assert unmet("pass", facts, SYSTEM, {"note": "看过"})


def test_withdrawn_is_reached_before_work_starts_alone_and_never_left() -> None:
    assert {a for a, b in edges() if b is State.WITHDRAWN} == {State.ENTERED}
    assert not {b for a, b in edges() if a is State.WITHDRAWN}


def test_households_are_read_from_pasted_lines() -> None:
    typed = "1号楼101，王秀英\n\n 1号楼102 \n3排5号\t李家\n,无号"
    assert household_rows(typed) == [
        ("1号楼101", "王秀英"),
        ("1号楼102", ""),
        ("3排5号", "李家"),
    ]


@pytest.mark.parametrize(
    ("day", "fault"),
    [
        (None, "day_missing"),
        (TODAY, None),
        (TODAY + dt.timedelta(days=1), "day_ahead"),
        (TODAY - dt.timedelta(days=92), None),
        (TODAY - dt.timedelta(days=93), "day_too_old"),
    ],
)
def test_a_visit_lies_in_the_last_three_months(day: dt.date | None, fault: str | None) -> None:
    assert visit_day_fault(day, TODAY) == fault
