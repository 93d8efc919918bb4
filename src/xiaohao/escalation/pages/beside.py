"""What this room knows of one problem, as a part of the problem's own page."""

from django.http import HttpResponse
from django.shortcuts import render

from xiaohao.escalation import queries
from xiaohao.escalation.models import Call, Decision, Root
from xiaohao.escalation.pages.calls import shown
from xiaohao.escalation.wording import DECISIONS
from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Permission
from xiaohao.ledger.queries import find


@gate(Permission.SEE_LEDGER)
def escalation_beside(request: GatedRequest, number: str) -> HttpResponse:
    """The root it waits for, the cases that wait for it, and the calls made about it."""
    actor = request.actor
    problem = find(actor, number)
    link = queries.root_of(problem)
    rows = Call.objects.filter(problem=problem).prefetch_related("summonses__unit")
    calls = [(call, [shown(one) for one in call.summonses.all()]) for call in rows.order_by("-id")]
    mends = Root.objects.filter(problem=problem).first()
    context = {
        "problem": problem,
        "link": link,
        "look": DECISIONS[Decision(link.root.decision)] if link else None,
        "mends": mends,
        "cases": mends.links.filter(ended_at=None).count() if mends else 0,
        "calls": calls,
        "may_call": queries.may_call(problem, actor),
    }
    bare = request.htmx
    template = "escalation/beside.html" if bare else "escalation/beside_page.html"
    return render(request, template, context)
