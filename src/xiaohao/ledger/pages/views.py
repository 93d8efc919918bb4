"""Saved views and chosen columns: kept, renamed, shared, taken away."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, NotFound, Stale, Unmet
from xiaohao.ledger import actions
from xiaohao.ledger.models import View
from xiaohao.ledger.pages.lists import address_of_view
from xiaohao.people.queries import ActingRequest, gate, require


@gate(Permission.SEE_LEDGER)
def ledger_views(request: ActingRequest) -> HttpResponse:
    """The saved views of a person and of his office; a POST saves one more."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    if request.method != "POST":
        return _shown(request, actor)
    typed = {name: request.POST.get(name, "") for name in ("name", "query", "shared")}
    try:
        view = actions.save_view(
            by=actor, name=typed["name"], query=typed["query"], shared=bool(typed["shared"])
        )
    except Answer as refused:
        return _shown(request, actor, refused, typed)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(address_of_view(view))


def _shown(
    request: ActingRequest,
    actor: Actor,
    refused: Answer | None = None,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    found = View.objects.seen_by(actor).select_related("post").order_by("id")
    views = [(view, address_of_view(view)) for view in found]
    context = {
        "own": [one for one in views if not one[0].shared],
        "office": [one for one in views if one[0].shared],
        "unmet": refused.unmet if refused else (),
        "typed": typed,
        "crumbs": [(_("Ledger"), reverse("ledger_list")), (_("Views"),)],
        "actor": actor,
    }
    return render(request, "ledger/views.html", context, status=refused.status if refused else 200)


@gate(Permission.SEE_LEDGER)
def ledger_view(request: ActingRequest, key: int) -> HttpResponse:
    """Change or remove a saved view; only takes what is sent."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    view = View.objects.seen_by(actor).filter(pk=key).first()
    if view is None:
        raise NotFound([Unmet("not_found", _("There is no such view."))])
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        return _done(request, actor, view)
    except Stale:
        text = _("Somebody else has changed this view meanwhile; it is shown as it stands now.")
        return _shown(request, actor, Stale([Unmet("stale", text)], view.version, ()))
    except Answer as refused:
        return _shown(request, actor, refused)


def _done(request: ActingRequest, actor: Actor, view: View) -> HttpResponse:
    given: Any = request.POST
    typed = given.get("version", "")
    version = int(typed) if typed.isdecimal() and len(typed) < 9 else None  # noqa: PLR2004 (an int)
    match given.get("do"):
        case "remove":
            actions.remove_view(by=actor, view=view, version=version)
            messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
            return redirect("ledger_views")
        case "replace":
            query = given.get("query", "")
            actions.change_view(by=actor, view=view, version=version, query=query)
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return redirect(address_of_view(view))
        case "share" | "unshare" as word:
            actions.change_view(by=actor, view=view, version=version, shared=word == "share")
        case _:
            actions.change_view(by=actor, view=view, version=version, name=given.get("name", ""))
    return redirect("ledger_views")


@gate(Permission.SEE_LEDGER)
def ledger_columns(request: ActingRequest) -> HttpResponse:
    """Keep the columns chosen and go back to the list; only takes what is sent."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    keys = [] if "usual" in request.POST else request.POST.getlist("column")
    actions.choose_columns(by=actor, keys=keys)
    query = actions.kept_query(request.POST.get("query", ""), without=("columns",))
    return redirect(f"{reverse('ledger_list')}?{query}" if query else reverse("ledger_list"))
