"""The card on a problem's page: the promise that was not kept."""

from xiaohao.kernel.access import ActingRequest
from xiaohao.kernel.slots import Shown
from xiaohao.ledger.models import Problem
from xiaohao.services import queries
from xiaohao.services.wording import LOOKS


def promised(request: ActingRequest, problem: Problem) -> Shown | None:
    """The calls that became this problem, as far as the actor may see them; one query."""
    if request.actor is None:
        return None
    rows = [(call, LOOKS[call.state]) for call in queries.on_problem(request.actor, problem)]
    return ("services/_card.html", {"rows": rows}) if rows else None
