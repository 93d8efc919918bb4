"""Training beside the requests: when somebody asks, and at night when enough was confirmed."""

from procrastinate.contrib.django import app

from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.errors import Refused
from xiaohao.triage import actions, queries
from xiaohao.triage.rules import is_due


@app.task(name=actions.TRAIN, lock="triage.train")
def train(kind: str = queries.Kind.CATEGORY) -> int | None:
    """Train a model of that kind; its id, or None when there is too little to learn from."""
    try:
        return actions.train(by=SYSTEM, kind=kind).pk
    except Refused:
        return None


@app.periodic(cron="30 2 * * *", periodic_id="triage.nightly")
@app.task(name="triage.nightly", queueing_lock="triage.nightly", lock="triage.train")
def nightly(timestamp: int) -> int:
    """Train each kind that has learnt enough since its last training; how many were trained.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    due = [kind for kind in queries.Kind if _is_due(kind)]
    return sum(1 for kind in due if train(kind) is not None)


def _is_due(kind: queries.Kind) -> bool:
    leader = queries.leading(kind)
    return is_due(queries.waiting_lessons(kind), leader.n if leader else 0)
