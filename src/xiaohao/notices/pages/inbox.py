"""A post's notices: read, open, follow."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paging import take
from xiaohao.ledger.queries import find
from xiaohao.notices import actions, queries
from xiaohao.notices.models import Kind, Notice
from xiaohao.people.queries import ActingRequest, gate, require

PAGE = 50
ICONS = {
    Kind.REMINDER: ("alarm", "amber"),
    Kind.ESCALATION: ("arrow-up", "red"),
    Kind.MENTION: ("message-circle", "blue"),
    Kind.EXTENSION: ("hourglass", "amber"),
    Kind.MOVE: ("eye", "grey"),
    Kind.CALL: ("speakerphone", "amber"),
    Kind.ENTRY: ("bell", "blue"),
    Kind.ENTRY_LATE: ("alarm", "amber"),
}


@gate(Permission.SEE_LEDGER)
@require_GET
def notices_inbox(request: ActingRequest) -> HttpResponse:
    """What the post was told, newest first: all, unread, or of one kind."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    unread = request.GET.get("show") == "unread"
    rows = queries.inbox(actor, kind, unread=unread)
    page = take(rows, ["-id"], request.GET.get("cursor"), PAGE)
    tabs = [
        {"label": _("All"), "href": "?", "current": not kind and not unread},
        {"label": _("Unread"), "href": "?show=unread", "current": unread},
    ]
    tabs += [
        {"label": label, "href": f"?kind={code}", "current": kind == code}
        for code, label in Kind.choices
        if code != Kind.ENTRY_LATE  # told before entries had a ladder; never anew
    ]
    context = {
        "page": page,
        "rows": [_shown(row) for row in page.items],
        "tabs": tabs,
        "top": page.items[0].pk if page.items else 0,
        "some_unread": any(row.read_at is None for row in page.items),
    }
    return render(request, "notices/inbox.html", context)


def _shown(row: Notice) -> dict[str, Any]:
    icon, tone = ICONS[Kind(row.kind)]
    if row.data.get("as"):  # not by following it, but for one's own part in it
        icon, tone = "bell", "blue"
    words = {"why": queries.why(row), "words": queries.told(row)}
    # What was taken back may be out of the reader's sight, and with whom it is now.
    unit = None if row.data.get("move") == "recall" else row.about.unit
    return {"row": row, "icon": icon, "tone": tone, "unit": unit, **_ends(row), **words}


def _ends(row: Notice) -> dict[str, Any]:
    """Until when what it is about has, and when it came to its end."""
    if row.entry is not None:
        return {"deadline": row.entry.due, "done": row.entry.done_at}
    problem = row.problem
    return {"deadline": problem and problem.deadline, "done": problem and problem.closed_at}


@gate(Permission.SEE_LEDGER)
def notices_open(request: ActingRequest, key: int) -> HttpResponse:
    """Open what a notice is about; it is read then."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    row = queries.find_notice(actor, key)
    actions.mark_read(notice=row, by=actor)
    if row.kind == Kind.CALL:
        return redirect("escalation_call", row.data["call"])
    page = "commitments_entry" if row.entry_id else "ledger_problem"
    return redirect(page, row.about.number)


@gate(Permission.SEE_LEDGER)
@require_POST
def notices_read(request: ActingRequest) -> HttpResponse:
    """Mark read everything that stood on the page, or before it."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    sent = request.POST.get("up_to", "")[:18]
    count = actions.mark_all_read(by=actor, up_to=int(sent) if sent.isdecimal() else 0)
    told = ngettext("%(n)d notice marked read.", "%(n)d notices marked read.", count)
    messages.success(request, told % {"n": count})
    return redirect("notices_inbox")


@gate(Permission.SEE_LEDGER)
@require_POST
def notices_follow(request: ActingRequest, number: str) -> HttpResponse:
    """Follow a problem, or stop it; back to its page."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    problem = find(actor, number)
    if request.POST.get("do") == "stop":
        actions.unfollow(problem=problem, by=actor)
        messages.success(request, _("You no longer follow %(n)s.") % {"n": problem.number})
    else:
        actions.follow(problem=problem, by=actor)
        text = _("You follow %(n)s: each move comes as a notice.") % {"n": problem.number}
        messages.success(request, text)
    return redirect("ledger_problem", problem.number)
