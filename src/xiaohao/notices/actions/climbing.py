"""Sending the rungs that are due, each once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger.models import Problem
from xiaohao.notices.models import Kind, Notice, Reminder
from xiaohao.notices.queries.ladders import (
    began,
    held_in_line,
    problems_on_ladders,
    reached,
    sent,
)
from xiaohao.notices.rules import ladder
from xiaohao.people.models import Post
from xiaohao.trail.actions import create_many

BATCH = 300


def climb() -> int:
    """Send every rung that is due now; gives how many were sent.

    What nobody would hear is not sent: it stays due until somebody is in post, there or above.

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
        posts = held_in_line(problems)
        calls = [
            call
            for problem in problems
            if problem.deadline
            for rung in ladder.due(problem.deadline, starts[problem.pk], today, gone[problem.pk])
            if (call := _call(problem, problem.deadline, rung, posts)).to
        ]
        if calls:
            _send(calls)
    return len(calls)


@dataclass(frozen=True, slots=True)
class _Call:
    """A rung that is sent now, to whom, and whether in the place of others."""

    row: Reminder
    to: Sequence[Post]
    instead: bool

    @property
    def escalates(self) -> bool:
        return self.instead or ladder.BY_NAME[self.row.rung].escalates


def _call(
    problem: Problem, deadline: dt.date, rung: ladder.Rung, posts: Mapping[int, Post]
) -> _Call:
    row = Reminder(
        problem=problem,
        unit_id=problem.unit_id or 0,  # never: those without a unit were left out
        round=problem.round,
        deadline=deadline,
        rung=rung.name,
        at=clock.now(),
    )
    to, reach = reached(problem, rung, posts)
    return _Call(row, to, reach is ladder.Reach.ABOVE)


def _send(calls: Sequence[_Call]) -> None:
    for kind, escalates in (("remind", False), ("escalate", True)):
        chosen = [call for call in calls if call.escalates is escalates]
        create_many(
            things=[call.row for call in chosen],
            by=SYSTEM,
            kind=kind,
            data=[_event(call) for call in chosen],
        )
    rows = [notice for call in calls for notice in _notices(call)]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def _event(call: _Call) -> dict[str, object]:
    row = call.row
    return {
        "problem": row.problem.number,
        "rung": row.rung,
        "deadline": row.deadline,
        "to": [post.code for post in call.to],
        **({"instead": True} if call.instead else {}),
    }


def _notices(call: _Call) -> list[Notice]:
    row = call.row
    data = {"rung": row.rung, "deadline": row.deadline.isoformat()}
    instead = {"instead": True} if call.instead else {}
    return [
        Notice(
            post=post,
            problem=row.problem,
            kind=_kind(row.problem, post),
            source=row.pk,
            data={**data, **instead},
            at=row.at,
        )
        for post in call.to
    ]


def _kind(problem: Problem, post: Post) -> Kind:
    return Kind.REMINDER if post.unit_id == problem.unit_id else Kind.ESCALATION
