"""The ladders as they stand: what was sent to whom when, what comes next and when."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission, Role
from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import WITH_UNIT, Extension, Problem
from xiaohao.notices.models import Kind, Notice, Reminder
from xiaohao.notices.rules import ladder
from xiaohao.notices.rules.ladder import Held, Reach, Rung, Standing, Step
from xiaohao.people.models import Holding, Post
from xiaohao.people.queries import held_today, roles_granting
from xiaohao.trail.queries import events_of_each


@dataclass(frozen=True, slots=True)
class Shown:
    """A rung as people see it.

    Attributes:
        at: when it was sent.
        posts: who was told, or who would be told today.
        reach: whether these are those whom the rule names, somebody above in their place, or posts
            that nobody held; of what is left out, those named.
    """

    step: Step
    at: dt.datetime | None
    posts: Sequence[Post]
    reach: Reach = Reach.OWN


@dataclass(frozen=True, slots=True)
class Climb:
    """One problem and its whole ladder."""

    problem: Problem
    steps: Sequence[Shown]

    @property
    def overdue(self) -> bool:
        """Whether it is late, by the clock alone."""
        return self.problem.is_overdue(clock.today())

    @property
    def rests(self) -> bool:
        """Whether nobody is reminded now, since the unit has done its part."""
        return self.problem.state not in WITH_UNIT

    @property
    def next(self) -> Shown | None:
        """The rung that comes next."""
        if self.rests:
            return None
        waiting = (Standing.DUE, Standing.AHEAD)
        return next((one for one in self.steps if one.step.standing in waiting), None)

    @property
    def last(self) -> Shown | None:
        """The rung that was sent last."""
        sent = [one for one in self.steps if one.step.standing is Standing.SENT]
        return sent[-1] if sent else None


def problems_on_ladders(today: dt.date) -> QuerySet[Problem]:
    """Problems on which a rung may be due: with their unit, not too far ahead, not at the top."""
    top = Reminder.objects.filter(
        problem=OuterRef("pk"),
        unit=OuterRef("unit"),
        round=OuterRef("round"),
        deadline=OuterRef("deadline"),
        rung=ladder.LAST,
    )
    rows = Problem.objects.filter(
        ~Exists(top),
        state__in=sorted(WITH_UNIT),
        unit__isnull=False,
        deadline__lte=today + ladder.FURTHEST,
    )
    return rows.defer("search", "text").order_by("id")


def began(problems: Sequence[Problem]) -> Mapping[int, dt.date]:
    """The day on which each problem's ladder began: referred, given more time, or reopened."""
    rows = Extension.objects.filter(problem__in=problems, granted=True).order_by()
    given = dict(rows.values_list("problem_id").annotate(Max("decided_at")))
    again = _reopened([problem.pk for problem in problems if problem.round > 1])
    found = {}
    for problem in problems:
        key = problem.pk
        moments = [m for m in (problem.referred_at, given.get(key), again.get(key)) if m]
        found[key] = clock.local_day(max(moments)) if moments else clock.today()
    return found


def _reopened(keys: Sequence[int]) -> Mapping[int, dt.datetime]:
    """When the present round of each of these problems began, as the trail has it."""
    if not keys:
        return {}
    rows = events_of_each("ledger.problem", keys).filter(kind="reopen")
    return dict(rows.order_by().values_list("thing_id").annotate(Max("at")))


def sent(problems: Sequence[Problem]) -> Mapping[int, Mapping[str, Reminder]]:
    """The reminders of each problem's present ladder, by rung."""
    found: dict[int, dict[str, Reminder]] = {problem.pk: {} for problem in problems}
    present = {p.pk: (p.unit_id, p.round, p.deadline) for p in problems}
    for row in Reminder.objects.filter(problem__in=problems).order_by("id"):
        if (row.unit_id, row.round, row.deadline) == present[row.problem_id]:
            found[row.problem_id][row.rung] = row
    return found


def posts_in_line(problems: Sequence[Problem]) -> Mapping[int, Post]:
    """The posts in use, at the problems' units and above, that can be told; by id."""
    units = {key for problem in problems for key in ids(problem.path)}
    able = roles_granting(Permission.SEE_LEDGER)
    named = {problem.lead_id for problem in problems if problem.lead_id}
    rows = Post.objects.filter(unit_id__in=units, is_active=True, role__in=able)
    rows |= Post.objects.filter(pk__in=named, is_active=True, role__in=able)
    return {post.pk: post for post in rows.select_related("unit").order_by("code")}


def held_in_line(problems: Sequence[Problem]) -> Mapping[int, Post]:
    """Of `posts_in_line`, those that somebody holds today: a reminder to others reaches nobody."""
    posts = posts_in_line(problems)
    held = held_today().filter(post__in=posts.keys()).order_by()
    keys = set(held.values_list("post_id", flat=True))
    return {key: post for key, post in posts.items() if key in keys}


def line_of(problem: Problem, posts: Mapping[int, Post]) -> Sequence[Held]:
    """The posts at the problem's unit and at each above it, for `ladder.receivers`."""
    at: dict[int, dict[Role, list[int]]] = {}
    for post in posts.values():
        at.setdefault(post.unit_id, {}).setdefault(post.role_of(), []).append(post.pk)
    return [at.get(key, {}) for key in reversed(ids(problem.path))]


def reached(
    problem: Problem, rung: Rung, posts: Mapping[int, Post]
) -> tuple[Sequence[Post], Reach]:
    """Who is told of that rung today; a leader named for it only while he can see it.

    Args:
        posts: as `held_in_line` gives them.
    """
    lead = posts.get(problem.lead_id) if problem.lead_id else None
    sees = lead is not None and problem.path.startswith(lead.unit.path)
    found = ladder.reached(rung.to, line_of(problem, posts), problem.lead_id if sees else None)
    return [posts[key] for key in found.posts], found.reach


def climbs(problems: Sequence[Problem]) -> list[Climb]:
    """The ladder of each of these problems, in eight queries whatever their number."""
    problems = [p for p in problems if p.deadline and p.unit_id]
    if not problems:
        return []
    starts, gone, posts = began(problems), sent(problems), held_in_line(problems)
    told = _told([row for rows in gone.values() for row in rows.values()])
    today = clock.today()
    found = []
    for problem in problems:
        rows = gone[problem.pk]
        deadline = problem.deadline or today
        steps = ladder.steps(deadline, starts[problem.pk], today, rows.keys())
        found.append(Climb(problem, [_shown(problem, s, rows, told, posts) for s in steps]))
    return found


def _shown(
    problem: Problem,
    step: Step,
    rows: Mapping[str, Reminder],
    told: Mapping[int, tuple[Sequence[Post], Reach]],
    posts: Mapping[int, Post],
) -> Shown:
    row = rows.get(step.rung.name)
    if row is not None:
        return Shown(step, row.at, *told.get(row.pk, ((), Reach.NOBODY)))
    if step.standing is Standing.PASSED:
        return Shown(step, None, ())
    return Shown(step, None, *reached(problem, step.rung, posts))


def _told(rows: Sequence[Reminder]) -> Mapping[int, tuple[Sequence[Post], Reach]]:
    """Who was told by each of these, and whether anybody held one of these posts on that day."""
    found: dict[int, list[Notice]] = {}
    kinds = (Kind.REMINDER, Kind.ESCALATION)
    notices = Notice.objects.filter(kind__in=kinds, source__in=[row.pk for row in rows])
    for notice in notices.select_related("post__unit").order_by("post__code"):
        found.setdefault(notice.source, []).append(notice)
    held: dict[int, list[Any]] = {}
    posts = {notice.post_id for some in found.values() for notice in some}
    periods = Holding.objects.filter(post__in=posts).order_by()
    for post, during in periods.values_list("post_id", "during"):
        held.setdefault(post, []).append(during)
    return {key: ([one.post for one in some], _reach(some, held)) for key, some in found.items()}


def _reach(notices: Sequence[Notice], held: Mapping[int, Sequence[Any]]) -> Reach:
    """What a reminder reached; those of before there were stand-ins may have reached nobody."""
    heard = [
        notice
        for notice in notices
        if any(clock.local_day(notice.at) in during for during in held.get(notice.post_id, ()))
    ]
    if not heard:
        return Reach.NOBODY
    return Reach.ABOVE if any(notice.data.get("instead") for notice in heard) else Reach.OWN


def ladder_of(problem: Problem) -> Climb | None:
    """One problem's ladder; None while it has no deadline or nobody has it."""
    return next(iter(climbs([problem])), None)


def on_the_page(actor: Actor, show: str) -> QuerySet[Problem]:
    """Open problems with a deadline in the actor's sight: all, `late`, `soon`, or `nobody`.

    Args:
        show: `nobody` for those that lie with a unit where nobody in post could take a reminder.
    """
    rows = Problem.objects.visible_to(actor).open().filter(unit__isnull=False)
    rows = rows.filter(deadline__isnull=False)
    today = clock.today()
    if show == "late":
        rows = rows.filter(deadline__lt=today)
    elif show == "soon":
        rows = rows.filter(deadline__gte=today, deadline__lte=today + dt.timedelta(days=7))
    elif show == "nobody":
        able = held_today().filter(post__unit=OuterRef("unit"), post__role__in=ladder.TAKES)
        rows = rows.filter(~Exists(able), state__in=sorted(WITH_UNIT))
    heavy = ("search", "text", "unit__search")
    return rows.select_related("unit").defer(*heavy).order_by()
