"""What I must do today."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaohao.commitments import queries as commitments
from xiaohao.dashboards import queries
from xiaohao.figures import queries as figures
from xiaohao.kernel.access import ActingRequest, gate, public
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.ledger.queries import any_empty

# What is to be done, and how the section is called.
SECTIONS: dict[str, tuple[Any, Any]] = {
    "triage": (_("To triage"), _("triage")),
    "refer": (_("To refer"), _("refer")),
    "returned": (_("Returned"), _("refer anew")),
    "arbitrate": (_("To arbitrate"), _("decide whose it is")),
    "called": (_("Called to come"), _("answer")),
    "accept": (_("To accept"), _("accept")),
    "reopened": (_("Reopened"), _("plan anew")),
    "plan": (_("To plan"), _("lay down measures")),
    "carry_out": (_("To carry out"), _("carry out")),
    "report": (_("To report fixed"), _("report fixed")),
    "entry_begin": (_("On lists, to take up"), _("take up")),
    "entry_through": (_("On lists, under way"), _("see it through")),
    "need": (_("Needs to refer"), _("put on the ledger")),
    "verify": (_("To verify"), _("verify")),
    "entry_check": (_("On lists, to check"), _("check")),
    "recheck": (_("To check again"), _("check again")),
    "ask": (_("To ask the citizen"), _("ask the citizen")),
    "hear": (_("To ask the household"), _("ask the household")),
    "close": (_("To close"), _("close")),
    "root": (_("Roots to decide"), _("claim or decline")),
    "grade": (_("Calls to grade"), _("grade")),
    "service": (_("Services to deliver"), _("deliver")),
    "service_grade": (_("Services to grade"), _("grade")),
    "extension": (_("Extension requests"), _("decide")),
}

# What is to be done, where one kind of work has several things.
STEPS: dict[str, Any] = {"answer": _("answer"), "check_in": _("check in"), "take": _("take on")}

# Work that has a list of its own beside the workbench.
LISTS: dict[str, tuple[Any, str, str]] = {
    "arbitrate": (_("All cases in arbitration"), "escalation_arbitration", ""),
    "called": (_("All joint calls to our units"), "escalation_calls", "?tab=to"),
    "root": (_("All roots that our unit is to decide"), "escalation_roots", "?tab=mine"),
    "grade": (_("All joint calls by our units"), "escalation_calls", "?tab=by"),
    "entry_begin": (_("All entries to take up"), "commitments_list", "?state=entered"),
    "entry_through": (_("All entries under way"), "commitments_list", "?state=under_way"),
    "entry_check": (_("All entries reported done"), "commitments_list", "?state=reported"),
    "service": (_("All service calls to our units"), "services_calls", "?tab=to"),
    "service_grade": (_("All service calls by our units"), "services_calls", "?tab=by"),
    "need": (_("All needs not yet referred"), "commitments_needs", "?state=found"),
    "hear": (
        _("Needs on which the household is to be asked"),
        "commitments_needs",
        f"?state={commitments.ASKED}",
    ),
}


@public
def dashboards_workbench(request: ActingRequest) -> HttpResponse:
    """The workbench of whoever is at a post; strangers are shown to the public board."""
    if not request.user.is_authenticated:
        return redirect("intake_board")
    return _workbench(request)  # type: ignore[return-value]


@gate()
def _workbench(request: Any) -> HttpResponse:
    actor: Actor = request.actor
    only = request.GET.get("only", "")
    only = only if only in SECTIONS else ""
    bench = queries.bench(actor, only)
    context = {
        "bench": bench,
        "only": only,
        "tasks": [(task, _word(task)) for task in bench.tasks],
        "sections": _tabs(bench, only),
        "more": not only and len(bench.tasks) < bench.count,
        "books": _books(actor),
        "keeps": _keeps(actor),
        "helping": bench.helping,
        "empty": any_empty(actor),
        "book": _list_of(only),
    }
    return render(request, "dashboards/workbench.html", context)


def _word(task: queries.Task) -> Any:
    return STEPS[task.step] if task.step else SECTIONS[task.section][1]


def _tabs(bench: queries.Bench, only: str) -> list[dict[str, Any]]:
    tabs = [{"label": _("Everything"), "href": "?", "count": bench.count, "current": not only}]
    for one in bench.sections:
        label, current = SECTIONS[one.key][0], one.key == only
        tabs.append(
            {"label": label, "href": f"?only={one.key}", "count": one.count, "current": current}
        )
    return tabs


def _list_of(only: str) -> tuple[Any, str] | None:
    """The name and address of the list that holds this kind of work alone."""
    found = LISTS.get(only)
    return (found[0], reverse(found[1]) + found[2]) if found else None


def _books(actor: Actor) -> list[dict[str, Any]]:
    """What stands on the books of the actor's unit and everything below it."""
    if not actor.may(Permission.SEE_LEDGER):
        return []
    asked = figures.ask(actor)
    keys = ("ledger.open", "ledger.overdue", "ledger.due_soon")
    values = figures.table(keys, [asked.unit])[asked.unit.pk]
    return [
        {
            "metric": figures.find(key),
            "value": values[key],
            "href": asked.records(key),
            "tone": "red" if key == "ledger.overdue" and values[key] else "",
        }
        for key in keys
    ]


def _keeps(actor: Actor) -> list[tuple[Any, str]]:
    """What somebody looks after who has no part in the work itself."""
    if actor.may(Permission.SEE_LEDGER) or not actor.may(Permission.MANAGE_PEOPLE):
        return []
    pages = {
        "people_accounts": _("Accounts"),
        "people_posts": _("Posts"),
        "people_tokens": _("Keys for programs"),
        "units_list": _("Units"),
    }
    return [(label, reverse(name)) for name, label in pages.items()]
