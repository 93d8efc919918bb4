"""The ladders as they stand: what was sent to whom when, what comes next and when."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from xiaohao.commitments.models import Entry
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Permission, Role
from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import Problem
from xiaohao.notices.models import Kind, Notice, Reminder
from xiaohao.notices.queries.laddered import Thing, began, rests
from xiaohao.notices.rules import ladder
from xiaohao.notices.rules.ladder import Held, Reach, Rung, Standing, Step
from xiaohao.people.models import Holding, Post
from xiaohao.people.queries import held_today, roles_granting

LATE = ladder.BY_NAME["late_1"]


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
    """One problem or entry of a list, and its whole ladder."""

    thing: Thing
    steps: Sequence[Shown]

    @property
    def overdue(self) -> bool:
        """Whether it is late, by the clock alone."""
        return self.thing.is_overdue(clock.today())

    @property
    def problem(self) -> Problem | None:
        """The problem, where it is one."""
        return self.thing if isinstance(self.thing, Problem) else None

    @property
    def entry(self) -> Entry | None:
        """The entry of a list, where it is one."""
        return self.thing if isinstance(self.thing, Entry) else None

    @property
    def rests(self) -> bool:
        """Whether nobody is reminded now, since the unit has done its part."""
        return rests(self.thing)

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


@dataclass(frozen=True, slots=True)
class Sent:
    """A rung that was sent, and the source of its notices.

    Attributes:
        before: told as late before entries of lists had a ladder; it counts as the rung it was.
    """

    at: dt.datetime
    source: int
    before: bool = False


def sent(things: Sequence[Thing]) -> Mapping[int, Mapping[str, Sent]]:
    """What was sent of the present ladder of each, by id and rung; all of one kind."""
    found: dict[int, dict[str, Sent]] = {thing.pk: {} for thing in things}
    present = {thing.pk: (thing.unit_id, thing.round, thing.deadline) for thing in things}
    column = "problem_id" if things and isinstance(things[0], Problem) else "entry_id"
    for row in Reminder.objects.filter(**{f"{column}__in": list(found)}).order_by("id"):
        key = getattr(row, column)
        if (row.unit_id, row.round, row.deadline) == present[key]:
            found[key][row.rung] = Sent(row.at, row.pk)
    if column == "entry_id":
        _told_before(found, {thing.pk: thing.deadline for thing in things})
    return found


def _told_before(
    found: Mapping[int, dict[str, Sent]], deadlines: Mapping[int, dt.date | None]
) -> None:
    rows = Notice.objects.filter(kind=Kind.ENTRY_LATE, entry_id__in=list(found)).order_by("id")
    for row in rows:
        key, deadline = row.entry_id or 0, deadlines[row.entry_id or 0]
        if deadline and row.data.get("deadline") == deadline.isoformat():
            found[key].setdefault(LATE.name, Sent(row.at, row.source, before=True))


def posts_in_line(things: Sequence[Thing]) -> Mapping[int, Post]:
    """The posts in use, at the units of these and above, that can be told; by id."""
    units = {key for thing in things for key in ids(thing.path)}
    able = roles_granting(Permission.SEE_LEDGER)
    named = {thing.lead_id for thing in things if thing.lead_id}
    rows = Post.objects.filter(unit_id__in=units, is_active=True, role__in=able)
    rows |= Post.objects.filter(pk__in=named, is_active=True, role__in=able)
    return {post.pk: post for post in rows.select_related("unit").order_by("code")}


def held_in_line(things: Sequence[Thing]) -> Mapping[int, Post]:
    """Of `posts_in_line`, those that somebody holds today: a reminder to others reaches nobody."""
    posts = posts_in_line(things)
    held = held_today().filter(post__in=posts.keys()).order_by()
    keys = set(held.values_list("post_id", flat=True))
    return {key: post for key, post in posts.items() if key in keys}


def line_of(thing: Thing, posts: Mapping[int, Post]) -> Sequence[Held]:
    """The posts at its unit and at each above it, for `ladder.receivers`."""
    at: dict[int, dict[Role, list[int]]] = {}
    for post in posts.values():
        at.setdefault(post.unit_id, {}).setdefault(post.role_of(), []).append(post.pk)
    return [at.get(key, {}) for key in reversed(ids(thing.path))]


def reached(thing: Thing, rung: Rung, posts: Mapping[int, Post]) -> tuple[Sequence[Post], Reach]:
    """Who is told of that rung today; a leader named for it only while he can see it.

    Args:
        posts: as `held_in_line` gives them.
    """
    lead = posts.get(thing.lead_id) if thing.lead_id else None
    named = lead.pk if lead is not None and _sees(lead, thing) else None
    found = ladder.reached(rung.to, line_of(thing, posts), named)
    return [posts[key] for key in found.posts], found.reach


def _sees(lead: Post, thing: Thing) -> bool:
    """Whether it lies below the leader's unit; an entry also where his office entered it."""
    below = thing.path.startswith(lead.unit.path)
    if isinstance(thing, Problem):
        return below
    return below or thing.origin_path.startswith(lead.unit.path)


def climbs(things: Sequence[Thing]) -> list[Climb]:
    """The ladder of each, all of one kind; in eight queries whatever their number."""
    things = [thing for thing in things if thing.deadline and thing.unit_id]
    if not things:
        return []
    starts, gone, posts = began(things), sent(things), held_in_line(things)
    told = _told([row for rows in gone.values() for row in rows.values()])
    today = clock.today()
    found = []
    for thing in things:
        rows = gone[thing.pk]
        deadline = thing.deadline or today
        steps = ladder.steps(deadline, starts[thing.pk], today, rows.keys())
        found.append(Climb(thing, [_shown(thing, s, rows, told, posts) for s in steps]))
    return found


def _shown(
    thing: Thing,
    step: Step,
    rows: Mapping[str, Sent],
    told: Mapping[Sent, tuple[Sequence[Post], Reach]],
    posts: Mapping[int, Post],
) -> Shown:
    row = rows.get(step.rung.name)
    if row is not None:
        return Shown(step, row.at, *told.get(row, ((), Reach.NOBODY)))
    if step.standing is Standing.PASSED:
        return Shown(step, None, ())
    return Shown(step, None, *reached(thing, step.rung, posts))


def _told(rows: Sequence[Sent]) -> Mapping[Sent, tuple[Sequence[Post], Reach]]:
    """Who was told by each of these, and whether anybody held one of these posts on that day."""
    by_key = {(row.before, row.source): row for row in rows}
    found: dict[Sent, list[Notice]] = {}
    kinds = (Kind.REMINDER, Kind.ESCALATION)
    of_rungs = Q(kind__in=kinds, source__in=[row.source for row in rows if not row.before])
    before = Q(kind=Kind.ENTRY_LATE, source__in=[row.source for row in rows if row.before])
    notices = Notice.objects.filter(of_rungs | before)
    for notice in notices.select_related("post__unit").order_by("post__code"):
        key = (notice.kind == Kind.ENTRY_LATE, notice.source)
        found.setdefault(by_key[key], []).append(notice)
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


def ladder_of(thing: Thing) -> Climb | None:
    """The ladder of one; None while it has no deadline or nobody has it."""
    return next(iter(climbs([thing])), None)
