"""What is done beside the requests: reminders, notices, mail."""

from procrastinate.contrib.django import app

from xiaohao.kernel import clock
from xiaohao.notices import actions
from xiaohao.notices.rules import ladder


@app.periodic(cron="* * * * * */5", periodic_id="notices.tell")
@app.task(name="notices.tell", queueing_lock="notices.tell", lock="notices.tell")
def tell(timestamp: int) -> int:
    """Tell posts what they follow, where they were named, what waits for their word.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return actions.tell_watching()


@app.periodic(cron="* * * * * */10", periodic_id="notices.news")
@app.task(name="notices.news", queueing_lock="notices.news", lock="notices.news")
def news(timestamp: int) -> int:
    """Tell posts what happened where they have a part, and that they are called.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return actions.tell_concerned() + actions.tell_called()


@app.periodic(cron="*/5 * * * *", periodic_id="notices.climb")
@app.task(name="notices.climb", queueing_lock="notices.climb", lock="notices.climb")
def climb(timestamp: int) -> int:
    """Send the reminders that are due, in office hours; what is overdue is so without it.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    if not ladder.rings(clock.now()):
        return 0
    return actions.climb()


@app.periodic(cron="* * * * *", periodic_id="notices.mail")
@app.task(name="notices.mail", queueing_lock="notices.mail", lock="notices.mail")
def mail(timestamp: int) -> int:
    """Lay out the digests whose period has ended, and send what waits.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    actions.lay_out_digests()
    return actions.send_waiting()
