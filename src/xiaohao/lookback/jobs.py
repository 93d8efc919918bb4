"""Every night: draw what the new seal allows, and look for relapses; on Mondays lay rounds."""

from procrastinate.contrib.django import app

from xiaohao.lookback import actions


@app.periodic(cron="20 16 * * *", periodic_id="lookback.draw")  # 00:20, after the day's seal
@app.task(name="lookback.draw", queueing_lock="lookback.draw", lock="lookback.draw")
def draw(timestamp: int) -> int:
    """Draw every round whose laying is sealed.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return len(actions.draw_due())


@app.periodic(cron="40 16 * * *", periodic_id="lookback.relapses")
@app.task(name="lookback.relapses", queueing_lock="lookback.relapses", lock="lookback.relapses")
def relapses(timestamp: int) -> int:
    """Put down relapses of the day.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return actions.find_relapses()


@app.periodic(cron="30 0 * * 1", periodic_id="lookback.lay")  # Mondays at 08:30
@app.task(name="lookback.lay", queueing_lock="lookback.lay", lock="lookback.lay")
def lay(timestamp: int) -> int:
    """Lay the week's rounds over what was closed 30 and 90 days ago; the night draws them.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return len(actions.lay_due())
