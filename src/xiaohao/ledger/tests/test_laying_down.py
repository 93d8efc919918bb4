"""What is laid down, with typed and proposed days: on working days, in order, before the end."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from xiaohao.kernel import calendar
from xiaohao.ledger.rules import Facts, Laid, MeasureFact, State, begins, laid_down
from xiaohao.ledger.rules.amending import amended

TODAY = dt.date(2019, 9, 10)
ONE = dt.timedelta(days=1)
DAY = st.dates(dt.date(2019, 1, 1), dt.date(2020, 6, 30))


def ahead(today: dt.date, least: int, most: int) -> st.SearchStrategy[dt.date]:
    return st.integers(least, most).map(lambda n: today + ONE * n)


@st.composite
def wishes(draw: st.DrawFn) -> tuple[Facts, list[dict[str, Any]]]:
    """Up to three measures that stand, and up to six to be laid down with them, as people type."""
    today = draw(DAY)
    stands = [
        MeasureFact(
            id=100 + n,
            text="查线路",
            round=1,
            done=done is not None,
            evidence=0,
            days=draw(st.integers(1, 4)),
            deadline=draw(ahead(today, -10, 30)),
            done_on=done,
        )
        for n in range(draw(st.integers(0, 3)))
        for done in [draw(st.none() | ahead(today, -20, 0))]
    ]
    count, typed = draw(st.integers(1, 6)), draw(st.booleans())
    rows = [
        {
            "text": "换灯",
            "owner": "城管科",
            "days": draw(st.integers(1, 8)),
            "after": sorted(draw(st.sets(st.integers(1, len(stands) + count), max_size=2))),
            "deadline": draw(st.none() | ahead(today, -2, 120)) if typed else None,
        }
        for _n in range(count)
    ]
    due = draw(st.none() | ahead(today, -5, 120))
    facts = Facts(State.IN_PROGRESS, today, "0001", due=due, measures=tuple(stands))
    return facts, rows


def ends(facts: Facts, laid: Laid) -> dict[int, dt.date]:
    """The last day of each by its number: done, or promised."""
    found = {n: m.done_on or m.deadline for n, m in enumerate(facts.measures, 1)}
    found |= {row["number"]: row["deadline"] for row in laid.rows}
    return {number: day for number, day in found.items() if day}


@given(wishes())
def test_what_is_laid_down_can_be_kept(wish: tuple[Facts, list[dict[str, Any]]]) -> None:
    facts, rows = wish
    laid = laid_down(facts, rows)
    event("refused" if laid.needs else "laid down")
    if laid.needs:
        return
    until, seen = ends(facts, laid), set(laid.standing)
    typed = {len(laid.standing) + n: row["deadline"] for n, row in enumerate(rows, 1)}
    assert sorted(row["number"] for row in laid.rows) == sorted(typed)
    for row in laid.rows:
        end, number = row["deadline"], row["number"]
        assert end >= facts.today
        assert end == typed[number] or typed[number] is None  # what was typed stays
        assert typed[number] or calendar.is_working(end)
        if facts.due and facts.due >= facts.today:
            assert end <= facts.due
        assert seen.issuperset(row["after"])  # what it waits for has its number by then
        seen.add(number)
        first = begins(end, row["days"])
        assert calendar.is_working(first)
        assert all(until[key] < first for key in row["after"])
        if row["days"] > 1 or row["after"]:  # a single day may be promised for a Sunday worked
            assert first >= facts.today


@given(wishes())
def test_without_typed_days_it_is_laid_down_exactly_when_it_fits(
    wish: tuple[Facts, list[dict[str, Any]]],
) -> None:
    """So many working days later as are told to be lacking, it fits, and not one day sooner."""
    facts, rows = wish
    rows = [row | {"deadline": None} for row in rows]
    fresh = Facts(State.IN_PROGRESS, facts.today, "0001", due=facts.due or facts.today)
    rows = [row | {"after": [n for n in row["after"] if n < k]} for k, row in enumerate(rows, 1)]
    laid = laid_down(fresh, rows)
    if not laid.needs:
        return
    [need] = laid.needs
    assert need.code == "does_not_fit"
    assert fresh.due
    later = calendar.add(calendar.last(fresh.due), int(need.about["days"]))
    for day, fits in ((later, True), (calendar.add(later, -1), False)):
        told = laid_down(Facts(State.IN_PROGRESS, facts.today, "0001", due=day), rows)
        assert (not told.needs) is fits


def row(day: dt.date | None, days: int = 1) -> dict[str, Any]:
    return {"text": "换灯", "owner": "城管科", "days": days, "after": [], "deadline": day}


@pytest.mark.parametrize(
    ("today", "day", "told"),
    [
        (TODAY, dt.date(2019, 9, 20), []),
        (TODAY, dt.date(2019, 9, 21), [("deadline_beyond", "measures.0.deadline")]),
        (dt.date(2019, 9, 20), dt.date(2019, 9, 23), [("deadline_beyond", "measures.0.deadline")]),
        (dt.date(2019, 9, 21), dt.date(2019, 9, 23), []),  # late already: no later day to refuse
    ],
)
def test_no_measure_is_promised_for_after_the_problems_own_deadline(
    today: dt.date, day: dt.date, told: list[tuple[str, str]]
) -> None:
    facts = Facts(State.IN_PROGRESS, today, "0001", due=dt.date(2019, 9, 20))
    assert [(need.code, need.field) for need in laid_down(facts, [row(day)]).needs] == told


def test_nor_is_one_put_off_beyond_it() -> None:
    """One that was promised too late before may still be worded better, or come sooner."""
    late = MeasureFact(
        7, "换灯", 1, done=False, evidence=0, owner="科", deadline=dt.date(2019, 9, 24)
    )
    facts = Facts(State.IN_PROGRESS, TODAY, "0001", due=dt.date(2019, 9, 20), measures=(late,))

    def codes(**given: Any) -> list[str]:
        return [need.code for need in amended(facts, late, given).needs]

    assert codes(deadline=dt.date(2019, 9, 25)) == ["deadline_beyond"]
    assert codes(deadline=dt.date(2019, 9, 23)) == ["deadline_beyond"]
    assert codes(text="换新灯") == codes(deadline=dt.date(2019, 9, 20)) == []
