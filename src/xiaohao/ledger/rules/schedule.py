"""Back-scheduling (倒排工期): measures laid out backwards from the final date, in working days.

The latest dates are the backward pass of the critical path method, the earliest the forward pass
from today (J. E. Kelley and M. R. Walker, Critical-path planning and scheduling, 1959), with three
rules of offices: a measure takes whole working days of the official calendar; one that waits for
another begins on a later working day than that one's last; and since nobody writes down when work
on a measure begins, one that is free to begin is taken to be under way from the day on which it
must begin to keep its promise. So nothing is called late that may still be in time.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from xiaohao.kernel import calendar

MOST_DAYS = 250  # working days that one measure may take: about a year


@dataclass(frozen=True, slots=True)
class Task:
    """A measure as the schedule sees it.

    Attributes:
        key: names it.
        days: working days that it takes, at least 1.
        after: keys of the measures that must be done before it begins.
        deadline: the day promised, if any; `back` lays it out no later.
        done: the day on which it was done, None while it is not.
    """

    key: int
    days: int = 1
    after: tuple[int, ...] = ()
    deadline: dt.date | None = None
    done: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """When a measure can and must take place; every day but a done one's is a working day.

    Attributes:
        start, end: the latest days on which it may begin and end, counted back from the final date.
        first_start, first_end: the earliest ones as things stand today; of a done one its day.
        slack: working days between the two; below zero by as many as are lacking.
        critical: it decides whether the final date is kept: it has no day to give away, and nothing
            that is still to be done has less.
    """

    start: dt.date
    end: dt.date
    first_start: dt.date
    first_end: dt.date
    slack: int
    critical: bool


def in_order(tasks: Sequence[Task]) -> list[Task] | None:
    """The tasks with every predecessor before its successors, else as they were given.

    None when they wait for each other in a circle. Predecessors that are not among them are
    taken for done.
    """
    place = {task.key: n for n, task in enumerate(tasks)}
    sorter = TopologicalSorter({t.key: [k for k in t.after if k in place] for t in tasks})
    try:
        sorter.prepare()
    except CycleError:
        return None
    found: list[Task] = []
    ready = list(sorter.get_ready())
    while ready:
        key = min(ready, key=place.__getitem__)
        ready.remove(key)
        found.append(tasks[place[key]])
        sorter.done(key)
        ready += sorter.get_ready()
    return found


def without(gone: Mapping[int, Iterable[int]], after: Iterable[int]) -> tuple[int, ...]:
    """`after` with each predecessor that was struck out replaced by those it waited for itself.

    Args:
        gone: the struck-out ones, each with what it waited for.
    """
    found: dict[int, None] = {}
    for key in after:
        for one in without(gone, gone[key]) if key in gone else (key,):
            found[one] = None
    return tuple(found)


def back(tasks: Sequence[Task], final: dt.date) -> dict[int, tuple[dt.date, dt.date]]:
    """The latest start and end of each task, given in order (see `in_order`).

    None ends after `final`, after its own deadline, or on or after the start of one that waits for
    it and is still to be done. Whether that still can be done, `laid_out` says.
    """
    ends: dict[int, dt.date] = {}
    laid: dict[int, tuple[dt.date, dt.date]] = {}
    for task in reversed(tasks):
        bounds = [final, *filter(None, [task.deadline, ends.get(task.key)])]
        end = calendar.last(min(bounds))
        start = calendar.add(end, 1 - task.days)
        laid[task.key] = (start, end)
        before = calendar.add(start, -1)
        for key in () if task.done else task.after:
            ends[key] = min(ends.get(key, before), before)
    return laid


def begins(deadline: dt.date, days: int) -> dt.date:
    """The first of the `days` working days that end by `deadline`."""
    return calendar.add(calendar.last(deadline), 1 - days)


def forward(tasks: Sequence[Task], today: dt.date) -> dict[int, tuple[dt.date, dt.date]]:
    """The earliest start and end of each task, given in order, as things stand `today`.

    A task that is done stands at its day. One that is free to begin and must have begun to keep its
    promise is under way, and ends today at the earliest; any other takes all its days from now on.
    """
    laid: dict[int, tuple[dt.date, dt.date]] = {}
    now = calendar.add(today, 0)
    waiting = {task.key for task in tasks if not task.done}
    for task in tasks:
        if task.done:
            laid[task.key] = (task.done, task.done)
            continue
        ends = [laid[key][1] for key in task.after if key in laid]
        free = [calendar.add(calendar.last(end), 1) for end in ends]
        if task.deadline and waiting.isdisjoint(task.after):
            start = max([min(now, begins(task.deadline, task.days)), *free])
        else:
            start = max([now, *free])
        laid[task.key] = (start, max(now, calendar.add(start, task.days - 1)))
    return laid


def laid_out(tasks: Sequence[Task], today: dt.date, final: dt.date) -> dict[int, Slot]:
    """The slot of each task, in order; empty when they wait for each other in a circle.

    Promised deadlines do not bind the latest dates: these come from the final date alone, so that
    `slip` can tell whether what was promised is soon enough.
    """
    ordered = in_order(tasks)
    if ordered is None:
        return {}
    free = [Task(t.key, t.days, t.after, None, t.done) for t in ordered]
    latest, earliest = back(free, final), forward(ordered, today)
    slack = {t.key: calendar.between(earliest[t.key][1], latest[t.key][1]) for t in ordered}
    least = min((slack[task.key] for task in ordered if not task.done), default=0)
    return {
        task.key: Slot(
            *latest[task.key],
            *earliest[task.key],
            slack=slack[task.key],
            critical=not task.done and slack[task.key] == least <= 0,
        )
        for task in ordered
    }


def short_by(
    tasks: Sequence[Task], today: dt.date, final: dt.date, among: Iterable[int] | None = None
) -> int:
    """Working days that are lacking until `final`, deadlines bound; 0 when all still fits.

    Args:
        tasks: in order (see `in_order`).
        among: keys of those that must fit; all when left out.
    """
    asked = {task.key for task in tasks} if among is None else set(among)
    latest, earliest = back(tasks, final), forward(tasks, today)
    lacks = [
        calendar.between(latest[task.key][1], earliest[task.key][1])
        for task in tasks
        if task.key in asked and not task.done
    ]
    return max([0, *lacks])


class Why(StrEnum):
    """How a measure slips."""

    DONE_LATE = "done_late"
    OVERDUE = "overdue"
    HELD_UP = "held_up"
    PROMISED_LATE = "promised_late"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class Slip:
    """That a measure slips: why, and by how many working days (0: only days off lie between)."""

    why: Why
    days: int


def slip(task: Task, slot: Slot, today: dt.date) -> Slip | None:
    """How a task slips, the gravest trouble first; None when it stands well.

    Done after its deadline; deadline passed; can no longer end by its latest day even if work goes
    on at once; can no longer end by its deadline, because what it waits for ends too late or has
    ended too late; promised for later than its latest day.
    """
    if task.done:
        late = task.deadline is not None and task.done > task.deadline
        return _slip(Why.DONE_LATE, task.deadline, task.done) if late else None
    if task.deadline and task.deadline < today:
        return _slip(Why.OVERDUE, task.deadline, today)
    if slot.slack < 0:
        return Slip(Why.CANNOT, -slot.slack)
    if task.deadline and slot.first_start > begins(task.deadline, task.days):
        return _slip(Why.HELD_UP, task.deadline, slot.first_end)
    if task.deadline and calendar.between(slot.end, task.deadline) > 0:
        return _slip(Why.PROMISED_LATE, slot.end, task.deadline)
    return None


def _slip(why: Why, due: dt.date | None, then: dt.date) -> Slip:
    return Slip(why, calendar.between(due, then) if due else 0)
