"""Sealing, every day."""

import contextlib

from procrastinate.contrib.django import app

from xiaohao.kernel import months
from xiaohao.kernel.errors import Refused
from xiaohao.trail import actions


@app.periodic(cron="5 16 * * *", periodic_id="trail.seal")  # 00:05 in China Standard Time
@app.task(name="trail.seal", queueing_lock="trail.seal", lock="trail.seal")
def seal(timestamp: int) -> None:
    """Seal what happened since the last seal; nothing where nothing did, or it is sealed already.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    with contextlib.suppress(Refused):
        actions.seal_day()


@app.periodic(cron="25 16 * * *", periodic_id="trail.months")  # 00:25 in China Standard Time
@app.task(name="trail.months", queueing_lock="trail.months", lock="trail.seal")
def make_months(timestamp: int) -> int:
    """Make the months in which events will be written; how many were missing.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return months.tend("trail_event")
