"""Following the ledger, beside the requests."""

from procrastinate.contrib.django import app

from xiaohao.commitments import actions


@app.periodic(cron="* * * * * */5", periodic_id="commitments.follow")
@app.task(name="commitments.follow", queueing_lock="commitments.follow", lock="commitments.follow")
def follow(timestamp: int) -> int:
    """Let entries and needs agree with what the ledger did with their problems.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return actions.follow()
