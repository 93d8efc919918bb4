"""What somebody must do today: one list from all rooms, what turns red first on top."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least
from django.urls import reverse

from xiaohao.commitments import queries as commitments
from xiaohao.intake import queries as intake
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor, Permission, Role
from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import Extension, Measure, Problem, ProblemQuerySet, State, Word
from xiaohao.ledger.queries import MoreTime, asked_of
from xiaohao.lookback import queries as lookback
from xiaohao.people.models import Post

MOST = 20  # tasks shown per section; of one section alone, five times as many
MOST_HELPED = 5

P = Permission


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do.

    Attributes:
        due: day after which it is late; None when nothing runs out.
        href: where it is done.
        panel: address of its side panel; "" for none.
        more: what is asked, where something is to be decided.
    """

    section: str
    name: str
    title: str
    unit: str
    due: dt.date | None
    href: str
    panel: str
    urgent: bool = False
    more: MoreTime | None = None


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
        tasks=sorted(shown, key=lambda t: (t.due or dt.date.max, not t.urgent, t.name)),
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


def _same(day: dt.date) -> Any:
    return day


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work: who has it, what it is about, when each runs out.

    Attributes:
        rows: problems, or messages, of an actor.
        task: one of them as a task.
        field: what it is ordered by, the soonest first.
        bound: from a day, the value of `field` from which on a task is due on that day or later.
    """

    key: str
    permission: Permission
    rows: Callable[[Actor], QuerySet[Any]]
    task: Callable[[str, Any], Task]
    field: str = "deadline"
    bound: Callable[[dt.date], Any] = _same

    def read(self, actor: Actor, most: int) -> Section:
        """What the actor has of it, `most` tasks named."""
        rows = self.rows(actor)
        first = rows.order_by(F(self.field).asc(nulls_last=True), "id")[:most]
        tasks = [self.task(self.key, row) for row in first]
        today = clock.today()
        if len(tasks) == most:
            counts = self._counts(rows, today)
        else:
            late = sum(task.due is not None and task.due < today for task in tasks)
            counts = (len(tasks), late, sum(task.due == today for task in tasks))
        return Section(self.key, tasks, *counts)

    def _counts(self, rows: QuerySet[Any], today: dt.date) -> tuple[int, int, int]:
        red, soon = self.bound(today), self.bound(today + calendar.ONE)
        late = Q(**{f"{self.field}__lt": red})
        tomorrow = Q(**{f"{self.field}__gte": red, f"{self.field}__lt": soon})
        found = rows.order_by().aggregate(
            all=Count("pk"),
            late=Count("pk", filter=late),
            tomorrow=Count("pk", filter=tomorrow),
        )
        return found["all"], found["late"], found["tomorrow"]


def _problem(key: str, problem: Any) -> Task:
    page = reverse("ledger_problem", args=[problem.number])
    if key == "refer":
        due = calendar.add(clock.local_day(problem.registered_at), 0)
    else:
        due = getattr(problem, "next_due", problem.deadline)
    return Task(
        section=key,
        name=problem.number,
        title=problem.title,
        unit=problem.unit.shown if problem.unit else "",
        due=due,
        href=page,
        panel=f"{page}?panel=1",
        urgent=problem.urgent,
    )


def _message(key: str, message: Any) -> Task:
    return Task(
        section=key,
        name=f"#{message.pk}",
        title=message.heading,
        unit=message.place,
        due=message.triage_due,
        href=reverse("intake_case", args=[message.pk]),
        panel="",
    )


def _registered_before(day: dt.date) -> dt.datetime:
    """The moment from which on what is registered is to be referred on `day` or later."""
    first = day
    while calendar.add(first - calendar.ONE, 0) >= day:
        first -= calendar.ONE
    return clock.start_of(first)


def _mine(actor: Actor) -> ProblemQuerySet:
    """Problems of the actor's own unit, and of units below that have nobody to handle them."""
    handlers = Post.objects.filter(
        unit=OuterRef("unit"), is_active=True, role__in=[Role.HANDLER, Role.LEADER]
    )
    seen = Problem.objects.visible_to(actor).at(actor.unit_path).filter(unit__isnull=False)
    return seen.select_related("unit").filter(Q(unit_id=actor.unit_id) | ~Exists(handlers))


def _of_others(actor: Actor) -> ProblemQuerySet:
    """Problems that the actor sees and that are not his own unit's, nor one's above it."""
    seen = Problem.objects.visible_to(actor).select_related("unit")
    return seen.exclude(unit_id__in=ids(actor.unit_path))


def _unproven() -> Exists:
    return Exists(Measure.objects.filter(problem=OuterRef("pk"), done_at=None, dropped_at=None))


def _still_asked() -> Exists:
    """A reporter asked in this round who is silent and still has days to answer."""
    waiting = Word.objects.filter(
        problem=OuterRef("pk"), round=OuterRef("round"), answer="", answer_by__gte=clock.today()
    )
    return Exists(waiting)


def _unreferred(state: State) -> Callable[[Actor], ProblemQuerySet]:
    return lambda actor: (
        Problem.objects.visible_to(actor)
        .at(actor.unit_path)
        .filter(state=state)
        .select_related("unit")
    )


def _to_carry_out(actor: Actor) -> ProblemQuerySet:
    """With the next undone measure's day, or the problem's, whichever comes first."""
    rows = _mine(actor).filter(_unproven(), state=State.IN_PROGRESS)
    undone = Measure.objects.filter(problem=OuterRef("pk"), done_at=None, dropped_at=None)
    soonest = undone.order_by("deadline").values("deadline")[:1]
    return rows.annotate(next_due=Least(Subquery(soonest), F("deadline")))


def _to_report(actor: Actor) -> ProblemQuerySet:
    return _mine(actor).filter(~_unproven(), state=State.IN_PROGRESS)


def _to_close(actor: Actor) -> ProblemQuerySet:
    others = _of_others(actor).exclude(registered_post_id=actor.post_id)
    return others.filter(~_still_asked(), state=State.AWAITING) | others.filter(
        state=State.VERIFIED, reporters=0
    )


def _to_decide(actor: Actor) -> ProblemQuerySet:
    asked = Extension.objects.filter(problem=OuterRef("pk"), decided_at=None)
    below = Problem.objects.visible_to(actor).at(actor.unit_path).select_related("unit")
    return below.filter(Exists(asked)).exclude(unit_id=actor.unit_id)


def _awaiting(actor: Actor) -> ProblemQuerySet:
    return Problem.objects.visible_to(actor).filter(_still_asked(), state=State.AWAITING).order_by()


def _coming(actor: Actor, today: dt.date) -> ProblemQuerySet:
    rows = _mine(actor) if actor.may(P.HANDLE) else Problem.objects.visible_to(actor)
    last = calendar.add(today, 2)
    return rows.open().filter(deadline__gt=today, deadline__lte=last).order_by()


def _helping(actor: Actor) -> ProblemQuerySet:
    """What the actor's own unit helps with. It counts at the unit that answers for it, not here."""
    if not actor.may(P.HANDLE):
        return Problem.objects.none()
    here = Problem.objects.filter(cooperations__unit=actor.unit_id, cooperations__until=None)
    rows = here.open().select_related("unit").defer("search", "text")
    return rows.order_by(F("deadline").asc(nulls_last=True), "id")


def _in(*states: State) -> Callable[[Actor], ProblemQuerySet]:
    return lambda actor: _mine(actor).filter(state__in=states)


def _to_verify(actor: Actor) -> ProblemQuerySet:
    return _of_others(actor).filter(state=State.REPORTED)


def _to_ask(actor: Actor) -> ProblemQuerySet:
    return _of_others(actor).filter(state=State.VERIFIED, reporters__gt=0)


def _recheck(key: str, recheck: Any) -> Task:
    return Task(
        section=key,
        name=recheck.problem.number,
        title=recheck.problem.title,
        unit=recheck.unit.shown,
        due=recheck.due,
        href=reverse("lookback_recheck", args=[recheck.pk]),
        panel="",
        urgent=recheck.problem.urgent,
    )


def _household(key: str, need: Any) -> Task:
    return Task(
        section=key,
        name=need.household.number,
        title=f"{need.get_kind_display()}：{need.text}",
        unit=need.household.unit.shown,
        due=need.answer_by,
        href=reverse("commitments_word", args=[need.pk]),
        panel="",
    )


KINDS: tuple[Work, ...] = (
    Work("triage", P.TRIAGE, intake.queue, _message, "triage_due"),
    Work("refer", P.REFER, _unreferred(State.REGISTERED), _problem, "registered_at",
         _registered_before),
    Work("returned", P.REFER, _unreferred(State.RETURNED), _problem),
    Work("accept", P.HANDLE, _in(State.REFERRED), _problem),
    Work("reopened", P.HANDLE, _in(State.REOPENED), _problem),
    Work("plan", P.HANDLE, _in(State.ACCEPTED), _problem),
    Work("carry_out", P.HANDLE, _to_carry_out, _problem, "next_due"),
    Work("report", P.REPORT_FIXED, _to_report, _problem),
    Work("verify", P.VERIFY, _to_verify, _problem),
    Work("recheck", P.VERIFY, lookback.to_check, _recheck, "due"),
    Work("ask", P.CLOSE, _to_ask, _problem),
    Work("hear", P.SEE_LEDGER, commitments.to_hear, _household, "answer_by"),
    Work("close", P.CLOSE, _to_close, _problem),
    Work("extension", P.GRANT_EXTENSION, _to_decide, _problem),
)  # fmt: skip
