"""Putting on the ledger what no message brought: to be rectified, or fixed on the spot."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer
from xiaohao.kernel.masking import mask
from xiaohao.ledger import actions
from xiaohao.ledger.alike import Alike, alike
from xiaohao.ledger.found_forms import RegisterForm, SpotForm
from xiaohao.ledger.models import Problem, Source
from xiaohao.ledger.queries import find
from xiaohao.people.queries import ActingRequest, gate, require
from xiaohao.units.queries import named

LATELY = "ledger_source"  # where a session keeps how the last problem was found


@gate(Permission.REGISTER)
def ledger_register(request: ActingRequest) -> HttpResponse:
    """Put a problem on the ledger that an inspection, a visit or a meeting found."""
    actor = require(request.actor, Permission.REGISTER)
    start = {"programme": request.GET.get("programme", "")}
    lately = str(request.session.get(LATELY, ""))
    form = RegisterForm(request.POST or None, by=actor, initial=start, lately=lately)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _shown(request, "ledger/register.html", form, status=status)
    data = dict(form.cleaned_data)
    try:
        if same := request.POST.get("same", ""):
            return _added(request, actor, same, data)
        if found := _already(request, actor, data):
            return _shown(request, "ledger/register.html", form, found=found)
        with transaction.atomic():
            problem = _registered(actor, data)
    except Answer as refused:
        form.take(refused.unmet)
        return _shown(request, "ledger/register.html", form, status=422, unmet=refused.unmet)
    request.session[LATELY] = form.cleaned_data["source"]
    messages.success(request, _("Registered as %(number)s.") % {"number": problem.number})
    return redirect("ledger_problem", problem.number)


def _already(request: ActingRequest, actor: Actor, data: dict[str, Any]) -> list[Alike]:
    """What reads alike and is open, until somebody has said that this is another one."""
    if request.POST.get("other"):
        return []
    code = data["place_unit"]
    area = named(code, "place_unit", actor.unit_path) if code else None
    said = {name: data[name] for name in ("title", "text", "category")}
    return alike(actor, place=area, **said)


def _added(request: ActingRequest, actor: Actor, number: str, data: dict[str, Any]) -> HttpResponse:
    """It is known: what was found stands with the problem that is there, as a comment."""
    problem = find(actor, number)
    found_by = dict(Source.choices)[data["source"]]
    parts = [f"{found_by}：{data['title']}", data["text"], data["place"]]
    note = mask("\n".join(part for part in parts if part))
    actions.move(problem=problem, move="comment", by=actor, note=note)
    request.session[LATELY] = data["source"]
    messages.success(request, _("Added to %(number)s.") % {"number": problem.number})
    return redirect("ledger_problem", problem.number)


@gate(Permission.REGISTER)
def ledger_spot(request: ActingRequest) -> HttpResponse:
    """Register what was put right at once, with its evidence, in one form and one transaction."""
    actor = require(request.actor, Permission.REGISTER)
    start = {"programme": request.GET.get("programme", "")}
    lately = str(request.session.get(LATELY, ""))
    form = SpotForm(
        request.POST or None, request.FILES or None, by=actor, initial=start, lately=lately
    )
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _shown(request, "ledger/spot.html", form, status=status)
    data = dict(form.cleaned_data)
    fixed = {name: data.pop(name) for name in ("unit", "done", "owner", "note", "files")}
    try:
        with transaction.atomic():
            problem = _registered(actor, dict(data))
            fixed["files"] = [
                actions.upload(problem=problem, by=actor, name=f.name or "", stream=f.file).pk
                for f in fixed["files"] or []
            ]
            actions.move(problem=problem, move="spot", by=actor, **fixed)
    except Answer as refused:
        form.take(refused.unmet)
        again = bool(request.FILES)
        return _shown(
            request, "ledger/spot.html", form, refused.status, unmet=refused.unmet, again=again
        )
    request.session[LATELY] = data["source"]
    done = _("%(number)s is fixed and waits for its check.") % {"number": problem.number}
    messages.success(request, done)
    return redirect("ledger_problem", problem.number)


def _registered(actor: Actor, data: dict[str, Any]) -> Problem:
    code = data.pop("place_unit")
    area = named(code, "place_unit", actor.unit_path) if code else None
    return actions.register(by=actor, place_unit=area, **data)


def _shown(
    request: ActingRequest, template: str, form: RegisterForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "unmet": (), "again": False, "found": (), **more}
    return render(request, template, context, status=status)
