"""Two problems that are one become one, and can be parted again."""

from xiaohao.ledger.actions.reporters import add_reporter, leave
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Problem, Reporter
from xiaohao.trail.actions import change
from xiaohao.trail.queries import events_of


def merge(took: Took) -> None:
    """The problem goes into another open one; its reporters go along and keep their codes."""
    target: Problem = took.given["into"]
    moved = list(Reporter.objects.filter(problem=took.problem, until=None).order_by("id"))
    write(
        took,
        "ledger.merged",
        data={"into": target.number, "reporters": [[r.label, r.source_id] for r in moved]},
        merged_into=target,
        reporters=0,
    )
    for reporter in moved:
        leave(reporter, took.by)
        add_reporter(problem=target, by=took.by, label=reporter.label, source_id=reporter.source_id)


def split(took: Took) -> None:
    """Take a merge back: the problem stands for itself again, with the reporters it had."""
    problem, target = took.problem, took.problem.merged_into
    merge_event = events_of(problem.trail_label(), problem.pk).filter(kind="merge").last()
    keys = merge_event.data["reporters"] if merge_event else []
    write(
        took,
        data={"from": target.number if target else None, "reason": took.given["reason"]},
        merged_into=None,
        unit=None,
        path=problem.origin_path,
        deadline=None,
    )
    for label, source_id in keys:
        if target:
            _part(target, took, label, source_id)
        add_reporter(problem=problem, by=took.by, label=label, source_id=source_id)


def _part(target: Problem, took: Took, label: str, source_id: int) -> None:
    reporter = Reporter.objects.filter(
        problem=target, label=label, source_id=source_id, until=None
    ).first()
    if reporter is None:
        return
    target.reporters -= 1
    change(
        thing=target,
        by=took.by,
        kind="part",
        fields=["reporters"],
        data={"reporters": target.reporters},
    )
    leave(reporter, took.by)
