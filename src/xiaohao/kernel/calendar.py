"""Working days of the official calendar (State Council's holiday notices, by `chinesecalendar`)."""

import datetime as dt
from functools import lru_cache
from itertools import accumulate

import chinese_calendar

ONE = dt.timedelta(days=1)


@lru_cache(maxsize=20_000)
def is_working(day: dt.date) -> bool:
    """Whether offices work on `day`.

    For a year whose holidays are not yet announced, Monday to Friday are taken as working days.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5  # noqa: PLR2004 (Saturday is 5)


def is_announced(year: int) -> bool:
    """Whether the official holidays of `year` are known to this installation."""
    try:
        chinese_calendar.is_workday(dt.date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def add(day: dt.date, working_days: int) -> dt.date:
    """The day that lies `working_days` (≥ 0 or < 0) working days from `day`.

    Zero gives `day` itself when offices work on it, else the next working day: what comes in on a
    Sunday is due for same-day handling on Monday.
    """
    step = ONE if working_days >= 0 else -ONE
    while not is_working(day):
        day += ONE
    for _ in range(abs(working_days)):
        day += step
        while not is_working(day):
            day += step
    return day


def between(start: dt.date, end: dt.date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before."""
    if end < start:
        return -between(end, start)
    years = sum(_passed(year)[-1] for year in range(start.year, end.year))
    return years + _passed(end.year)[_day_of(end)] - _passed(start.year)[_day_of(start)]


def _day_of(day: dt.date) -> int:
    return day.timetuple().tm_yday


@lru_cache(maxsize=200)
def _passed(year: int) -> tuple[int, ...]:
    """How many working days of the year have passed at the end of each day, from 0 for none."""
    first = dt.date(year, 1, 1)
    length = (dt.date(year, 12, 31) - first).days + 1
    return tuple(accumulate((is_working(first + ONE * n) for n in range(length)), initial=0))


def last(day: dt.date) -> dt.date:
    """The last working day up to and including `day`."""
    while not is_working(day):
        day -= ONE
    return day
