"""The figures of triage: counted when a message is settled, taken back when that is undone."""

from xiaohao.figures.actions import Delta, add
from xiaohao.intake.models import Message, State
from xiaohao.kernel import clock


def count_triage(message: Message, amount: int) -> None:
    """Count a settled message (`amount` 1), or take back that it was (-1)."""
    if message.triaged_at is None:
        return
    metrics = ["intake.triaged"]
    if clock.local_day(message.triaged_at) <= message.triage_due:
        metrics.append("intake.triaged_same_day")
    if message.state == State.SUGGESTION:
        metrics.append("intake.suggestions")
    add(
        Delta(
            metric=metric,
            path=message.home.path,
            thing_id=message.pk,
            amount=amount,
            category_id=message.category_id,
            channel=message.channel,
        )
        for metric in metrics
    )
