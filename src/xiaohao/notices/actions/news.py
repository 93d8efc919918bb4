"""Telling posts what happened to problems in which they have a part, and that they are called."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet

from xiaohao.escalation.models import Summons
from xiaohao.kernel import clock, locks
from xiaohao.ledger.models import Problem
from xiaohao.notices.actions.lists import tell_of_entries
from xiaohao.notices.models import Kind, Notice, Reach
from xiaohao.notices.queries.lists import happened as listed
from xiaohao.notices.queries.news import at_call, calls_to_tell, happened, reached
from xiaohao.notices.rules.news import OLDEST, SETTLED
from xiaohao.trail.models import Event

BATCH = 500


def tell_concerned() -> int:
    """A notice for each post that has a part in what happened; gives how many were written."""
    return _read_on("problems", happened, _tell) + _read_on("lists", listed, tell_of_entries)


def _read_on(
    name: str,
    news: Callable[[int, dt.datetime], QuerySet[Event]],
    tell: Callable[[list[Event]], int],
) -> int:
    """Tell of what happened since it was read last.

    The trail is read again from where everything is two minutes old, since a slower transaction may
    commit an earlier entry later; the database takes a notice of an event and a post once.
    """
    now = clock.now()
    with transaction.atomic():
        locks.hold("notices.news")
        reach, _made = Reach.objects.get_or_create(name=name)
        told, after = 0, reach.event
        while True:
            events = list(news(after, now - OLDEST)[:BATCH])
            if not events:
                break
            after = events[-1].pk
            told += tell(events)
            settled = [event.pk for event in events if event.at <= now - SETTLED]
            reach.event = max([reach.event, *settled])
        reach.save(update_fields=["event"])
    return told


def _tell(events: list[Event]) -> int:
    known = Notice.objects.filter(kind=Kind.MOVE, source__in=[event.pk for event in events])
    done = set(known.filter(data__has_key="as").order_by().values_list("source", flat=True))
    events = [event for event in events if event.pk not in done]
    keys = {event.thing_id for event in events}
    rows = Problem.objects.filter(pk__in=keys).select_related("arbiter").defer("search", "text")
    problems = rows.in_bulk()
    new = [
        Notice(
            post_id=post,
            problem_id=event.thing_id,
            kind=Kind.MOVE,
            source=event.pk,
            data={"move": event.kind, "as": whom.value},
            at=event.at,
        )
        for event in events
        for post, whom in reached(event, problems[event.thing_id]).items()
    ]
    return len(Notice.objects.bulk_create(new, ignore_conflicts=True))


def tell_called() -> int:
    """A notice for each department that is called, a silent one's superior, and who called."""
    new = [
        Notice(
            post=post,
            problem_id=row.call.problem_id,
            kind=Kind.CALL,
            source=row.pk,
            data={"call": row.call_id, "what": _word(row, what)},
            at=clock.now(),
        )
        for what, rows in calls_to_tell(clock.now() - OLDEST).items()
        for row in rows[:BATCH]
        for post in at_call(row, what)
    ]
    return len(Notice.objects.bulk_create(new, ignore_conflicts=True))


def _word(row: Summons, what: str) -> str:
    if what != "answered":
        return what
    return "coming" if row.comes else "declined"
