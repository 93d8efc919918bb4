"""A fragment for a problem's page: where it came from on this room's lists."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xiaohao.commitments import queries
from xiaohao.commitments.pages.looks import look, need_look
from xiaohao.kernel.acting import Permission
from xiaohao.ledger.queries import find as find_problem
from xiaohao.people.queries import ActingRequest, gate, require


@gate(Permission.SEE_LEDGER)
@require_GET
def commitments_linked(request: ActingRequest, number: str) -> HttpResponse:
    """The entries and needs that this problem is, as far as the actor may see them."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    problem = find_problem(actor, number)
    context = {
        "entries": [(one, look(one.state)) for one in queries.on_problem(actor, problem)],
        "needs": [(one, need_look(one.state)) for one in queries.needs_on_problem(actor, problem)],
    }
    return render(request, "commitments/_linked.html", context)
