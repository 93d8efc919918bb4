"""The card on a problem's page: where it stands on this room's lists."""

from xiaohao.commitments import queries
from xiaohao.commitments.pages.looks import look, need_look
from xiaohao.kernel.access import ActingRequest
from xiaohao.kernel.slots import Shown
from xiaohao.ledger.models import Problem


def listed(request: ActingRequest, problem: Problem) -> Shown | None:
    """The entries and needs that this problem is, as far as the actor may see them; two queries."""
    actor = request.actor
    if actor is None:
        return None
    entries = [(one, look(one.state)) for one in queries.on_problem(actor, problem)]
    needs = [(one, need_look(one.state)) for one in queries.needs_on_problem(actor, problem)]
    if not entries and not needs:
        return None
    return "commitments/_linked.html", {"entries": entries, "needs": needs}
