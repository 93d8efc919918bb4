"""The lists as tables with filters in the address; a new entry; the search for a post."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaohao.commitments import actions, queries
from xiaohao.commitments.forms import EntryForm
from xiaohao.commitments.models import KIND_NAMES, STATE_NAMES, Entry, Kind
from xiaohao.commitments.pages.looks import demands, look, quantity, share_spent, sums
from xiaohao.figures.queries import figure_name, tally
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.people.queries import ActingRequest, gate, posts_within, require

OFFERED = 20


@gate(Permission.SEE_LEDGER)
@require_GET
def commitments_list(request: ActingRequest) -> HttpResponse:
    """The entries of one list or of all, with what they add up to."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    get = request.GET
    filters = queries.filters_of(actor, get)
    rows = queries.listed(actor, filters)
    page = queries.paged(rows, get.get("sort", "-id"), get.get("cursor"))
    found = queries.totals(rows)
    context = {
        "page": page,
        "rows": [shown(entry) for entry in page.items],
        "kind": filters.kind,
        "tabs": _tabs(request, filters.kind),
        "chips": _chips(request, actor, filters),
        "tally": tally(actor, get, rows),
        "state_options": [("open", _("all open")), *((str(s), n) for s, n in STATE_NAMES.items())],
        "sums": sums(found, _addresses(request)),
        "may_enter": actor.may(Permission.REGISTER),
    }
    return render(request, "commitments/list.html", context)


def shown(entry: Entry) -> dict[str, Any]:
    """One row of the table."""
    return {
        "entry": entry,
        "look": look(entry.state),
        "kind": KIND_NAMES[Kind(entry.kind)],
        "quantity": quantity(entry),
        "share": share_spent(entry),
        "overdue": entry.is_overdue(clock.today()),
    }


def _address(request: ActingRequest, **changes: str) -> str:
    words = request.GET.copy()
    for name in ("cursor", *changes):
        words.pop(name, None)
    for name, value in changes.items():
        if value:
            words[name] = value
    return f"?{words.urlencode()}"


def _addresses(request: ActingRequest) -> dict[str, str]:
    """The rows on this very page are the records of its totals; *done* narrows them."""
    here = f"{_address(request)}#rows"
    done = f"{_address(request, state='done')}#rows"
    return {"entries": here, "done": done, "planned": here, "arrived": here, "spent": here}


def _tabs(request: ActingRequest, kind: str) -> list[dict[str, Any]]:
    names = [("", _("All lists")), *((str(k), str(n)) for k, n in KIND_NAMES.items())]
    return [
        {"label": name, "href": _address(request, list=key, figure=""), "current": key == kind}
        for key, name in names
    ]


def _chips(request: ActingRequest, actor: Actor, filters: queries.Filters) -> list[dict[str, Any]]:
    states = {"open": _("all open"), **{str(s): n for s, n in STATE_NAMES.items()}}
    unit = queries.unit_in_scope(actor, filters.unit).name if filters.unit else ""
    found = [
        ("state", _("State"), states.get(filters.state)),
        ("unit", _("Unit"), unit),
        ("overdue", _("Only"), _("overdue") if filters.overdue else ""),
        ("lead", _("Answers for it"), filters.lead),
        ("figure", _("Only"), figure_name(request.GET)),
        ("q", _("Search"), filters.q),
    ]
    return [{"param": p, "label": label, "value": value} for p, label, value in found if value]


@gate(Permission.REGISTER)
def commitments_new(request: ActingRequest) -> HttpResponse:
    """Put an entry on a list."""
    actor = require(request.actor, Permission.REGISTER)
    form = EntryForm(request.POST or None, initial={"kind": request.GET.get("list", "")})
    if request.method != "POST" or not form.is_valid():
        return _asked(request, form, 422 if request.method == "POST" else 200)
    try:
        entry = actions.enter(by=actor, **form.cleaned_data)
    except Refused as refused:
        form.take(refused.unmet)
        return _asked(request, form, 422, refused.unmet)
    messages.success(request, _("Entered as %(number)s.") % {"number": entry.number})
    return redirect("commitments_entry", entry.number)


def _asked(
    request: ActingRequest, form: EntryForm, status: int, unmet: Sequence[Unmet] = ()
) -> HttpResponse:
    context = {"form": form, "unmet": unmet, "demands": demands()}
    return render(request, "commitments/new.html", context, status=status)


@gate(Permission.REGISTER)
@require_GET
def commitments_posts(request: ActingRequest) -> HttpResponse:
    """The answer to a picker: posts in use in the actor's area, by name or code."""
    actor = require(request.actor, Permission.REGISTER)
    typed = request.GET.get("q", "")[:60].strip()
    rows = posts_within(actor).filter(is_active=True)
    found = rows.filter(Q(title__icontains=typed) | Q(code__istartswith=typed)) if typed else rows
    items = [
        {"value": post.code, "label": post.title, "hint": f"{post.unit.name} · {post.code}"}
        for post in found.order_by("title", "code")[:OFFERED]
    ]
    return render(request, "commitments/options.html", {"items": items, "typed": typed})
