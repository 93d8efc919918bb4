"""Sending the rungs that are due, each once."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger.models import Problem
from xiaohao.notices.models import Kind, Notice, Reminder
from xiaohao.notices.queries.ladders import (
    began,
    posts_in_line,
    problems_on_ladders,
    receivers,
    sent,
)
from xiaohao.notices.rules import ladder
from xiaohao.people.models import Post
from xiaohao.trail.actions import create_many

BATCH = 300


def climb() -> int:
    """Send every rung that is due now; gives how many were sent.

    Two workers may do this at once: each batch is read again under one lock, and the database
    takes a rung of a ladder only once.
    """
    total, last = 0, 0
    while True:
        rows = list(problems_on_ladders(clock.today()).filter(pk__gt=last)[:BATCH])
        if not rows:
            return total
        last = rows[-1].pk
        total += _climb_batch([row.pk for row in rows])


def _climb_batch(keys: Sequence[int]) -> int:
    today = clock.today()
    with transaction.atomic():
        locks.hold("notices.ladder")
        # Locked by the problems' rows too: no move slips between what is read and what is told.
        found = problems_on_ladders(today).filter(pk__in=keys).select_for_update(of=("self",))
        problems = list(found)
        starts, gone = began(problems), sent(problems)
        rows = [
            Reminder(
                problem=problem,
                unit_id=problem.unit_id or 0,  # never: those without a unit were left out
                round=problem.round,
                deadline=problem.deadline,
                rung=rung.name,
                at=clock.now(),
            )
            for problem in problems
            if problem.deadline
            for rung in ladder.due(problem.deadline, starts[problem.pk], today, gone[problem.pk])
        ]
        if rows:
            _send(rows)
    return len(rows)


def _send(rows: Sequence[Reminder]) -> None:
    posts = posts_in_line([row.problem for row in rows])
    told = [receivers(row.problem, ladder.BY_NAME[row.rung], posts) for row in rows]
    events = [_event(row, to) for row, to in zip(rows, told, strict=True)]
    kinds = [ladder.BY_NAME[row.rung].escalates for row in rows]
    for kind, escalates in (("remind", False), ("escalate", True)):
        chosen = [i for i, one in enumerate(kinds) if one is escalates]
        create_many(
            things=[rows[i] for i in chosen],
            by=SYSTEM,
            kind=kind,
            data=[events[i] for i in chosen],
        )
    pairs = zip(rows, told, strict=True)
    Notice.objects.bulk_create(_notices(pairs), ignore_conflicts=True)


def _event(row: Reminder, to: Sequence[Post]) -> dict[str, object]:
    return {
        "problem": row.problem.number,
        "rung": row.rung,
        "deadline": row.deadline,
        "to": [post.code for post in to],
    }


def _notices(pairs: Iterable[tuple[Reminder, Sequence[Post]]]) -> list[Notice]:
    return [
        Notice(
            post=post,
            problem=row.problem,
            kind=_kind(row.problem, post),
            source=row.pk,
            data={"rung": row.rung, "deadline": row.deadline.isoformat()},
            at=row.at,
        )
        for row, to in pairs
        for post in to
    ]


def _kind(problem: Problem, post: Post) -> Kind:
    return Kind.REMINDER if post.unit_id == problem.unit_id else Kind.ESCALATION
