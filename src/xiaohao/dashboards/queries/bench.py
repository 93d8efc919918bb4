"""What somebody must do today: one list from all rooms, what turns red first on top."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from xiaohao.dashboards.queries.kinds import KINDS, mine, still_asked
from xiaohao.dashboards.queries.work import Section, Task
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.ledger.models import Problem, ProblemQuerySet, State
from xiaohao.ledger.queries import asked_of

MOST = 20  # tasks shown per section; of one section alone, five times as many
MOST_HELPED = 5


@dataclass(frozen=True, slots=True)
class Bench:
    """The workbench of one post.

    Attributes:
        sections: those that have something, in order of work.
        tasks: the first tasks of each section asked for, what turns red first on top.
        helping: open problems of others in which the actor's unit helps, the soonest due.
        helped: how many there are of these.
        awaiting: problems that wait for a citizen's word; nothing is to be done.
        coming: problems whose last day is one of the next two working days.
    """

    sections: Sequence[Section]
    tasks: Sequence[Task]
    helping: Sequence[Problem]
    helped: int
    awaiting: int
    coming: int

    @property
    def count(self) -> int:
        """How many things are to be done."""
        return sum(one.count for one in self.sections)

    @property
    def late(self) -> int:
        """How many of them are late."""
        return sum(one.late for one in self.sections)

    @property
    def tomorrow(self) -> int:
        """How many of them turn red tomorrow."""
        return sum(one.tomorrow for one in self.sections)


def bench(actor: Actor, only: str = "") -> Bench:
    """The workbench of `actor`; with `only`, the tasks of that section alone, and more of them."""
    most = MOST * 5 if only else MOST
    found = [kind.read(actor, most) for kind in KINDS if actor.may(kind.permission)]
    sections = [one for one in found if one.count]
    shown = _asking([task for one in sections if only in {"", one.key} for task in one.tasks])
    return Bench(
        sections=sections,
        tasks=sorted(shown, key=lambda task: task.order),
        helping=list(_helping(actor)[:MOST_HELPED]),
        helped=_helping(actor).count(),
        awaiting=_awaiting(actor).count(),
        coming=_coming(actor, clock.today()).count(),
    )


def _asking(tasks: Sequence[Task]) -> list[Task]:
    """Each task with what is asked, where it is about more time; one query when any is."""
    keys = [Problem.id_of(task.name) or 0 for task in tasks if task.section == "extension"]
    if not keys:
        return list(tasks)
    asked = asked_of(Problem.objects.filter(pk__in=keys).order_by("id"))
    return [
        dataclasses.replace(task, more=asked.get(Problem.id_of(task.name) or 0))
        if task.section == "extension"
        else task
        for task in tasks
    ]


def _awaiting(actor: Actor) -> ProblemQuerySet:
    return Problem.objects.visible_to(actor).filter(still_asked(), state=State.AWAITING).order_by()


def _coming(actor: Actor, today: dt.date) -> ProblemQuerySet:
    rows = mine(actor) if actor.may(Permission.HANDLE) else Problem.objects.visible_to(actor)
    last = calendar.add(today, 2)
    return rows.open().filter(deadline__gt=today, deadline__lte=last).order_by()


def _helping(actor: Actor) -> ProblemQuerySet:
    """What the actor's own unit helps with. It counts at the unit that answers for it, not here."""
    if not actor.may(Permission.HANDLE):
        return Problem.objects.none()
    here = Problem.objects.filter(cooperations__unit=actor.unit_id, cooperations__until=None)
    rows = here.open().select_related("unit").defer("search", "text")
    return rows.order_by(F("deadline").asc(nulls_last=True), "id")
