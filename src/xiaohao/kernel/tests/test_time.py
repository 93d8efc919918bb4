"""The clock can stand at any moment; working days are those of the official calendar."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel import calendar, clock

DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2021, 12, 1))
# National Day 2019: offices closed 1-7 October, open on the Sunday before and the Saturday after.
EVE = dt.date(2019, 9, 30)


def test_the_clock_shows_what_it_is_told_inside_the_block_only() -> None:
    moment = dt.datetime(2019, 9, 13, 15, 59, tzinfo=dt.UTC)
    with clock.at(moment):
        assert clock.now() == moment
        assert clock.today() == dt.date(2019, 9, 13)
        with clock.at(moment + dt.timedelta(minutes=1)):
            assert clock.today() == dt.date(2019, 9, 14)  # midnight where the offices are
        assert clock.now() == moment
    assert clock.now() > moment
    assert clock.now().tzinfo is not None


def test_a_moment_without_a_zone_is_none() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.at(dt.datetime(2019, 9, 13)):  # noqa: DTZ001
        pass


@given(DAYS)
def test_a_day_begins_in_itself(day: dt.date) -> None:
    assert clock.local_day(clock.start_of(day)) == day
    assert clock.local_day(clock.start_of(day) - dt.timedelta(microseconds=1)) < day


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (dt.date(2019, 9, 29), True),  # a Sunday worked for the holiday
        (EVE, True),
        (dt.date(2019, 10, 1), False),
        (dt.date(2019, 10, 7), False),
        (dt.date(2019, 10, 8), True),
        (dt.date(2019, 10, 12), True),  # a Saturday worked for the holiday
        (dt.date(2019, 10, 13), False),
        (dt.date(2099, 1, 1), True),  # a Thursday; nobody has announced that holiday yet
        (dt.date(2099, 1, 3), False),  # a Saturday
    ],
)
def test_offices_work_on_the_days_announced(day: dt.date, works: bool) -> None:  # noqa: FBT001
    assert calendar.is_working(day) is works


def test_it_is_known_which_years_are_announced() -> None:
    assert calendar.is_announced(2019)
    assert not calendar.is_announced(2099)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (EVE, 0, EVE),
        (EVE, 1, dt.date(2019, 10, 8)),
        (EVE, 5, dt.date(2019, 10, 12)),
        (dt.date(2019, 10, 1), 0, dt.date(2019, 10, 8)),  # what comes in on a holiday
        (dt.date(2019, 10, 8), -1, EVE),
    ],
)
def test_working_days_are_counted_over_a_holiday(start: dt.date, days: int, due: dt.date) -> None:
    assert calendar.add(start, days) == due


@given(DAYS, st.integers(0, 60))
def test_what_is_added_can_be_counted(day: dt.date, days: int) -> None:
    due = calendar.add(day, days)
    assert calendar.is_working(due)
    first = calendar.add(day, 0)
    assert calendar.between(first, due) == days
    assert calendar.between(due, first) == -days


@given(DAYS, st.integers(0, 900))
def test_between_counts_each_working_day_once(day: dt.date, days: int) -> None:
    passed = [day + dt.timedelta(days=n) for n in range(1, days + 1)]
    end = day + dt.timedelta(days=days)
    assert calendar.between(day, end) == sum(calendar.is_working(one) for one in passed)
