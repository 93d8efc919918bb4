"""What this room puts on pages below: the bell, following, a ladder, a comment."""

from xiaohao.kernel.access import ActingRequest
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.slots import Shown
from xiaohao.ledger.models import OPEN, Problem
from xiaohao.notices import queries


def bell(request: ActingRequest, thing: object) -> Shown | None:
    """The way to the notices, with how many are unread."""
    del thing
    actor = request.actor
    if actor is None or not actor.may(Permission.SEE_LEDGER):
        return None
    count = queries.unread(actor)
    shown = "99+" if count >= queries.MOST_SHOWN else str(count)
    return "notices/bell.html", {"count": count, "shown": shown}


def follow(request: ActingRequest, problem: Problem) -> Shown | None:
    """The button that follows a problem, or stops it."""
    if request.actor is None:
        return None
    row = queries.follows(request.actor, problem)
    return "notices/follow.html", {"problem": problem, "follow": row}


def ladder(request: ActingRequest, problem: Problem) -> Shown | None:
    """What was sent about this problem's deadline, and what comes next."""
    del request
    if problem.state not in OPEN:
        return None
    climb = queries.ladder_of(problem)
    return ("notices/card.html", {"climb": climb}) if climb else None


def comment(request: ActingRequest, problem: Problem) -> Shown | None:
    """A comment, written where the history is read."""
    del request
    return ("notices/comment.html", {"problem": problem}) if problem.state in OPEN else None
