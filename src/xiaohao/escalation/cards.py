"""What this room puts on the page of a problem: its root, the cases below it, its calls."""

from typing import Any

from xiaohao.escalation import queries
from xiaohao.escalation.models import Call, Decision, Root
from xiaohao.escalation.pages.calls import shown
from xiaohao.escalation.wording import DECISIONS
from xiaohao.kernel.access import ActingRequest
from xiaohao.kernel.slots import Shown
from xiaohao.ledger.models import Problem, Source


def card(request: ActingRequest, problem: Any) -> Shown | None:
    """The root it waits for, the cases that wait for it, and the calls made about it."""
    actor = request.actor
    if actor is None or not isinstance(problem, Problem):
        return None
    link = queries.root_of(problem)
    rows = Call.objects.filter(problem=problem).prefetch_related("summonses__unit")
    calls = [(call, [shown(one) for one in call.summonses.all()]) for call in rows.order_by("-id")]
    mends = Root.objects.filter(problem=problem).first() if problem.source == Source.ROOT else None
    may_call = queries.may_call(problem, actor)
    if not (link or mends or calls or may_call):
        return None
    return "escalation/card.html", {
        "problem": problem,
        "link": link,
        "look": DECISIONS[Decision(link.root.decision)] if link else None,
        "mends": mends,
        "cases": mends.links.filter(ended_at=None).count() if mends else 0,
        "calls": calls,
        "may_call": may_call,
    }
