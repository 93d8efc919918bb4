"""Whom a comment may name."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xiaohao.kernel.acting import Permission
from xiaohao.ledger.queries import find, seers
from xiaohao.people.queries import ActingRequest, gate, require

MOST = 12


@gate(Permission.SEE_LEDGER)
@require_GET
def ledger_mentions(request: ActingRequest, number: str) -> HttpResponse:
    """The posts that can see this problem and whose name, unit or code holds `?q=`."""
    problem = find(require(request.actor, Permission.SEE_LEDGER), number)
    query = request.GET.get("q", "").strip().casefold()[:40]
    options = [
        {"value": post.code, "label": post.title, "hint": f"{post.unit.name} · {post.code}"}
        for post in seers(problem)
        if query in f"{post.title} {post.code} {post.unit.name}".casefold()
    ]
    context = {"items": options[:MOST], "query": query}
    return render(request, "ledger/mentions.html", context)
