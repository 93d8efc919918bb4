"""What stands on ladders: problems and entries of lists with a deadline, and since when."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from xiaohao.commitments.models import WORKED_ON, Entry
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import WITH_UNIT, Extension, Problem
from xiaohao.notices.models import Reminder
from xiaohao.notices.rules import ladder
from xiaohao.people.queries import held_today
from xiaohao.trail.queries import events_of_each

Thing = Problem | Entry
HEAVY = ("search", "text", "unit__search")
# With these an entry comes to its unit, for the first time or again, or has another deadline.
BEGINS = ("enter", "extend", "fail", "reopen", "disown", "come_back", "unlink")
REMINDED = Q(state__in=sorted(WORKED_ON), problem=None)  # what is a problem has that one's ladder


def problems_on_ladders(today: dt.date) -> QuerySet[Problem]:
    """Problems on which a rung may be due: with their unit, not too far ahead, not at the top."""
    rows = Problem.objects.filter(
        ~_at_the_top("problem"),
        state__in=sorted(WITH_UNIT),
        unit__isnull=False,
        deadline__lte=today + ladder.FURTHEST,
    )
    return rows.defer("search", "text").order_by("id")


def entries_on_ladders(today: dt.date) -> QuerySet[Entry]:
    """Entries of lists on which a rung may be due: still to be done by their unit, the same way."""
    rows = Entry.objects.filter(
        ~_at_the_top("entry"), REMINDED, deadline__lte=today + ladder.FURTHEST
    )
    return rows.defer("search", "text").order_by("id")


def _at_the_top(column: str) -> Exists:
    same: dict[str, Any] = {name: OuterRef(name) for name in ("unit", "round", "deadline")}
    rows = Reminder.objects.filter(rung=ladder.LAST, **{column: OuterRef("pk")}, **same)
    return Exists(rows)


def rests(thing: Thing) -> bool:
    """Whether nobody is reminded of it now: its unit has done its part, or its problem has it."""
    if isinstance(thing, Problem):
        return thing.state not in WITH_UNIT
    return thing.problem_id is not None or thing.state not in WORKED_ON


def began(things: Sequence[Thing]) -> Mapping[int, dt.date]:
    """The day on which the ladder of each began, by id; all of one kind.

    A problem's when it was referred, given more time, or reopened; an entry's when it came onto its
    list or back to its unit, or was given more time.
    """
    problems = [thing for thing in things if isinstance(thing, Problem)]
    keys = [thing.pk for thing in things]
    moments = _problems_began(problems) if problems else _entries_began(keys)
    return {key: clock.local_day(moments[key]) if moments.get(key) else clock.today()
            for key in keys}  # fmt: skip


def _problems_began(problems: Sequence[Problem]) -> Mapping[int, Any]:
    rows = Extension.objects.filter(problem__in=problems, granted=True).order_by()
    given = dict(rows.values_list("problem_id").annotate(Max("decided_at")))
    again = _last("ledger.problem", [p.pk for p in problems if p.round > 1], ["reopen"])
    found = {}
    for problem in problems:
        key = problem.pk
        moments = [m for m in (problem.referred_at, given.get(key), again.get(key)) if m]
        found[key] = max(moments) if moments else None
    return found


def _entries_began(keys: Sequence[int]) -> Mapping[int, dt.datetime]:
    return _last(Entry.trail_label(), keys, BEGINS)


def _last(label: str, keys: Sequence[int], kinds: Sequence[str]) -> Mapping[int, dt.datetime]:
    """When the last event of these kinds was, of each of these things that had one."""
    if not keys:
        return {}
    rows = events_of_each(label, keys).filter(kind__in=kinds).order_by()
    return dict(rows.values_list("thing_id").annotate(Max("at")))


def on_the_page(actor: Actor, show: str) -> QuerySet[Problem]:
    """Open problems with a deadline in the actor's sight: all, `late`, `soon`, or `nobody`.

    Args:
        show: `nobody` for those that lie with a unit where nobody in post could take a reminder.
    """
    rows: QuerySet[Problem] = Problem.objects.visible_to(actor).open().filter(unit__isnull=False)
    rows = _narrowed(rows.filter(deadline__isnull=False), show, Q(state__in=sorted(WITH_UNIT)))
    return rows.select_related("unit").defer(*HEAVY).order_by()


def entries_on_the_page(actor: Actor, show: str) -> QuerySet[Entry]:
    """Open entries of lists in the actor's sight that are no problem; `show` as for problems."""
    rows: QuerySet[Entry] = Entry.objects.visible_to(actor).open().filter(problem=None)
    rows = _narrowed(rows, show, REMINDED)
    return rows.select_related("unit").defer(*HEAVY).order_by()


def _narrowed(rows: Any, show: str, reminded: Q) -> Any:
    today = clock.today()
    if show == "late":
        return rows.filter(deadline__lt=today)
    if show == "soon":
        return rows.filter(deadline__gte=today, deadline__lte=today + dt.timedelta(days=7))
    if show == "nobody":
        able = held_today().filter(post__unit=OuterRef("unit"), post__role__in=ladder.TAKES)
        return rows.filter(~Exists(able), reminded)
    return rows
