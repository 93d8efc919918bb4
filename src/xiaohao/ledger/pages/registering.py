"""Putting on the ledger what no message brought: to be rectified, or fixed on the spot."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Answer
from xiaohao.ledger import actions
from xiaohao.ledger.forms import RegisterForm, SpotForm
from xiaohao.ledger.models import Problem
from xiaohao.people.queries import ActingRequest, gate, require
from xiaohao.units.queries import named


@gate(Permission.REGISTER)
def ledger_register(request: ActingRequest) -> HttpResponse:
    """Put a problem on the ledger that an inspection, a visit or a meeting found."""
    actor = require(request.actor, Permission.REGISTER)
    start = {"programme": request.GET.get("programme", "")}
    form = RegisterForm(request.POST or None, by=actor, initial=start)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _shown(request, "ledger/register.html", form, status=status)
    try:
        with transaction.atomic():
            problem = _registered(actor, dict(form.cleaned_data))
    except Answer as refused:
        return _shown(request, "ledger/register.html", form, status=422, unmet=refused.unmet)
    messages.success(request, _("Registered as %(number)s.") % {"number": problem.number})
    return redirect("ledger_problem", problem.number)


@gate(Permission.REGISTER)
def ledger_spot(request: ActingRequest) -> HttpResponse:
    """Register what was put right at once, with its evidence, in one form and one transaction."""
    actor = require(request.actor, Permission.REGISTER)
    start = {"programme": request.GET.get("programme", "")}
    form = SpotForm(request.POST or None, request.FILES or None, by=actor, initial=start)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _shown(request, "ledger/spot.html", form, status=status)
    data = dict(form.cleaned_data)
    fixed = {name: data.pop(name) for name in ("unit", "done", "owner", "note", "files")}
    try:
        with transaction.atomic():
            problem = _registered(actor, data)
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
    context = {"form": form, "unmet": (), "again": False, **more}
    return render(request, template, context, status=status)
