"""Programmes: what each has found and fixed, its plan, its schedule, its three lists."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from xiaohao.campaigns import queries as programmes
from xiaohao.campaigns.models import Programme
from xiaohao.figures.queries import crossed
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer, Stale
from xiaohao.kernel.paging import take
from xiaohao.ledger import actions, drives
from xiaohao.ledger.behind import unit_in_scope
from xiaohao.ledger.finding import may_register
from xiaohao.ledger.models import Plan
from xiaohao.ledger.plan_form import PlanForm
from xiaohao.ledger.programme_history import programme_history
from xiaohao.ledger.queries import amendable
from xiaohao.people.queries import ActingRequest, gate, of_one_field, require
from xiaohao.units.models import Unit
from xiaohao.units.queries import ancestors

PAGE, DRAWN, UNITS = 50, 20, 200  # rows of a list; problems of one drawing; units told of


@gate(Permission.SEE_LEDGER)
def programmes_list(request: ActingRequest) -> HttpResponse:
    """Every programme that binds the actor's unit or those below it."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    rows = list(programmes.known(actor))
    counted = drives.counts(actor, rows)
    unit = Unit.objects.get(pk=actor.unit_id).code
    told = [_row(row, unit, counted.get(row.pk, drives.Counts())) for row in rows]
    context = {
        "rows": told,
        "may_set": actor.may(Permission.SET_PROGRAMMES),
    }
    return render(request, "ledger/programmes.html", context)


def _row(programme: Programme, unit: str, counts: drives.Counts) -> dict[str, Any]:
    left = calendar.between(clock.today(), programme.final)
    links = drives.links(programme.code, unit)
    return {"programme": programme, "counts": counts, "left": left, "links": links}


@gate(Permission.SEE_LEDGER)
def programmes_programme(request: ActingRequest, code: str) -> HttpResponse:
    """One programme: figures at a unit and right below it, the plan in force, earlier versions."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    programme = programmes.find(actor, code)
    asked = drives.asked_of(actor, programme, request.GET.get("unit", "")[:40])
    counts, units = drives.by_unit(asked)
    plans = drives.plans(programme)
    context = {
        **_row(programme, asked.unit.code, counts),
        **_frame(programme, "programmes_programme"),
        "at": asked.unit,
        "way": _way(actor, programme, asked.unit),
        "units": units[:UNITS],
        "more_units": max(len(units) - UNITS, 0),
        "crossed": crossed(asked.unit),
        "plan": plans[0] if plans else None,
        "earlier": plans[1:],
        "may_plan": _may_plan(actor, programme),
        "may_register": may_register(actor),
        "may_spot": actor.may(Permission.REGISTER),
    }
    return render(request, "ledger/programme.html", context)


@gate(Permission.SEE_LEDGER)
def programmes_changes(request: ActingRequest, code: str) -> HttpResponse:
    """Who changed which field of a programme, and how its plan came to be what it is."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    programme = programmes.find(actor, code)
    rows, fields = of_one_field(programme_history(programme), request.GET.get("field", ""))
    context = {"changes": rows, "field_options": fields, "about": programme.label}
    here = reverse("programmes_programme", args=[programme.code])
    crumbs = [(_("Programmes"), reverse("programmes_list")), (programme.label, here)]
    return render(request, "site/changes.html", context | {"crumbs": [*crumbs, (_("Changes"),)]})


def _way(actor: Actor, programme: Programme, unit: Unit) -> list[tuple[str, str]]:
    """The units between the actor's and the one looked at, each leading to its figures."""
    page = reverse("programmes_programme", args=[programme.code])
    above = [one for one in ancestors(unit) if one.path.startswith(actor.unit_path)]
    return [(one.shown, f"{page}?{urlencode({'unit': one.code})}") for one in above]


def _may_plan(actor: Actor, programme: Programme) -> bool:
    return actor.may(Permission.SET_PROGRAMMES) and programmes.may_set(actor, programme)


def _frame(programme: Programme, page: str) -> dict[str, Any]:
    """Breadcrumb and tabs that a programme's pages share."""
    pages = [
        ("programmes_programme", _("Overview")),
        ("programmes_lists", _("Three lists")),
        ("programmes_schedule", _("Schedule")),
    ]
    tabs = [
        {"label": name, "href": reverse(p, args=[programme.code]), "current": p == page}
        for p, name in pages
    ]
    crumbs: list[tuple[str, str | None]] = [(_("Programmes"), reverse("programmes_list"))]
    return {"programme": programme, "tabs": tabs, "crumbs": [*crumbs, (programme.label, None)]}


@gate(Permission.SEE_LEDGER)
def programmes_lists(request: ActingRequest, code: str) -> HttpResponse:
    """The problem, responsibility and rectification list (三张清单), each row led to the others."""
    actor = require(request.actor, Permission.SEE_LEDGER)
    programme = programmes.find(actor, code)
    unit, shown = request.GET.get("unit", "")[:40], request.GET.get("list", "")
    shown = shown if shown in drives.LISTS else drives.LISTS[0]
    rows = drives.listed(actor, programme, unit)
    page = take(rows, ("id",), request.GET.get("cursor"), PAGE)
    chips = []
    if unit:
        name = unit_in_scope(actor, unit).name
        chips.append({"param": "unit", "label": _("Unit"), "value": name})
    context = {
        **_frame(programme, "programmes_lists"),
        "shown": shown,
        "names": _list_names(),
        "heading": dict(_list_names())[shown],
        "page": page,
        "entries": drives.entries(page.items),
        "chips": chips,
        "unit_options": drives.units_of(actor, programme),
    }
    return render(request, "ledger/programme_lists.html", context)


def _list_names() -> list[tuple[str, str]]:
    names = (_("Problem list"), _("Responsibility list"), _("Rectification list"))
    return list(zip(drives.LISTS, names, strict=True))


@gate(Permission.SEE_LEDGER)
def programmes_schedule(request: ActingRequest, code: str) -> HttpResponse:
    """The measures of the programme's open problems laid out in time, those due first on top.

    A problem without measures is told as such; one without a deadline comes last.
    """
    actor = require(request.actor, Permission.SEE_LEDGER)
    programme = programmes.find(actor, code)
    unit = request.GET.get("unit", "")[:40]
    rows = drives.listed(actor, programme, unit).open()
    cursor, nullable = request.GET.get("cursor"), frozenset({"deadline"})
    page = take(rows, ("deadline", "id"), cursor, DRAWN, nullable)
    entries = drives.entries(page.items, amendable(page.items, actor))
    gantt: list[dict[str, Any]] = []
    for entry in entries:
        href = reverse("ledger_schedule", args=[entry.problem.number])
        words = f"{entry.problem.number} {entry.problem.title}"
        none = "" if entry.lanes else _("no measures yet")
        gantt.append({"group": words, "href": href, "empty": none})
        gantt += [lane.led() for lane in entry.lanes]
    context = {
        **_frame(programme, "programmes_schedule"),
        "page": page,
        "entries": entries,
        "gantt": gantt,
        "slipping": sum(len(entry.slips) for entry in entries),
        "unit": unit_in_scope(actor, unit) if unit else None,
    }
    return render(request, "ledger/programme_schedule.html", context)


@gate(Permission.SET_PROGRAMMES)
def programmes_plan(request: ActingRequest, code: str) -> HttpResponse:
    """Lay down the plan, or its next version."""
    actor = require(request.actor, Permission.SET_PROGRAMMES)
    programme = programmes.find(actor, code)
    last = next(iter(drives.plans(programme)), None)
    if request.method != "POST":
        start = {"text": last.text if last else "", "version": last.number if last else 0}
        return _asked(request, programme, PlanForm(initial=start), last)
    form = PlanForm(request.POST)
    if not form.is_valid():
        return _asked(request, programme, form, last, 422)
    seen, text = form.cleaned_data["version"], form.cleaned_data["text"]
    try:
        plan = actions.lay_plan(programme=programme, by=actor, text=text, seen=seen)
    except Stale as stale:
        form.data = {"text": text, "version": str(stale.version)}
        return _asked(request, programme, form, last, 409, stale=_told(stale, text))
    except Answer as said:
        form.take(said.unmet)
        return _asked(request, programme, form, last, said.status, unmet=said.unmet)
    messages.success(request, _("Version %(n)s of the plan is laid down.") % {"n": plan.number})
    return redirect("programmes_programme", programme.code)


def _told(stale: Stale, text: str) -> dict[str, Any]:
    changes = [
        {"at": parse_datetime(c["at"]), "by": c["by"]["post"], "what": _("Plan laid down")}
        for c in stale.changes
    ]
    return {"changes": changes, "kept": [(_("Plan"), text)], "version": stale.version}


def _asked(
    request: ActingRequest,
    programme: Programme,
    form: PlanForm,
    last: Plan | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        **_frame(programme, "programmes_plan"),
        "form": form,
        "last": last,
        "unmet": (),
        "stale": None,
        **more,
    }
    return render(request, "ledger/programme_plan.html", context, status=status)
