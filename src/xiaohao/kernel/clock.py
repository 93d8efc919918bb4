"""The one place that knows what time it is.

Campaigns are replayed and demos run at any date, so nobody asks the machine directly.
"""

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache
from zoneinfo import ZoneInfo

from xiaohao.kernel.home import home

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = dt.datetime(1900, 1, 1, tzinfo=ZONE)  # nothing that is asked for lies before
_fixed: ContextVar[dt.datetime | None] = ContextVar("fixed", default=None)


@cache
def _offset() -> dt.timedelta:
    """How far this installation's clock stands from the machine's (a demo lives in 2019)."""
    file = home() / "clock.json"
    if not file.exists():
        return dt.timedelta()
    return dt.timedelta(seconds=float(json.loads(file.read_text())["offset_seconds"]))


def set_today_for_installation(moment: dt.datetime) -> None:
    """Let this installation's clock show `moment` now and run on from there."""
    offset = (moment - dt.datetime.now(dt.UTC)).total_seconds()
    (home() / "clock.json").write_text(json.dumps({"offset_seconds": offset}))
    _offset.cache_clear()


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return _fixed.get() or dt.datetime.now(dt.UTC) + _offset()


def is_shifted() -> bool:
    """Whether this installation's clock is not the machine's: a demo, a rehearsal."""
    return bool(_offset())


def today() -> dt.date:
    """The present day where the offices are (China Standard Time)."""
    return local_day(now())


def local_day(moment: dt.datetime) -> dt.date:
    """The day in China Standard Time on which an aware `moment` falls."""
    return moment.astimezone(ZONE).date()


def start_of(day: dt.date) -> dt.datetime:
    """Midnight with which `day` begins in China Standard Time."""
    return dt.datetime.combine(day, dt.time(), ZONE)


@contextlib.contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Run a block as of an aware `moment`: for replays and tests.

    Raises:
        ValueError: when `moment` carries no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
