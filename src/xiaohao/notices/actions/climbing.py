"""Sending the rungs that are due, each once."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger.models import Problem
from xiaohao.notices.models import Kind, Notice, Reminder
from xiaohao.notices.queries.laddered import (
    Thing,
    began,
    entries_on_ladders,
    problems_on_ladders,
)
from xiaohao.notices.queries.ladders import held_in_line, reached, sent
from xiaohao.notices.rules import ladder
from xiaohao.people.models import Post
from xiaohao.trail.actions import create_many

BATCH = 300


OnLadders = Callable[[dt.date], QuerySet[Any]]


def climb() -> int:
    """Send every rung that is due now, of problems and of entries; gives how many were sent.

    What nobody would hear is not sent: it stays due until somebody is in post, there or above.

    Two workers may do this at once: each batch is read again under one lock, and the database
    takes a rung of a ladder only once.
    """
    return _climb_all(problems_on_ladders) + _climb_all(entries_on_ladders)


def _climb_all(on_ladders: OnLadders) -> int:
    total, last = 0, 0
    while True:
        rows = list(on_ladders(clock.today()).filter(pk__gt=last)[:BATCH])
        if not rows:
            return total
        last = rows[-1].pk
        total += _climb_batch(on_ladders, [row.pk for row in rows])


def _climb_batch(on_ladders: OnLadders, keys: Sequence[int]) -> int:
    today = clock.today()
    with transaction.atomic():
        locks.hold("notices.ladder")
        # Locked by their own rows too: no move slips between what is read and what is told.
        found = on_ladders(today).filter(pk__in=keys).select_for_update(of=("self",))
        things: list[Thing] = list(found)
        starts, gone = began(things), sent(things)
        posts = held_in_line(things)
        calls = [
            call
            for thing in things
            if thing.deadline
            for rung in ladder.due(thing.deadline, starts[thing.pk], today, gone[thing.pk])
            if (call := _call(thing, thing.deadline, rung, posts)).to
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


def _call(thing: Thing, deadline: dt.date, rung: ladder.Rung, posts: Mapping[int, Post]) -> _Call:
    row = Reminder(
        **_named(thing),
        unit_id=thing.unit_id or 0,  # never: those without a unit were left out
        round=thing.round,
        deadline=deadline,
        rung=rung.name,
        at=clock.now(),
    )
    to, reach = reached(thing, rung, posts)
    return _Call(row, to, reach is ladder.Reach.ABOVE)


def _named(thing: Thing) -> dict[str, Any]:
    return {"problem" if isinstance(thing, Problem) else "entry": thing}


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
        **{name: thing.number for name, thing in _named(row.about).items()},
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
            **_named(row.about),
            kind=_kind(row.about, post),
            source=row.pk,
            data={**data, **instead},
            at=row.at,
        )
        for post in call.to
    ]


def _kind(thing: Thing, post: Post) -> Kind:
    """A reminder, to the unit and to the post that answers for it by name, wherever that is."""
    own = post.unit_id == thing.unit_id or post.pk == thing.lead_id
    return Kind.REMINDER if own else Kind.ESCALATION
