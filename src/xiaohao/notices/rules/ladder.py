"""The ladder of reminders: what is sent to whom, how many working days before or after a deadline.

A ladder belongs to a problem, the unit that has it, its round and its deadline. More time, a
reopening or another unit begin a new one.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Role


class To(StrEnum):
    """Who is told."""

    HANDLER = "handler"
    LEADER = "leader"
    ABOVE = "above"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder.

    Attributes:
        name: stable, stored with what was sent.
        days: working days from the deadline; negative before it, 0 on its day.
        to: who is told.
        escalates: whether it goes beyond the unit itself.
    """

    name: str
    days: int
    to: tuple[To, ...]

    @property
    def escalates(self) -> bool:
        """Whether somebody above the unit learns of it."""
        return bool({To.ABOVE, To.HIGHER} & set(self.to))

    @property
    def early(self) -> bool:
        """Whether it comes while the deadline can still be met."""
        return self.days <= 0


LADDER: tuple[Rung, ...] = (
    Rung("before_5", -5, (To.HANDLER,)),
    Rung("before_2", -2, (To.HANDLER, To.LEADER)),
    Rung("due", 0, (To.HANDLER, To.LEADER)),
    Rung("late_1", 1, (To.HANDLER, To.LEADER)),
    Rung("late_3", 3, (To.LEADER, To.ABOVE)),
    Rung("late_10", 10, (To.ABOVE, To.HIGHER)),
)
BY_NAME: Mapping[str, Rung] = {rung.name: rung for rung in LADDER}
LAST = LADDER[-1].name
# No deadline further ahead than this (in days of any kind) has a rung today: long holidays too.
FURTHEST = dt.timedelta(days=21)
OPENS, CLOSES = dt.time(8), dt.time(18)  # reminders are sent between these, where the offices are


class Standing(StrEnum):
    """How a rung stands at a day."""

    SENT = "sent"
    DUE = "due"
    AHEAD = "ahead"
    PASSED = "passed"  # overtaken by a later one, or its day came before the ladder began


@dataclass(frozen=True, slots=True)
class Step:
    """A rung, its day and how it stands."""

    rung: Rung
    day: dt.date
    standing: Standing


def day_of(rung: Rung, deadline: dt.date) -> dt.date:
    """The working day on which a rung comes.

    Before the deadline, days are counted back from the last working day on which it can be met;
    after it, forward from the deadline itself, so that the first working day after it is day 1.
    """
    left, step = abs(rung.days), calendar.ONE if rung.days > 0 else -calendar.ONE
    day = deadline
    while rung.days <= 0 and not calendar.is_working(day):
        day -= calendar.ONE
    while left:
        day += step
        left -= calendar.is_working(day)
    return day


def rings(moment: dt.datetime) -> bool:
    """Whether reminders are sent at that moment: in the hours of a working day.

    What is late is so without them; nobody is to be called on at night for it.
    """
    local = moment.astimezone(clock.ZONE)
    return calendar.is_working(local.date()) and OPENS <= local.time() < CLOSES


def steps(deadline: dt.date, began: dt.date, today: dt.date, sent: Collection[str]) -> list[Step]:
    """The whole ladder as it stands today.

    Of the early rungs that were reached only the last one counts: nobody is told "five days left"
    when two are. What is late is told to each level, however late the job runs. A rung before the
    deadline whose day is not after the day the ladder began is left out: who has just been handed
    a thing need not be reminded of it.

    Args:
        deadline: of the problem.
        began: the day on which this unit got it with this deadline.
        today: the day it is.
        sent: names of the rungs that were sent.
    """
    days = {rung.name: day_of(rung, deadline) for rung in LADDER}
    reached = [r for r in LADDER if r.early and days[r.name] <= today and _counts(r, days, began)]
    live = reached[-1].name if reached and today <= deadline else ""
    return [Step(r, days[r.name], _standing(r, days[r.name], today, sent, live)) for r in LADDER]


def _counts(rung: Rung, days: Mapping[str, dt.date], began: dt.date) -> bool:
    return rung.days == 0 or days[rung.name] > began


def _standing(
    rung: Rung, day: dt.date, today: dt.date, sent: Collection[str], live: str
) -> Standing:
    if rung.name in sent:
        return Standing.SENT
    if day > today:
        return Standing.AHEAD
    if rung.early and rung.name != live:
        return Standing.PASSED
    return Standing.DUE


def due(deadline: dt.date, began: dt.date, today: dt.date, sent: Collection[str]) -> list[Rung]:
    """The rungs that must be sent now."""
    found = steps(deadline, began, today, sent)
    return [step.rung for step in found if step.standing is Standing.DUE]


TAKES = (Role.HANDLER, Role.LEADER, Role.OFFICE)  # who takes what is meant for his own unit
Held = Mapping[Role, Sequence[int]]  # posts in use at one unit, by role


def receivers(to: Collection[To], line: Sequence[Held], lead: int | None = None) -> list[int]:
    """The posts that are told, each once.

    Args:
        to: who, in the words of a rung.
        line: posts at the responsible unit, then at each unit above it.
        lead: the post that answers for this problem by name, if one does.

    The level above is the next unit up that has somebody who can act on it; the level above that,
    the next one after it, or the same where there is none. A unit without a handler is told
    through its leader, and the other way round.
    """
    own: Held = line[0] if line else {}
    handlers, leaders = own.get(Role.HANDLER, ()), own.get(Role.LEADER, ())
    named = (lead,) if lead else ()
    above = [posts for posts in map(_superiors, line[1:]) if posts]
    found: Mapping[To, Sequence[int]] = {
        To.HANDLER: handlers or leaders,
        To.LEADER: (*named, *(leaders or (() if named else handlers))),
        To.ABOVE: above[0] if above else (),
        To.HIGHER: above[min(1, len(above) - 1)] if above else (),
    }
    return sorted({post for one in to for post in found[one]})


class Reach(StrEnum):
    """Whom a rung reaches."""

    OWN = "own"  # those whom the table names
    ABOVE = "above"  # nobody is in post at the unit: the nearest one above it that has somebody
    NOBODY = "nobody"  # there is nobody to tell, there or above


@dataclass(frozen=True, slots=True)
class Reached:
    """The posts that are told, each once, and whether somebody stands in for the unit."""

    posts: Sequence[int]
    reach: Reach


def reached(to: Collection[To], line: Sequence[Held], lead: int | None = None) -> Reached:
    """The posts that a rung reaches, where `line` holds only posts in which somebody is.

    What is meant for the unit itself goes to its own office where it has no handler and no leader;
    where it has no office either, to the nearest unit above that has somebody. With what goes above
    anyway, each post is told once.

    Args:
        to: as in `receivers`, like `line` and `lead`.
    """
    inside = [one for one in to if one in {To.HANDLER, To.LEADER}]
    own = receivers(inside, line, lead) or (_office(line) if inside else ())
    beyond = receivers([one for one in to if one not in inside], line)
    stand_in = () if own or not inside else _nearest(line[1:])
    posts = sorted({*own, *beyond, *stand_in})
    if not posts:
        return Reached(posts, Reach.NOBODY)
    return Reached(posts, Reach.ABOVE if stand_in else Reach.OWN)


def _office(line: Sequence[Held]) -> Sequence[int]:
    return line[0].get(Role.OFFICE, ()) if line else ()


def _nearest(above: Sequence[Held]) -> Sequence[int]:
    found = (_superiors(held) or held.get(Role.HANDLER, ()) for held in above)
    return next((posts for posts in found if posts), ())


def _superiors(held: Held) -> Sequence[int]:
    """Who acts on what is late below: the office, or the leader where there is no office."""
    return held.get(Role.OFFICE) or held.get(Role.LEADER) or ()
