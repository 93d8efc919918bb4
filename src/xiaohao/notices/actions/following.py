"""Following a problem, and no longer."""

from django.db import transaction

from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import Problem
from xiaohao.notices.models import Follow
from xiaohao.notices.queries import follows
from xiaohao.trail.actions import change, create


def follow(*, problem: Problem, by: Actor) -> Follow:
    """Let the post be told of every move from now on; following twice changes nothing."""
    with transaction.atomic():
        locks.hold(f"notices.follow:{problem.pk}:{by.post_id}")
        row = follows(by, problem)
        if row is None:
            row = Follow(
                problem=problem, post_id=by.post_id, since=clock.now(), seen=problem.version
            )
            create(thing=row, by=by, kind="follow", data={"problem": problem.number})
    return row


def unfollow(*, problem: Problem, by: Actor) -> None:
    """Stop it; nothing happens where the post does not follow."""
    with transaction.atomic():
        locks.hold(f"notices.follow:{problem.pk}:{by.post_id}")
        row = follows(by, problem)
        if row is not None:
            row.until = clock.now()
            data = {"problem": problem.number}
            change(thing=row, by=by, kind="unfollow", fields=["until"], data=data)
