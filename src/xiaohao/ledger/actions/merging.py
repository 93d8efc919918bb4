"""Two problems that are one become one, and can be parted again."""

from xiaohao.ledger.actions.extending import lapse
from xiaohao.ledger.actions.reporters import add_reporter, leave
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import OPEN, Problem, Reporter, State
from xiaohao.ledger.rules import Need
from xiaohao.ledger.wording import refusal
from xiaohao.trail.actions import change
from xiaohao.trail.queries import events_of


def merge(took: Took) -> None:
    """The problem goes into another open one; its reporters go along and keep their codes.

    Raises:
        Refused: `target_not_open`: somebody closed or merged that one at the same moment.
    """
    target = _held(took.problem, took.given["into"])
    lapse(took, "")
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


def _held(problem: Problem, target: Problem) -> Problem:
    """The target as it stands, with both held: else each could go into the other at once.

    Both are taken in the order of their ids, whichever goes into which.
    """
    rows = Problem.objects.filter(pk__in=[problem.pk, target.pk]).order_by("pk")
    held = {row.pk: row for row in rows.select_for_update(of=("self",))}
    target = held[target.pk]
    if target.state not in OPEN:
        raise refusal([Need("target_not_open", "into", {"number": target.number})])
    return target


def split(took: Took) -> None:
    """Take a merge back: the problem stands for itself again, with the reporters it had.

    They come from wherever that merge has led by now. Who was joined to yet another problem
    meanwhile stays there.
    """
    problem, target = took.problem, took.problem.merged_into
    merge_event = events_of(problem.trail_label(), problem.pk).filter(kind="merge").last()
    keys = merge_event.data["reporters"] if merge_event else []
    led = _led(problem)
    write(
        took,
        data={"from": target.number if target else None, "reason": took.given["reason"]},
        merged_into=None,
        unit=None,
        path=problem.origin_path,
        deadline=None,
    )
    for label, source_id in keys:
        if _part(led, took, label, source_id):
            add_reporter(problem=problem, by=took.by, label=label, source_id=source_id)


def _led(problem: Problem) -> dict[int, Problem]:
    """What the problem was merged into, and what that was, until one that stands for itself."""
    found: dict[int, Problem] = {}
    row = problem.merged_into
    while row is not None and row.pk not in found:
        found[row.pk] = row
        row = row.merged_into if row.state == State.MERGED else None
    return found


def _part(led: dict[int, Problem], took: Took, label: str, source_id: int) -> bool:
    """Free a reporter for the problem that he came from; whether he is free."""
    rows = Reporter.objects.filter(label=label, source_id=source_id, until=None)
    reporter = rows.order_by("id").first()
    if reporter is None:
        return True
    target = led.get(reporter.problem_id)
    if target is None:
        return False
    target.reporters -= 1
    change(
        thing=target,
        by=took.by,
        kind="part",
        fields=["reporters"],
        data={"reporters": target.reporters},
    )
    leave(reporter, took.by)
    return True
