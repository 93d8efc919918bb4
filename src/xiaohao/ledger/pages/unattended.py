"""Units with open work and nobody in post: where it lies, and where somebody is given a post."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from xiaohao.kernel.access import GatedRequest, gate
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paging import take
from xiaohao.ledger.queries import LOOKING, Empty, empty_units, told_of_empty

PAGE = 50


@gate(*LOOKING)
def ledger_unattended(request: GatedRequest) -> HttpResponse:
    """Such units of one's area, those with most open problems first."""
    actor = request.actor
    page = take(empty_units(actor), ("-lying", "code"), request.GET.get("cursor"), PAGE)
    rows = [_row(one, actor) for one in told_of_empty(page.items)]
    gives = actor.may(Permission.MANAGE_PEOPLE)
    context = {"page": page, "rows": rows, "gives": gives}
    return render(request, "ledger/unattended.html", context)


def _row(one: Empty, actor: Actor) -> dict[str, Any]:
    code = one.unit.code
    open_there = {"unit": code, "own": 1, "state": "open"}
    listed = f"{reverse('ledger_list')}?{urlencode(open_there)}"
    name = "people_posts" if one.has_posts else "people_open_post"
    return {
        "one": one,
        "listed": listed if actor.may(Permission.SEE_LEDGER) else "",
        "late": f"{listed}&overdue=1",
        "give": f"{reverse(name)}?{urlencode({'unit': code})}",
    }
