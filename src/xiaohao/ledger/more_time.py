"""More time: what is asked, and what was decided before, for whoever asks or decides."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xiaohao.kernel import calendar
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import Extension, Problem
from xiaohao.ledger.rules import MOST_EXTENSIONS
from xiaohao.people.queries import lowest_with
from xiaohao.units.models import Unit


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


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of what was asked: until when, by whom it was decided, and when."""

    granted: bool
    until: dt.date
    by: str
    at: dt.datetime
    note: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How often more time was given, how often it still may be, and by whom.

    Attributes:
        decided: what was decided before, the last first.
        decider: the unit next above where somebody can decide; None where nobody can.
    """

    granted: int
    most: int
    decided: Sequence[Decided]
    decider: Unit | None

    @property
    def left(self) -> int:
        """How often it still may be given."""
        return max(self.most - self.granted, 0)


def standing(problem: Problem) -> Standing:
    """What whoever asks for more time is told first; in two queries."""
    rows = problem.extension_rows.filter(decided_at__isnull=False).order_by("-id")
    rows = rows.select_related("decided_post__unit").defer("decided_post__unit__search")
    decided = [
        Decided(bool(row.granted), row.deadline, row.decided_post.told, row.decided_at, row.note)
        for row in rows
        if row.decided_post and row.decided_at
    ]
    above = lowest_with(ids(problem.path)[:-1], [Permission.GRANT_EXTENSION])
    return Standing(problem.extensions, MOST_EXTENSIONS, decided, above)


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
