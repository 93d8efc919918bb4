"""Closed problems, rounds over them, and time that passes."""

import datetime as dt

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, problem, walk
from xiaohao.lookback import actions
from xiaohao.lookback.models import Recheck, Round
from xiaohao.trail.actions import seal_day

LATER = DAY + dt.timedelta(days=31)
NIGHT = clock.start_of(clock.local_day(LATER) + dt.timedelta(days=1)) + dt.timedelta(minutes=5)
NEXT = LATER + dt.timedelta(days=1)


def closed(at: City, count: int) -> list[Problem]:
    """Problems closed on the ledger's day of tests."""
    with clock.at(DAY):
        return [walk(at, problem(at, urgent=n % 3 == 0), "closed") for n in range(count)]


def laid(at: City, size: int, by: Actor | None = None, **more: object) -> Round:
    """A round laid a month later."""
    with clock.at(LATER):
        return actions.lay(unit=at.city, by=by or at.office, wave=30, size=size, **more)  # type: ignore[arg-type]


def drawn(at: City, size: int, by: Actor | None = None) -> list[Recheck]:
    """A round laid, sealed in the night, and drawn the day after."""
    round_ = laid(at, size, by)
    with clock.at(NIGHT):
        seal_day()
    with clock.at(NEXT):
        return actions.draw(round_=round_, by=by or at.office)
