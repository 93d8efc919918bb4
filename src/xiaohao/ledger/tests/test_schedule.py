"""Back-scheduling: never on a day off, never before what it waits for, and what does not fit."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel import calendar
from xiaohao.ledger.rules import (
    LONGEST_DEADLINE,
    Facts,
    MeasureFact,
    State,
    Task,
    Why,
    begins,
    laid_down,
    laid_out,
    slip,
)
from xiaohao.ledger.rules.planning import date_needs
from xiaohao.ledger.rules.schedule import back, forward, in_order, short_by, without

TODAY = dt.date(2019, 9, 10)  # a Tuesday; 13 September and 1 to 7 October are holidays
DAY = st.dates(dt.date(2019, 1, 1), dt.date(2020, 6, 30))


@st.composite
def tasks(draw: st.DrawFn) -> list[Task]:
    """Up to eight tasks without a circle, in any order."""
    count = draw(st.integers(1, 8))
    rows = []
    for key in range(count):
        after = draw(st.sets(st.integers(0, key - 1), max_size=3)) if key else set()
        done = draw(st.none() | st.none() | st.dates(dt.date(2018, 6, 1), dt.date(2018, 12, 30)))
        rows.append(Task(key, draw(st.integers(1, 12)), tuple(sorted(after)), None, done))
    return draw(st.permutations(rows))


@given(tasks(), DAY, st.integers(0, 200))
def test_nothing_lies_on_a_day_off_or_before_what_it_waits_for(
    rows: list[Task], today: dt.date, ahead: int
) -> None:
    final = today + dt.timedelta(days=ahead)
    slots = laid_out(rows, today, final)
    assert set(slots) == {row.key for row in rows}
    for row in rows:
        slot = slots[row.key]
        assert calendar.is_working(slot.start)
        assert calendar.is_working(slot.end)
        assert calendar.between(slot.start, slot.end) == row.days - 1
        assert slot.end <= final
        if not row.done:
            assert all(slots[key].end < slot.start for key in row.after)
            assert calendar.is_working(slot.first_start)
            assert slot.first_start >= today
            assert calendar.between(slot.first_start, slot.first_end) == row.days - 1
            assert all(slots[key].first_end < slot.first_start for key in row.after)


@given(tasks(), DAY, st.integers(0, 200))
def test_it_fits_exactly_when_no_open_measure_lacks_slack(
    rows: list[Task], today: dt.date, ahead: int
) -> None:
    final = today + dt.timedelta(days=ahead)
    ordered = in_order(rows)
    assert ordered is not None
    slots, lacking = laid_out(rows, today, final), short_by(ordered, today, final)
    open_ones = [slots[row.key] for row in rows if not row.done]
    least = min((slot.slack for slot in open_ones), default=0)
    assert lacking == max(0, -least)
    least_of_all = [slot.slack == least and least <= 0 for slot in open_ones]
    assert least_of_all == [slot.critical for slot in open_ones]
    if not lacking:
        assert all(slot.start >= slot.first_start >= today for slot in open_ones)
    elif lacking:  # told by how many days: with so many more, it fits
        later = calendar.add(calendar.last(final), lacking)
        assert short_by(ordered, today, later) == 0
        assert short_by(ordered, today, calendar.add(later, -1)) == 1


@given(tasks(), DAY)
def test_the_latest_dates_are_the_latest(rows: list[Task], today: dt.date) -> None:
    """One working day later, and something ends after the final date or overlaps what follows."""
    ordered = in_order(rows)
    assert ordered is not None
    final = today + dt.timedelta(days=90)
    laid = back(ordered, final)
    followers = {key: [r.key for r in rows if key in r.after and not r.done] for key in laid}
    for key, (_start, end) in laid.items():
        later = calendar.add(end, 1)
        assert later > final or any(laid[next_][0] <= later for next_ in followers[key])


def test_a_circle_has_no_order() -> None:
    assert in_order([Task(1, 1, (2,)), Task(2, 1, (1,))]) is None
    assert laid_out([Task(1, 1, (1,))], TODAY, TODAY) == {}


def test_what_is_struck_out_hands_on_what_it_waited_for() -> None:
    gone = {2: [1], 3: [2]}
    assert without(gone, [3, 5]) == (1, 5)


def test_the_calendar_of_offices_counts() -> None:
    """Twelve days up to Saturday 12 October, both it and Sunday 29 September being worked."""
    slot = laid_out([Task(1, 12)], TODAY, dt.date(2019, 10, 12))[1]
    assert (slot.start, slot.end) == (dt.date(2019, 9, 23), dt.date(2019, 10, 12))
    assert forward([Task(1, 3), Task(2, 1, (1,))], TODAY)[2] == (dt.date(2019, 9, 16),) * 2


def test_slips_are_named_with_their_days() -> None:
    def found(task: Task, final: dt.date, today: dt.date = TODAY) -> tuple[Why, int] | None:
        one = slip(task, laid_out([task], today, final)[task.key], today)
        return (one.why, one.days) if one else None

    late, friday = dt.date(2019, 9, 12), dt.date(2019, 9, 20)
    assert found(Task(1, 1, (), friday), friday) is None
    assert found(Task(1, 1, (), late, dt.date(2019, 9, 17)), friday) == (Why.DONE_LATE, 2)
    assert found(Task(1, 1, (), late), friday, dt.date(2019, 9, 17)) == (Why.OVERDUE, 2)
    assert found(Task(1, 10), late) == (Why.CANNOT, 7)
    assert found(Task(1, 10, (), friday), late) == (Why.CANNOT, 5)  # under way since 6 September
    assert found(Task(1, 1, (), friday), late) == (Why.PROMISED_LATE, 5)
    assert found(Task(1, 1, (), late), friday, dt.date(2019, 9, 14)) == (Why.OVERDUE, 0)


def stand(rows: list[Task], today: dt.date, final: dt.date) -> dict[int, tuple[Why, int] | None]:
    """How each slips, by its key."""
    slots = laid_out(rows, today, final)
    slips = {row.key: slip(row, slots[row.key], today) for row in rows}
    return {key: (one.why, one.days) if one else None for key, one in slips.items()}


def test_what_is_late_holds_up_the_promise_of_what_waits_for_it() -> None:
    """Measure 1 was due on Tuesday 17; measure 2 takes the three days from Wednesday to Friday."""
    first, then = Task(1, 2, (), dt.date(2019, 9, 17)), Task(2, 3, (1,), dt.date(2019, 9, 20))
    last, end = Task(3, 1, (2,), dt.date(2019, 9, 25)), dt.date(2019, 9, 29)
    rows = [first, then, last]
    assert set(stand(rows, dt.date(2019, 9, 16), end).values()) == {None}
    assert set(stand(rows, dt.date(2019, 9, 17), end).values()) == {None}  # may end today
    assert stand(rows, dt.date(2019, 9, 18), end) == {
        1: (Why.OVERDUE, 1),
        2: (Why.HELD_UP, 1),
        3: None,
    }
    assert stand(rows, dt.date(2019, 9, 20), end)[2] == (Why.HELD_UP, 3)
    assert stand(rows, dt.date(2019, 9, 20), end)[3] == (Why.HELD_UP, 1)
    ended = [Task(1, 2, (), first.deadline, dt.date(2019, 9, 19)), then, last]
    assert stand(ended, dt.date(2019, 9, 20), end)[2] == (Why.HELD_UP, 2)
    slot = laid_out(rows, dt.date(2019, 9, 20), end)[2]
    assert (slot.first_start, slot.first_end) == (dt.date(2019, 9, 23), dt.date(2019, 9, 25))


def test_work_that_goes_on_as_promised_never_slips() -> None:
    """A chain laid down without a day to spare stands well on each day until its end."""
    rows = [
        Task(1, 5, (), dt.date(2019, 9, 16)),
        Task(2, 3, (1,), dt.date(2019, 9, 19)),
        Task(3, 1, (2,), dt.date(2019, 9, 20)),
    ]
    end = dt.date(2019, 9, 20)
    for ahead in range(11):
        today = TODAY + dt.timedelta(days=ahead)
        done = [
            Task(t.key, t.days, t.after, t.deadline, t.deadline if today > t.deadline else None)
            for t in rows
            if t.deadline
        ]
        assert set(stand(done, today, end).values()) == {None}, today


@given(tasks(), DAY, st.integers(0, 200), st.data())
def test_only_what_cannot_be_kept_is_called_held_up(
    rows: list[Task], today: dt.date, ahead: int, data: st.DataObject
) -> None:
    """Held up: it cannot begin when it must; not so where nothing that it waits for is late."""
    final = today + dt.timedelta(days=ahead)
    promised = [
        Task(r.key, r.days, r.after, today + dt.timedelta(days=data.draw(st.integers(0, 90))))
        for r in rows
    ]
    slots = laid_out(promised, today, final)
    for row in promised:
        one, slot = slip(row, slots[row.key], today), slots[row.key]
        if one and one.why is Why.HELD_UP:
            assert row.deadline
            assert row.after
            assert one.days == calendar.between(row.deadline, slot.first_end) > 0
            before = max(slots[key].first_end for key in row.after)
            assert calendar.between(before, row.deadline) < row.days
        elif one is None and row.deadline:
            must = begins(row.deadline, row.days)
            assert all(slots[key].first_end < must for key in row.after)


def test_critical_is_what_has_no_day_to_give_away() -> None:
    """A measure with a week to spare decides nothing; of two chains the longer one does."""
    end = dt.date(2019, 9, 19)
    assert not laid_out([Task(1, 1)], TODAY, end)[1].critical
    rows = [Task(1, 3), Task(2, 4, (1,)), Task(3, 2), Task(4, 1, (3,))]
    assert [slot.critical for slot in laid_out(rows, TODAY, end).values()] == [
        True,
        True,
        False,
        False,
    ]
    early = laid_out(rows, dt.date(2019, 9, 9), end)
    assert not any(slot.critical for slot in early.values())


def test_what_is_done_already_binds_nothing_before_it() -> None:
    """Measure 2 was carried out first: measure 1 may take until the end."""
    rows = [Task(1, 2), Task(2, 4, (1,), None, TODAY)]
    assert laid_out(rows, TODAY, dt.date(2019, 9, 20))[1].end == dt.date(2019, 9, 20)


def facts(due: dt.date | None, *standing: MeasureFact) -> Facts:
    return Facts(State.IN_PROGRESS, TODAY, "0001", due=due, measures=standing)


def row(
    days: int = 1, after: tuple[int, ...] = (), day: dt.date | None = None
) -> dict[str, object]:
    return {"text": "换灯", "owner": "城管科", "days": days, "after": list(after), "deadline": day}


def test_deadlines_left_out_are_scheduled_back() -> None:
    """Measure 1 waits for measure 2 here: it is laid down after it, and its number stays."""
    laid = laid_down(facts(dt.date(2019, 9, 20)), [row(2, (2,)), row(3)])
    assert laid.needs == []
    assert [(r["number"], r["deadline"].day) for r in laid.rows] == [(2, 18), (1, 20)]


def test_what_no_longer_fits_is_refused_with_the_days_that_are_lacking() -> None:
    [need] = laid_down(facts(dt.date(2019, 9, 12)), [row(3), row(2, (1,))]).needs
    assert (need.code, need.about["days"]) == ("does_not_fit", 2)


def test_numbers_go_on_from_the_measures_that_stand() -> None:
    stands = MeasureFact(77, "查线路", 1, done=False, evidence=0, deadline=dt.date(2019, 9, 17))
    laid = laid_down(facts(dt.date(2019, 9, 20), stands), [row(2, (1,)), row(1, (2,))])
    assert laid.standing == {1: 77}
    assert [(r["number"], r["deadline"].day) for r in laid.rows] == [(2, 19), (3, 20)]
    codes = [n.code for n in laid_down(facts(None, stands), [row(1, (9,), TODAY)]).needs]
    assert codes == ["no_such_number"]


def test_a_deadline_lies_between_today_and_a_year_ahead() -> None:
    def codes(ahead: int) -> list[str]:
        day = TODAY + dt.timedelta(days=ahead)
        return [need.code for need in date_needs(day, TODAY, "deadline")]

    assert codes(0) == codes(LONGEST_DEADLINE) == []
    assert codes(-1) == ["deadline_past"]
    assert codes(LONGEST_DEADLINE + 1) == ["deadline_too_far"]


def test_typed_deadlines_leave_room() -> None:
    first, then = row(2, (), dt.date(2019, 9, 12)), row(3, (1,), dt.date(2019, 9, 17))
    [need] = laid_down(facts(None), [first, then]).needs
    assert (need.code, need.field) == ("deadline_too_soon", "measures.1.deadline")
    assert need.about["day"] == "2019-09-18"
    assert [n.code for n in laid_down(facts(None), [row()]).needs] == ["deadline_missing"]
    assert [n.code for n in laid_down(facts(TODAY), [row(0)]).needs] == ["measure_days_wrong"]
    circle = laid_down(facts(TODAY), [row(1, (2,)), row(1, (1,))])
    assert [n.code for n in circle.needs] == ["measures_circle"]
