"""What is done beside the requests. Nothing is queued by a request itself, which stays fast."""

from procrastinate.contrib.django import app

from xiaohao.intake import actions


@app.periodic(cron="* * * * * */5", periodic_id="intake.propose")
@app.task(name="intake.propose", queueing_lock="intake.propose", lock="intake.propose")
def propose(timestamp: int) -> int:
    """Work out proposals for messages that came in lately.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return actions.propose_waiting()


@app.periodic(cron="* * * * * */5", periodic_id="intake.carry_out")
@app.task(name="intake.carry_out", queueing_lock="intake.carry_out", lock="intake.carry_out")
def carry_out(timestamp: int) -> int:
    """Carry out decisions that nobody has taken back in time.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return actions.carry_out_due()


@app.periodic(cron="17 * * * *", periodic_id="intake.forget")
@app.task(name="intake.forget", queueing_lock="intake.forget")
def forget(timestamp: int) -> int:
    """Drop counts of addresses whose time is over.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return actions.forget()
