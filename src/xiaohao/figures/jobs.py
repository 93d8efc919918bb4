"""Folding every few seconds, promoting now and then."""

from procrastinate.contrib.django import app

from xiaohao.figures import actions
from xiaohao.kernel import months


@app.periodic(cron="* * * * * */10", periodic_id="figures.fold")
@app.task(name="figures.fold", queueing_lock="figures.fold", lock="figures.fold")
def fold(timestamp: int) -> int:
    """Move pending changes into cells; figures are exact with or without it, only slower to read.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return actions.fold_all()


@app.periodic(cron="*/10 * * * *", periodic_id="figures.promote")
@app.task(name="figures.promote", queueing_lock="figures.promote", lock="figures.fold")
def promote(timestamp: int) -> int:
    """Begin to keep cells for units that have grown heavy.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return actions.promote()


@app.periodic(cron="20 16 * * *", periodic_id="figures.months")  # 00:20 in China Standard Time
@app.task(name="figures.months", queueing_lock="figures.months", lock="figures.fold")
def make_months(timestamp: int) -> int:
    """Make the months in which changes will be written; how many were missing.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return months.tend("figures_entry")
