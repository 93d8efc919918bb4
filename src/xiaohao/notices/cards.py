"""What this room puts on pages below: the bell, following, a ladder, a comment."""

from xiaohao.commitments.models import OPEN as ON_LISTS
from xiaohao.commitments.models import Entry, Household
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


def entry_ladder(request: ActingRequest, entry: Entry) -> Shown | None:
    """What was sent about the deadline of an entry of a list, and what comes next.

    Of an entry that is a problem the problem's page shows it.
    """
    del request
    if entry.state not in ON_LISTS or entry.problem_id is not None:
        return None
    climb = queries.ladder_of(entry)
    return ("notices/card.html", {"climb": climb}) if climb else None


def need_ladders(request: ActingRequest, household: Household) -> Shown | None:
    """What comes next of the ladders of the problems that a household's needs are."""
    actor = request.actor
    if actor is None or not household.needs:
        return None
    rows = Problem.objects.visible_to(actor).open().select_related("unit").order_by("id")
    keys = household.need_rows.filter(problem__isnull=False).values("problem_id")
    climbs = queries.climbs(list(rows.filter(pk__in=keys).defer("search", "text")))
    return ("notices/needs.html", {"climbs": climbs}) if climbs else None


def comment(request: ActingRequest, problem: Problem) -> Shown | None:
    """A comment, written where the history is read."""
    del request
    return ("notices/comment.html", {"problem": problem}) if problem.state in OPEN else None
