"""What follows by itself, beside the requests. Each of these may be done again without harm."""

from procrastinate.contrib.django import app

from xiaohao.escalation import actions


@app.periodic(cron="* * * * * */10", periodic_id="escalation.follow")
@app.task(name="escalation.follow", queueing_lock="escalation.follow", lock="escalation.follow")
def follow(timestamp: int) -> int:
    """Take up what units say about roots or take back, bring proofs down, note silence and absence.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return actions.gather() + actions.recall() + actions.bring_down() + actions.note_late()


@app.periodic(cron="40 2 * * *", periodic_id="escalation.propose")
@app.task(name="escalation.propose", queueing_lock="escalation.propose", lock="escalation.propose")
def propose(timestamp: int) -> int:
    """Look for like problems in many units.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    return len(actions.propose())
