"""Whoever takes the last person away from where work lies is asked before it is done."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Unmet
from xiaohao.kernel.series import listed
from xiaohao.people.models import Holding
from xiaohao.people.queries import GatedRequest, attended_above, left_empty
from xiaohao.units.models import Unit
from xiaohao.units.queries import Work, work_at


@dataclass(frozen=True, slots=True)
class Left:
    """A unit that would have nobody in post.

    Attributes:
        work: what lies with it.
        above: the nearest unit above with somebody in post, within the reader's area.
        opens: whether the reader may open the lists of the work.
    """

    unit: Unit
    work: list[Work]
    above: Unit | None
    opens: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the units left, and where it is sent again with the tick."""

    left: list[Left]
    action: str
    label: str


def asked_first(request: GatedRequest, goes: QuerySet[Holding], label: str) -> Question | None:
    """What is to be answered before these holdings go; None where nothing is, or it was ticked."""
    left = [] if request.POST.get("despite") else left_behind(request.actor, goes)
    return Question(left, request.path, label) if left else None


def unmet_of(question: Question) -> list[Unmet]:
    """That nothing was done yet, and why."""
    units = listed(one.unit.shown for one in question.left)
    text = _("Work lies with %(units)s, and nobody would be left there. Nothing was done yet.")
    return [Unmet("nobody_left", text % {"units": units})]


def left_behind(actor: Actor, goes: QuerySet[Holding]) -> list[Left]:
    """The units that these holdings leave without anybody while work lies there."""
    found = []
    for unit in left_empty(goes):
        if work := work_at(unit):
            above = attended_above(unit)
            near = above if above and actor.covers(above.path) else None
            opens = actor.may(Permission.SEE_LEDGER) and actor.covers(unit.path)
            found.append(Left(unit, work, near, opens))
    return found
