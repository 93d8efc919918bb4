"""One kind of work on the bench: who has it, what it is about, when each runs out."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.ledger.queries import MoreTime


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do.

    Attributes:
        due: day after which it is late, or the moment; None when nothing runs out.
        href: where it is done.
        panel: address of its side panel; "" for none.
        more: what is asked, where something is to be decided.
        since: since when it waits, where nothing runs out.
        step: which of several things is to be done, where a kind of work has more than one.
    """

    section: str
    name: str
    title: str
    unit: str
    due: dt.date | dt.datetime | None
    href: str
    panel: str
    urgent: bool = False
    more: MoreTime | None = None
    since: dt.datetime | None = None
    step: str = ""

    @property
    def hour(self) -> dt.datetime | None:
        """The moment that it has, where days are too coarse."""
        return self.due if isinstance(self.due, dt.datetime) else None

    @property
    def red_at(self) -> dt.datetime | None:
        """The first moment at which it is late."""
        if isinstance(self.due, dt.datetime):
            return self.due + dt.timedelta.resolution
        return clock.start_of(self.due + calendar.ONE) if self.due else None

    @property
    def order(self) -> tuple[Any, ...]:
        """What turns red first comes first; what only waits comes after what is due today."""
        tonight = clock.start_of(clock.today() + calendar.ONE)
        waits = self.since or tonight
        return (self.red_at or tonight, self.due is None, not self.urgent, waits, self.name)


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of work: the first of it, and how much there is in all.

    Attributes:
        count: things to do.
        late: how many of them are late.
        tomorrow: how many turn red tomorrow.
    """

    key: str
    tasks: Sequence[Task]
    count: int
    late: int
    tomorrow: int


def _same(day: dt.date) -> Any:
    return day


def moments(day: dt.date) -> dt.datetime:
    """Where hours count: from now on for today, from its beginning for a later day."""
    return max(clock.now(), clock.start_of(day))


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work: who has it, what it is about, when each runs out.

    Attributes:
        rows: problems, messages, calls … of an actor.
        task: one of them as a task.
        permission: one that is needed; more stands in `rows`.
        field: what it is ordered by, the soonest first.
        bound: from a day, the value of `field` from which on a task is due on that day or later;
            None where nothing runs out, and `field` is since when it waits.
    """

    key: str
    permission: Permission
    rows: Callable[[Actor], QuerySet[Any]]
    task: Callable[[str, Any], Task]
    field: str = "deadline"
    bound: Callable[[dt.date], Any] | None = _same

    def read(self, actor: Actor, most: int) -> Section:
        """What the actor has of it, `most` tasks named."""
        rows = self.rows(actor)
        first = rows.order_by(F(self.field).asc(nulls_last=True), "id")[:most]
        tasks = [self.task(self.key, row) for row in first]
        if len(tasks) < most:
            counts = _counted([task.red_at for task in tasks])
        elif self.bound is None:
            counts = rows.count(), 0, 0
        else:
            counts = self._counts(rows, self.bound)
        return Section(self.key, tasks, *counts)

    def _counts(self, rows: QuerySet[Any], bound: Callable[[dt.date], Any]) -> tuple[int, int, int]:
        today = clock.today()
        red, soon = bound(today), bound(today + calendar.ONE)
        late = Q(**{f"{self.field}__lt": red})
        tomorrow = Q(**{f"{self.field}__gte": red, f"{self.field}__lt": soon})
        found = rows.order_by().aggregate(
            all=Count("pk"),
            late=Count("pk", filter=late),
            tomorrow=Count("pk", filter=tomorrow),
        )
        return found["all"], found["late"], found["tomorrow"]


def _counted(red: Sequence[dt.datetime | None]) -> tuple[int, int, int]:
    """How many tasks turn red at these moments, how many have, and how many today."""
    now, tonight = clock.now(), clock.start_of(clock.today() + calendar.ONE)
    reached = sum(moment is not None and moment <= tonight for moment in red)
    late = sum(moment is not None and moment <= now for moment in red)
    return len(red), late, reached - late
