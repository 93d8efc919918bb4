"""What somebody must do today: one list from all rooms, what turns red first on top."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q
from django.urls import NoReverseMatch, reverse

from xiaohao.intake import queries as intake
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor, Permission, Role
from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import Extension, Measure, Problem, ProblemQuerySet, State, Word
from xiaohao.people.models import Post

MOST = 50  # tasks shown per section

P = Permission


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do.

    Attributes:
        due: day after which it is late; None when nothing runs out.
        href: where it is done.
        panel: address of its side panel; "" for none.
    """

    section: str
    name: str
    title: str
    unit: str
    due: dt.date | None
    href: str
    panel: str
    state: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of work: how much of it there is, and the first of it."""

    key: str
    count: int
    tasks: Sequence[Task]


@dataclass(frozen=True, slots=True)
class Bench:
    """The workbench of one post.

    Attributes:
        sections: those that have something, in order of work.
        tasks: all their tasks shown, what turns red first on top.
        count: how many things are to be done in all.
        late: how many of the tasks shown are late.
        tomorrow: how many of the tasks shown turn red tomorrow.
        awaiting: problems that wait for a citizen's word; nothing is to be done.
        coming: problems whose last day is tomorrow or the working day after it.
    """

    sections: Sequence[Section]
    tasks: Sequence[Task]
    count: int
    late: int
    tomorrow: int
    awaiting: int
    coming: int


def bench(actor: Actor, only: str = "") -> Bench:
    """The workbench of `actor`; with `only`, the tasks of that section alone."""
    sections = [found for kind in KINDS if (found := kind.read(actor)) and found.count]
    shown = [task for one in sections if only in {"", one.key} for task in one.tasks]
    today = clock.today()
    tasks = sorted(shown, key=lambda task: (task.due or dt.date.max, not task.urgent, task.name))
    return Bench(
        sections=sections,
        tasks=tasks,
        count=sum(one.count for one in sections),
        late=sum(task.due is not None and task.due < today for task in tasks),
        tomorrow=sum(task.due == today for task in tasks),
        awaiting=_awaiting(actor).count(),
        coming=_coming(actor, today).count(),
    )


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work: who has it, which problems it is about, when each runs out."""

    key: str
    permission: Permission
    problems: Callable[[Actor], ProblemQuerySet]
    due: Callable[[Any], dt.date | None] = lambda problem: problem.deadline

    def read(self, actor: Actor) -> Section | None:
        """What the actor has of it; None when it is not his to do."""
        if not actor.may(self.permission):
            return None
        rows = self.problems(actor).select_related("unit")
        first = list(rows.order_by(F("deadline").asc(nulls_last=True), "id")[: MOST + 1])
        count = len(first) if len(first) <= MOST else rows.order_by().count()
        return Section(self.key, count, [self._task(problem) for problem in first[:MOST]])

    def _task(self, problem: Problem) -> Task:
        page = reverse("ledger_problem", args=[problem.number])
        return Task(
            section=self.key,
            name=problem.number,
            title=problem.title,
            unit=problem.unit.shown if problem.unit else "",
            due=self.due(problem),
            href=page,
            panel=f"{page}?panel=1",
            state=problem.state,
            urgent=problem.urgent,
        )


class Triage:
    """Messages that wait for the office."""

    key = "triage"

    def read(self, actor: Actor) -> Section | None:
        """What waits in the actor's area; None when triage is not his to do."""
        if not actor.may(P.TRIAGE):
            return None
        rows = intake.queue(actor)
        first = list(rows.order_by("triage_due", "id")[:MOST])
        count = len(first) if len(first) < MOST else rows.order_by().count()
        return Section(self.key, count, [self._task(message) for message in first])

    def _task(self, message: Any) -> Task:
        return Task(
            section=self.key,
            name=f"#{message.pk}",
            title=message.heading,
            unit=message.place,
            due=message.triage_due,
            href=_address("intake_case", message.pk),
            panel="",
            state="waiting",
        )


def _address(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _mine(actor: Actor) -> ProblemQuerySet:
    """Problems of the actor's own unit, and of units below that have nobody to handle them."""
    handlers = Post.objects.filter(
        unit=OuterRef("unit"), is_active=True, role__in=[Role.HANDLER, Role.LEADER]
    )
    seen = Problem.objects.visible_to(actor).at(actor.unit_path).filter(unit__isnull=False)
    return seen.filter(Q(unit_id=actor.unit_id) | ~Exists(handlers))


def _of_others(actor: Actor) -> ProblemQuerySet:
    """Problems that the actor sees and that are not his own unit's, nor one's above it."""
    return Problem.objects.visible_to(actor).exclude(unit_id__in=ids(actor.unit_path))


def _unproven() -> Exists:
    return Exists(Measure.objects.filter(problem=OuterRef("pk"), done_at=None, dropped_at=None))


def _still_asked() -> Exists:
    """A reporter asked in this round who is silent and still has days to answer."""
    waiting = Word.objects.filter(
        problem=OuterRef("pk"), round=OuterRef("round"), answer="", answer_by__gte=clock.today()
    )
    return Exists(waiting)


def _to_refer(actor: Actor) -> ProblemQuerySet:
    inside = Problem.objects.visible_to(actor).at(actor.unit_path)
    return inside.filter(state__in=[State.REGISTERED, State.RETURNED])


def _refer_by(problem: Problem) -> dt.date | None:
    """On the working day on which it was put on the ledger; a returned one keeps its deadline."""
    if problem.state == State.RETURNED:
        return problem.deadline
    return calendar.add(clock.local_day(problem.registered_at), 0)


def _to_carry_out(actor: Actor) -> ProblemQuerySet:
    rows = _mine(actor).filter(_unproven(), state=State.IN_PROGRESS)
    undone = Q(measures__done_at=None, measures__dropped_at=None)
    return rows.annotate(next_due=Min("measures__deadline", filter=undone))


def _to_report(actor: Actor) -> ProblemQuerySet:
    return _mine(actor).filter(~_unproven(), state=State.IN_PROGRESS)


def _to_close(actor: Actor) -> ProblemQuerySet:
    others = _of_others(actor).exclude(registered_post_id=actor.post_id)
    return others.filter(~_still_asked(), state=State.AWAITING) | others.filter(
        state=State.VERIFIED, reporters=0
    )


def _to_decide(actor: Actor) -> ProblemQuerySet:
    asked = Extension.objects.filter(problem=OuterRef("pk"), decided_at=None)
    below = Problem.objects.visible_to(actor).at(actor.unit_path)
    return below.filter(Exists(asked)).exclude(unit_id=actor.unit_id)


def _awaiting(actor: Actor) -> ProblemQuerySet:
    return Problem.objects.visible_to(actor).filter(_still_asked(), state=State.AWAITING).order_by()


def _coming(actor: Actor, today: dt.date) -> ProblemQuerySet:
    rows = _mine(actor) if actor.may(P.HANDLE) else Problem.objects.visible_to(actor)
    last = calendar.add(today, 2)
    return rows.open().filter(deadline__gt=today, deadline__lte=last).order_by()


def _in(*states: State) -> Callable[[Actor], ProblemQuerySet]:
    return lambda actor: _mine(actor).filter(state__in=states)


def _earliest(problem: Any) -> dt.date | None:
    """The next measure's day, or the problem's, whichever comes first."""
    days = [day for day in (problem.next_due, problem.deadline) if day]
    return min(days, default=None)


KINDS: tuple[Triage | Work, ...] = (
    Triage(),
    Work("refer", P.REFER, _to_refer, _refer_by),
    Work("accept", P.HANDLE, _in(State.REFERRED)),
    Work("reopened", P.HANDLE, _in(State.REOPENED)),
    Work("plan", P.HANDLE, _in(State.ACCEPTED)),
    Work("carry_out", P.HANDLE, _to_carry_out, _earliest),
    Work("report", P.REPORT_FIXED, _to_report),
    Work("verify", P.VERIFY, lambda actor: _of_others(actor).filter(state=State.REPORTED)),
    Work(
        "ask",
        P.CLOSE,
        lambda actor: _of_others(actor).filter(state=State.VERIFIED, reporters__gt=0),
    ),
    Work("close", P.CLOSE, _to_close),
    Work("extension", P.GRANT_EXTENSION, _to_decide),
)


def section_keys() -> Iterable[str]:
    """The keys of all kinds of work."""
    return [kind.key for kind in KINDS]
