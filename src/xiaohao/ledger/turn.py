"""Whose turn it is: who reports a fix where not everybody at the unit may, and the clocks of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import ids
from xiaohao.kernel.series import listed
from xiaohao.ledger.models import Problem, State
from xiaohao.ledger.rules import Facts, default_deadline, gate_measures
from xiaohao.ledger.wording import put
from xiaohao.people.models import Post
from xiaohao.people.queries import held_today, lowest_with, roles_granting


@dataclass(frozen=True, slots=True)
class Waited:
    """Who reports a problem fixed, for a reader who may not.

    Attributes:
        by: the posts that may, as people tell them; empty where nobody is in post.
        missing: what must be done before, as sentences; empty when it waits for them alone.
    """

    by: Sequence[str]
    missing: Sequence[str]

    @property
    def words(self) -> str:
        """Whose step it is, as a sentence."""
        if not self.by:
            return _("This step is for your unit’s leader, but nobody is in post there or above.")
        told = {"posts": listed(self.by)}
        if self.missing:
            text = _("When that is done, the unit’s leader reports it fixed: %(posts)s.")
        else:
            text = _(
                "All measures are done. It waits for the unit’s leader to report it: %(posts)s."
            )
        return text % told


def waited_for(problem: Problem, actor: Actor, facts: Facts) -> Waited | None:
    """Who reports it fixed, where it is under way and the reader works on it but may not report.

    None for everybody else; two queries.
    """
    if problem.state != State.IN_PROGRESS or not actor.may(Permission.HANDLE):
        return None
    if actor.may(Permission.REPORT_FIXED) or not facts.unit_path.startswith(actor.unit_path):
        return None
    return Waited(reporting(problem), [str(put(need).message) for need in gate_measures(facts)])


def reporting(problem: Problem) -> list[str]:
    """The posts that may report it fixed, at the lowest unit of its line where there are any."""
    at = lowest_with(ids(problem.path), [Permission.REPORT_FIXED])
    if at is None:
        return []
    able = Post.objects.filter(unit=at, is_active=True)
    able = able.filter(role__in=roles_granting(Permission.REPORT_FIXED)).order_by("code")
    held = able.filter(pk__in=held_today().values("post"))
    return [f"{at.shown} · {title}" for title in (held or able).values_list("title", flat=True)]


@dataclass(frozen=True, slots=True)
class HandingClock:
    """The days around handing a problem on.

    Attributes:
        by: the day by which it is to be handed on; None once that has been done in time or late.
        left: working days until then, negative for so many too late.
        until: the deadline that stands now; None where there is none.
        until_left: working days until that.
        then: the deadline when it is handed on today and no other day is chosen.
        days: working days from today until that.
    """

    by: dt.date | None
    left: int
    until: dt.date | None
    until_left: int
    then: dt.date
    days: int

    @property
    def late(self) -> int:
        """Working days by which handing on is too late; 0 while it is not."""
        return max(-self.left, 0)

    @property
    def until_late(self) -> int:
        """Working days by which the deadline that stands has passed."""
        return max(-self.until_left, 0)


def handing_clock(problem: Problem) -> HandingClock:
    """What whoever hands it on is told of its days; asks the database nothing."""
    today = clock.today()
    by = refer_by(problem)
    until, then = problem.deadline, default_deadline(today, urgent=problem.urgent)
    between = calendar.between
    return HandingClock(
        by,
        between(today, by) if by else 0,
        until,
        between(today, until) if until else 0,
        then,
        between(today, then),
    )


def refer_by(problem: Problem) -> dt.date | None:
    """The day on which what nobody has yet is to be handed on (SPEC 4.2: the same working day)."""
    if problem.state != State.REGISTERED:
        return None
    return calendar.add(clock.local_day(problem.registered_at), 0)
