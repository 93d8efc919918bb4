"""When things happen: citizens write at all hours, offices work theirs."""

import datetime as dt
import random

from xiaohao.kernel import calendar
from xiaohao.kernel.clock import ZONE

OPENS, SHUTS = dt.time(8, 40), dt.time(17, 30)
DUTY_FROM, DUTY_TO = dt.time(8, 0), dt.time(23, 0)  # operators work in shifts, also at weekends
HOURS = dt.timedelta(hours=8, minutes=50)

# Share of a day's messages by hour, as question boards and hotlines see it.
BY_HOUR = (
    (0, 1), (1, 0.6), (2, 0.4), (3, 0.3), (4, 0.3), (5, 0.6), (6, 1.6), (7, 3), (8, 6), (9, 9),
    (10, 9.5), (11, 7.5), (12, 4.5), (13, 4.5), (14, 7), (15, 7.5), (16, 7), (17, 5.5), (18, 4.5),
    (19, 5.5), (20, 6), (21, 4.5), (22, 1.6), (23, 0.8),
)  # fmt: skip


def local(day: dt.date, time: dt.time) -> dt.datetime:
    """An aware moment where the offices are."""
    return dt.datetime.combine(day, time, ZONE)


def working(moment: dt.datetime) -> dt.datetime:
    """`moment`, or when the offices open next."""
    moment = moment.astimezone(ZONE)
    day, time = moment.date(), moment.time()
    if calendar.is_working(day) and time <= SHUTS:
        return max(moment, local(day, OPENS))
    day += dt.timedelta(days=1)
    while not calendar.is_working(day):
        day += dt.timedelta(days=1)
    return local(day, OPENS)


def after(moment: dt.datetime, hours: float) -> dt.datetime:
    """`hours` of office time later."""
    moment, left = working(moment), dt.timedelta(hours=hours)
    while True:
        today = local(moment.date(), SHUTS) - moment
        if left <= today:
            return moment + left
        left -= today
        moment = working(local(moment.date(), SHUTS) + dt.timedelta(minutes=1))


def on_duty(moment: dt.datetime, minutes: float) -> dt.datetime:
    """`minutes` later when an operator is on duty, else after the next shift has begun."""
    later = moment.astimezone(ZONE) + dt.timedelta(minutes=minutes)
    if later.time() < DUTY_FROM:
        return local(later.date(), DUTY_FROM) + dt.timedelta(minutes=minutes)
    if later.time() > DUTY_TO:
        return local(later.date() + dt.timedelta(days=1), DUTY_FROM) + dt.timedelta(minutes=minutes)
    return later


def awake(moment: dt.datetime, rng: random.Random) -> dt.datetime:
    """`moment`, or in the course of that day when people are asleep."""
    moment = moment.astimezone(ZONE)
    if moment.hour < 7:
        return moment.replace(hour=rng.randint(8, 21), minute=rng.randint(0, 59))
    return moment


def arrivals(
    first: dt.date, until: dt.datetime, count: int, rng: random.Random
) -> list[dt.datetime]:
    """`count` moments from `first` to `until`, fuller on working days and by day, in order."""
    hours, weights = zip(*BY_HOUR, strict=True)
    days = [first + dt.timedelta(days=n) for n in range((until.date() - first).days + 1)]
    full = [1.0 if calendar.is_working(day) else 0.45 for day in days]
    found: list[dt.datetime] = []
    while len(found) < count:
        day, hour = rng.choices(days, full)[0], rng.choices(hours, weights)[0]
        moment = local(day, dt.time(hour, rng.randint(0, 59), rng.randint(0, 59)))
        if moment <= until:
            found.append(moment)
    return sorted(found)
