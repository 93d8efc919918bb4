"""How a problem is found: its words for the search, and its look for what is like it."""

from django.db.models import Value

from xiaohao.kernel.text import terms
from xiaohao.ledger.models import Problem
from xiaohao.ledger.models.problem import SearchTerms
from xiaohao.triage import actions as triage


def index(problem: Problem) -> None:
    """Write the problem's search terms, and how it looks: a like one is found from now on."""
    words = terms(problem.title, problem.text, problem.place)
    Problem.objects.filter(pk=problem.pk).update(search=SearchTerms(Value(words)))
    triage.index(
        label=problem.trail_label(),
        thing_id=problem.pk,
        at=problem.received_at,
        title=problem.title,
        text=problem.text,
    )
