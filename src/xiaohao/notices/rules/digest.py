"""When a digest is due, and which stretch of time it tells of."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from xiaohao.kernel.clock import ZONE

HOUR = dt.time(7)  # of the morning, China Standard Time
MOST_TRIES = 6


class Rhythm(StrEnum):
    """How often somebody wants it."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Period:
    """The stretch that one digest tells of: `since` < what happened ≤ `until`."""

    key: str
    since: dt.datetime
    until: dt.datetime


def period(rhythm: Rhythm, now: dt.datetime) -> Period | None:
    """The last whole period before `now`; None for who wants none.

    A day ends at seven in the morning, a week on Monday at seven. Whenever the job runs, the same
    period has the same key.
    """
    if rhythm is Rhythm.OFF:
        return None
    local = now.astimezone(ZONE)
    day = local.date() if local.time() >= HOUR else local.date() - dt.timedelta(days=1)
    length = 1
    if rhythm is Rhythm.WEEKLY:
        day, length = day - dt.timedelta(days=day.weekday()), 7
        if dt.datetime.combine(day, HOUR, ZONE) > local:
            day -= dt.timedelta(days=7)
    until = dt.datetime.combine(day, HOUR, ZONE)
    return Period(f"{rhythm.value}:{day}", until - dt.timedelta(days=length), until)


def pause(tries: int) -> dt.timedelta:
    """How long to wait after the `tries`-th failure: 5, 10, 20 … minutes."""
    return dt.timedelta(minutes=5 * 2 ** max(0, tries - 1))
