"""More time that is asked for and not decided, as whoever decides has to see it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xiaohao.kernel import calendar
from xiaohao.ledger.models import Extension, Problem
from xiaohao.ledger.rules import MOST_EXTENSIONS


@dataclass(frozen=True, slots=True)
class MoreTime:
    """What is asked.

    Attributes:
        before: the deadline that stands; None where there is none yet.
        until: the day asked for.
        days: how many working days later that is; None without a deadline.
        granted: how often more time was granted before.
        most: how often it may be at all.
        by: unit and post that asked.
    """

    before: dt.date | None
    until: dt.date
    days: int | None
    reason: str
    granted: int
    most: int
    asked_at: dt.datetime
    by: str


def asked(problem: Problem) -> MoreTime | None:
    """What is asked for this problem; None when nothing waits for a decision."""
    return asked_of([problem]).get(problem.pk)


def asked_of(problems: Iterable[Problem]) -> Mapping[int, MoreTime]:
    """The same of many by their ids, in one query."""
    known = {problem.pk: problem for problem in problems}
    rows = Extension.objects.filter(problem__in=known, decided_at=None).order_by("id")
    rows = rows.select_related("asked_post__unit").defer("asked_post__unit__search")
    return {row.problem_id: _told(known[row.problem_id], row) for row in rows}


def _told(problem: Problem, row: Extension) -> MoreTime:
    before = problem.deadline
    return MoreTime(
        before=before,
        until=row.deadline,
        days=calendar.between(before, row.deadline) if before else None,
        reason=row.reason,
        granted=problem.extensions,
        most=MOST_EXTENSIONS,
        asked_at=row.asked_at,
        by=row.asked_post.told,
    )
