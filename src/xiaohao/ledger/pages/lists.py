"""The ledger as a table, filters in the address."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from xiaohao.campaigns import queries as programmes
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paging import take
from xiaohao.ledger.behind import records_behind, unit_in_scope
from xiaohao.ledger.models import Channel, Problem, Track, Word
from xiaohao.ledger.models.problem import STATE_NAMES
from xiaohao.ledger.queries import filters_of, listed
from xiaohao.people.queries import ActingRequest, gate, require
from xiaohao.triage.models import Category

PAGE = 50
SORTS = {"-id": ("-id",), "id": ("id",), "deadline": ("deadline", "id")}


@gate(Permission.SEE_LEDGER)
def ledger_list(request: ActingRequest) -> HttpResponse:
    """The problems an actor may see, narrowed by the address."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    filters = filters_of(actor, request.GET)
    rows = listed(actor, filters)
    sort = request.GET.get("sort", "-id")
    if sort == "deadline":
        rows = rows.filter(deadline__isnull=False)
    page = take(rows, SORTS.get(sort, SORTS["-id"]), request.GET.get("cursor"), PAGE)
    context = {
        "page": page,
        "filters": filters,
        "chips": _chips(request, actor),
        "state_options": _state_options(),
        "channel_options": list(Channel.choices),
        "category_options": _categories(),
        "may_register": actor.may(Permission.REGISTER),
    }
    return render(request, "ledger/list.html", context)


def _state_options() -> list[tuple[str, Any]]:
    return [("open", _("all open")), *((str(s), name) for s, name in STATE_NAMES.items())]


def _categories() -> list[tuple[str, str]]:
    rows = Category.objects.filter(parent=None).order_by("code")
    return list(rows.values_list("code", "name"))


def _chips(request: ActingRequest, actor: Actor) -> list[dict[str, Any]]:
    get = request.GET
    chips: list[dict[str, Any]] = []
    states = dict(_state_options())
    chips += [
        {"param": "state", "label": _("State"), "value": states[state]}
        for state in get.getlist("state")
        if state in states
    ]
    if get.get("unit"):
        name = unit_in_scope(actor, get["unit"]).name
        chips.append({"param": "unit", "label": _("Unit"), "value": name})
    flags = {
        "overdue": _("overdue"),
        "urgent": _("urgent"),
        "figure": _("records of a figure"),
        "due_soon": _("due soon"),
        "cooperating": _("those in which we co-operate"),
    }
    chips += [
        {"param": name, "label": _("Only"), "value": words}
        for name, words in flags.items()
        if get.get(name)
    ]
    for name, label, choices in (
        ("channel", _("Channel"), dict(Channel.choices)),
        ("track", _("Way of fixing"), dict(Track.choices)),
        ("category", _("Category"), dict(_categories())),
    ):
        if get.get(name):
            chips.append(
                {"param": name, "label": label, "value": choices.get(get[name], get[name])}
            )
    if get.get("programme"):
        name = programmes.find(actor, get["programme"]).label
        chips.append({"param": "programme", "label": _("Programme"), "value": name})
    if get.get("q"):
        chips.append({"param": "q", "label": _("Search"), "value": get["q"]})
    return chips


@gate(Permission.SEE_LEDGER)
def ledger_words(request: ActingRequest) -> HttpResponse:
    """The citizens' words: the records behind the solution and satisfaction figures."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    seen = Problem.objects.visible_to(actor)
    rows = Word.objects.exclude(answer="").filter(problem__in=seen).select_related("problem__unit")
    if request.GET.get("figure"):
        rows = rows.filter(pk__in=records_behind(actor, request.GET))
    elif request.GET.get("unit"):
        unit = unit_in_scope(actor, request.GET["unit"])
        rows = rows.filter(problem__in=seen.at(unit.path))
    page = take(rows, ("-id",), request.GET.get("cursor"), PAGE)
    return render(request, "ledger/words.html", {"page": page, "chips": _chips(request, actor)})
